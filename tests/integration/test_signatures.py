"""Twenty thousand fresh signatures, each verified by OpenSSL (through python3-cryptography) with the public half of the .p8. One in 256
has an r, and one in 256 an s, that begins with a zero octet: the ones that a careless conversion between DER and r‖s would break."""

import base64
import concurrent.futures
import json
import unittest

import jwt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

from tests.support.process import volume
from tests.support.stack import Stack

COUNT = volume(20_000, least=5_000)  # among 5,000 the chance of no leading zero in r is 3 in a thousand million
CONNECTIONS = 4


def decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


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
