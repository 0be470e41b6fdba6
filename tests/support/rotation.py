"""Keys that are switched from one object to another, and the public keys that verify what either signed."""

import datetime
import time

import jwt

from tests.support.apple_key import AppleKey
from tests.support.process import eventually
from tests.support.stack import Stack


def add_key(stack: Stack) -> AppleKey:
    """One more private key on the token."""
    key = AppleKey(stack.root)
    stack.hsm.import_by_tool(key)
    return key


def next_line(key: AppleKey, after: float | None = None) -> str:
    """The value of `next`; `after` so many seconds from now the key signs by itself."""
    words = f"pkcs11:object={key.label} key-id={key.key_id} public-key={key.pin}"
    return words if after is None else f"{words} from={utc(time.time() + after)}"


def utc(moment: float) -> str:
    return datetime.datetime.fromtimestamp(int(moment), datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def jwks(stack: Stack) -> dict:
    return stack.ask("GET", "/v1/jwks").json()


def kids(key_set: dict) -> list:
    return [key["kid"] for key in key_set["keys"]]


def reload(stack: Stack):
    answer = stack.admin("POST", "/v1/reload")
    assert answer.status == 200, answer


def wait_published(stack: Stack, key: AppleKey) -> dict:
    """The key set as soon as this key is in it."""
    return eventually(lambda: key.key_id in kids(jwks(stack)) and jwks(stack), f"{key.label} is published")


def verify(token: str, key_set: dict) -> dict:
    """The claims. An exception where no key of the set verifies the token."""
    kid = jwt.get_unverified_header(token)["kid"]
    found = next(key for key in key_set["keys"] if key["kid"] == kid)
    return jwt.decode(token, jwt.PyJWK(found).key, algorithms=["ES256"], options={"verify_aud": False})


def rotation_of(stack: Stack, key: str = "apple") -> dict:
    """What status tells."""
    return stack.admin("GET", "/v1/status").json()["keys"][key]["rotation"]
