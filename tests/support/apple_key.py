"""A key as Apple ships it: PEM PKCS#8, P-256, in a file named AuthKey_ and the ten characters of its key ID."""

import base64
import hashlib
import pathlib
import secrets
import string

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

ISSUER = "57246542-96fe-1a63-e053-0824d011072a"


class AppleKey:
    def __init__(self, directory: pathlib.Path):
        self.key_id = "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(10))
        self.label = f"AuthKey_{self.key_id}"
        self.path = directory / f"{self.label}.p8"
        private = ec.generate_private_key(ec.SECP256R1())
        pem = private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        self.path.write_bytes(pem.rstrip(b"\n"))  # Apple's files end without a newline
        self.path.chmod(0o600)

    @property
    def public_key(self) -> ec.EllipticCurvePublicKey:
        """Taken from the file each time, never from a program under test."""
        return serialization.load_pem_private_key(self.path.read_bytes(), password=None).public_key()

    @property
    def spki(self) -> bytes:
        return self.public_key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)

    @property
    def pin(self) -> str:
        """The value of `public-key` in a key file."""
        return "sha256:" + hashlib.sha256(self.spki).hexdigest()

    @property
    def jwk(self) -> dict:
        numbers = self.public_key.public_numbers()
        octets = {"x": numbers.x.to_bytes(32, "big"), "y": numbers.y.to_bytes(32, "big")}
        return {"kty": "EC", "crv": "P-256", **{name: base64.urlsafe_b64encode(value).rstrip(b"=").decode() for name, value in octets.items()}}
