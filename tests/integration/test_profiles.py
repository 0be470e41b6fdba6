"""What profiles write that a key file does not: fresh UUIDs, what a JWT says of its own key, and JWTs that several names share."""

import base64
import hashlib
import json
import unittest
import uuid

import jwt

from tests.support import rotation
from tests.support.stack import SOURCE, Stack

TEAM = {"issuer": None, "role": None, "team-id": "TEAM000001"}
APP = {"role": None, "bundle-id": "com.example.app"}
OFFER = {"claims": {"productId": "com.example.pro", "offerIdentifier": "spring"}}
OWN = {"language": 1, "title": "Names its key", "source": "https://own.example/", "algorithms": ["ES256"],
       "header": {"kid": "${key.thumbprint}", "typ": "JWT"},
       "claims": {"iss": "ACCOUNT.SHA256:${key.spki-sha256}", "jti": "${uuid}", "copy": ["${uuid}"]},
       "lifetime": {"default": 300, "cap": 600, "backdate": 60, "claims": ["nbf", "iat", "exp"]}, "reuse": {"allowed": True}}
NOTHING = {"key-id": None, "issuer": None, "role": None}


def thumbprint(jwk: dict) -> str:
    """RFC 7638 section 3."""
    text = json.dumps({name: jwk[name] for name in ("crv", "kty", "x", "y")}, separators=(",", ":"), sort_keys=True)
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


class Profiles(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = cls.enterClassContext(Stack(start=False, keys={}))
        profiles = cls.profiles = cls.stack.root / "profiles"
        profiles.mkdir()
        for shipped in (SOURCE / "daemon/profiles").glob("*.json"):
            (profiles / shipped.name).write_bytes(shipped.read_bytes())
        (profiles / "own.json").write_text(json.dumps(OWN))
        cls.stack.write_daemon_conf(**{"profiles-dir": profiles})
        for name, options in {"push": {**TEAM, "profile": "apns"}, "push-again": {**TEAM, "profile": "apns"},
                              "push-other": {**TEAM, "profile": "apns", "team-id": "TEAM000002"},
                              "offer": {**APP, "profile": "storekit-promotional-offer"},
                              "own": {**NOTHING, "profile": "own"}, "own-first-use": {**NOTHING, "profile": "own", "public-key": None}}.items():
            cls.stack.write_key(name, options)
        cls.stack.start()

    def granted(self, key: str, body=None) -> dict:
        answer = self.stack.jwt(body, key)
        self.assertEqual(answer.status, 200, answer)
        return answer.json()

    def claims(self, token: str) -> dict:
        return jwt.decode(token, self.stack.key.public_key, algorithms=["ES256"], options={"verify_aud": False})

    def test_push_providers_of_one_team_get_one_jwt_and_never_a_fresher_one(self):
        first = self.granted("push")
        again = self.granted("push-again", {"fresh": True})
        self.assertEqual((again["token"], again["cached"], again["key"]), (first["token"], True, "push-again"))
        self.assertIsNone(first["expires_at"])
        self.assertEqual(first["reusable_until"], first["issued_at"] + 60 + 3000)
        self.assertEqual(jwt.get_unverified_header(first["token"]), {"alg": "ES256", "kid": self.stack.key.key_id})
        self.assertEqual(self.claims(first["token"]), {"iss": "TEAM000001", "iat": first["issued_at"]})
        self.assertNotEqual(self.granted("push-other")["token"], first["token"])

    def test_a_push_providers_jwt_outlives_a_cache_that_keeps_nothing_and_an_edit_of_its_profiles_layout(self):
        first = self.granted("push")
        self.stack.write_daemon_conf(**{"profiles-dir": self.profiles, "cache-entries": "0"})
        self.addCleanup(rotation.reload, self.stack)
        self.addCleanup(self.stack.write_daemon_conf, **{"profiles-dir": self.profiles})
        rotation.reload(self.stack)
        for number in range(3):
            self.granted("own", {"claims": {}})
        profile = self.profiles / "apns.json"
        profile.write_text(json.dumps(json.loads(profile.read_text()), indent=7))
        rotation.reload(self.stack)
        again = self.granted("push", {"fresh": True})
        self.assertEqual((again["token"], again["cached"]), (first["token"], True))

    def test_every_offer_has_a_nonce_of_its_own_and_no_expiry(self):
        claims = [self.claims(self.granted("offer", OFFER)["token"]) for _ in range(3)]
        self.assertEqual({(uuid.UUID(each["nonce"]).version, uuid.UUID(each["nonce"]).variant) for each in claims}, {(4, uuid.RFC_4122)})
        self.assertEqual(len({each["nonce"] for each in claims}), 3)
        for each in claims:
            self.assertEqual(set(each), {"iss", "aud", "bid", "nonce", "productId", "offerIdentifier", "iat"})

    def test_a_jwt_names_its_key_whether_pinned_or_seen_first(self):
        hashed = base64.b64encode(hashlib.sha256(self.stack.key.spki).digest()).decode()
        for key in ("own", "own-first-use"):
            with self.subTest(key):
                granted = self.granted(key)
                self.assertEqual(jwt.get_unverified_header(granted["token"])["kid"], thumbprint(self.stack.key.jwk))
                self.assertEqual(granted["kid"], thumbprint(self.stack.key.jwk))
                claims = self.claims(granted["token"])
                self.assertEqual(claims["iss"], "ACCOUNT.SHA256:" + hashed)
                self.assertEqual((claims["copy"], claims["nbf"]), ([claims["jti"]], claims["iat"]))
                self.assertEqual(self.granted(key)["token"], granted["token"])
                self.assertEqual([line["kid"] for line in self.stack.audit() if line.get("key") == key], [granted["kid"]] * 2)


if __name__ == "__main__":
    unittest.main()
