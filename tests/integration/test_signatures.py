"""Signatures judged by OpenSSL (through python3-cryptography and PyJWT) with public keys that no program of ours has touched: every
algorithm, and twenty thousand fresh ES256 ones. One in 256 has an r, and one in 256 an s, that begins with a zero octet: the ones that a
careless conversion between DER and r‖s would break."""

import base64
import concurrent.futures
import hashlib
import json
import unittest

import jwt
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa, utils

from tests.support.process import volume
from tests.support.stack import Stack

COUNT = volume(20_000, least=5_000)  # among 5,000 the chance of no leading zero in r is 3 in a thousand million
CONNECTIONS = 4

#: Algorithms by key, each with how such a key is made. One key serves one algorithm, under whichever name.
ALGORITHMS = {
    "p256": (("ES256",), lambda: ec.generate_private_key(ec.SECP256R1())),
    "p384": (("ES384",), lambda: ec.generate_private_key(ec.SECP384R1())),
    "p521": (("ES512",), lambda: ec.generate_private_key(ec.SECP521R1())),
    **{name.lower(): ((name,), lambda: rsa.generate_private_key(65537, 2048)) for name in ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")},
    "ed25519": (("EdDSA", "Ed25519"), ed25519.Ed25519PrivateKey.generate),
}
EACH = 40


def decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def profile(algorithms: list) -> str:
    return json.dumps({"language": 1, "title": "Every algorithm", "source": "https://every.example/", "algorithms": algorithms, "header": {"typ": "JWT"},
                       "claims": {"iss": "signet"}, "lifetime": {"default": 300, "cap": 600}})


class EveryAlgorithm(unittest.TestCase):
    """Keys made here, imported by softhsm2-util: the token's own idea of its public keys plays no part."""

    def setUp(self):
        self.stack = self.enterContext(Stack(start=False, keys={}))
        profiles = self.stack.root / "profiles"
        profiles.mkdir()
        (profiles / "every.json").write_text(profile([name for names, _ in ALGORITHMS.values() for name in names]))
        self.stack.write_daemon_conf(**{"profiles-dir": profiles})
        self.public_keys = {}
        for number, (kind, (names, make)) in enumerate(ALGORITHMS.items(), 1):
            spki = self.import_key(kind, number, make())
            for name in names:
                self.stack.write_key(name.lower(), {
                    "object": f"pkcs11:object={kind}", "public-key": "sha256:" + hashlib.sha256(spki).hexdigest(), "profile": "every", "alg": name,
                    "key-id": None, "issuer": None, "role": None})
        self.stack.start()

    def import_key(self, kind: str, number: int, private) -> bytes:
        path = self.stack.root / f"{kind}.pem"
        path.write_bytes(private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        hsm = self.stack.hsm
        hsm.tool("--import", str(path), "--token", hsm.token, "--label", kind, "--id", f"{number:02x}", "--pin", hsm.pin)
        self.public_keys[kind] = private.public_key()
        return self.public_keys[kind].public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)

    def verify(self, token: str, name: str, public_key):
        """PyJWT does not know RFC 9864's name yet; the signature under it is the same Ed25519."""
        if name != "Ed25519":
            jwt.decode(token, public_key, algorithms=[name])
            return
        signing_input, _, signature = token.rpartition(".")
        public_key.verify(decode(signature), signing_input.encode())

    def test_every_algorithm_verifies_outside(self):
        for kind, (names, _) in ALGORITHMS.items():
            for name in names:
                with self.subTest(name):
                    for _ in range(EACH):
                        answer = self.stack.jwt({"fresh": True}, key=name.lower())
                        self.assertEqual(answer.status, 200, answer)
                        token = answer.json()["token"]
                        self.assertEqual(json.loads(decode(token.partition(".")[0]))["alg"], name)
                        self.verify(token, name, self.public_keys[kind])


class Signatures(unittest.TestCase):
    def setUp(self):
        self.stack = self.enterContext(Stack())

    def fetch(self, count: int) -> list:
        connection = self.stack.connection()
        tokens = []
        try:
            for _ in range(count):
                answer = connection.ask("POST", "/v1/keys/apple/tokens", b'{"fresh":true}', {"Accept": "application/jwt"})
                self.assertEqual(answer.status, 200, answer)
                tokens.append(answer.body.decode("ascii"))
        finally:
            connection.close()
        return tokens

    def test_every_fresh_signature_verifies_with_leading_zeros_among_them(self):
        with concurrent.futures.ThreadPoolExecutor(CONNECTIONS) as pool:
            tokens = [token for batch in pool.map(self.fetch, [COUNT // CONNECTIONS] * CONNECTIONS) for token in batch]
        self.assertEqual(len(set(tokens)), COUNT // CONNECTIONS * CONNECTIONS, "a fresh token was handed out twice")
        public_key = self.stack.key.public_key
        zero_r = zero_s = 0
        for token in tokens:
            signing_input, _, signature = token.rpartition(".")
            raw = decode(signature)
            self.assertEqual(len(raw), 64)
            r, s = raw[:32], raw[32:]
            der = utils.encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
            public_key.verify(der, signing_input.encode(), ec.ECDSA(hashes.SHA256()))  # raises where it does not verify
            zero_r += r[0] == 0
            zero_s += s[0] == 0
        self.assertGreater(zero_r, 0)
        self.assertGreater(zero_s, 0)

    def test_the_parts_are_strict_base64url_and_json(self):
        for token in self.fetch(50):
            jwt.decode(token, self.stack.key.public_key, algorithms=["ES256"], audience="apple-developer-enterprise-v1")
            parts = token.split(".")
            self.assertEqual(len(parts), 3)
            for part in parts:
                self.assertEqual(base64.urlsafe_b64encode(decode(part)).rstrip(b"=").decode(), part)
            header, payload = (json.loads(decode(part)) for part in parts[:2])
            self.assertEqual((header["alg"], type(payload["iat"]), type(payload["exp"])), ("ES256", int, int))


if __name__ == "__main__":
    unittest.main()
