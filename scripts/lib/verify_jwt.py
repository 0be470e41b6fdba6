"""usage: verify_jwt.py KEY.p8 AUDIENCE <JWT: verifies with PyJWT and the public key taken from the key file, then prints header and claims."""

import signal

signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends quietly; the shell script cleans up

import datetime
import json
import pathlib
import sys

import jwt
from cryptography.hazmat.primitives import serialization


def moment(seconds: int) -> str:
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")


def main():
    token = sys.stdin.read().strip()
    private = serialization.load_pem_private_key(pathlib.Path(sys.argv[1]).read_bytes(), password=None)
    try:
        claims = jwt.decode(token, private.public_key(), algorithms=["ES256"], audience=sys.argv[2])
    except jwt.PyJWTError as error:
        sys.exit(f"PyJWT {jwt.__version__} refuses the token: {error}")
    print(f"PyJWT {jwt.__version__} accepts it")
    print("header", json.dumps(jwt.get_unverified_header(token)))
    print("claims", json.dumps(claims))
    print(f"issued {moment(claims['iat'])}, expires {moment(claims['exp'])}")


main()
