"""Private keys made here and put on a token by softhsm2-util, so that the public halves that judge come from no program of ours."""

import hashlib

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from tests.interop.certificates import self_signed
from tests.support.process import environment, run
from tests.support.stack import Stack

MAKERS = {
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()), "ES384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "ES512": lambda: ec.generate_private_key(ec.SECP521R1()), "EdDSA": ed25519.Ed25519PrivateKey.generate, "Ed25519": ed25519.Ed25519PrivateKey.generate,
}


class PrivateKey:
    def __init__(self, alg: str):
        self.private = MAKERS.get(alg, lambda: rsa.generate_private_key(65537, 2048))()

    def spki(self, encoding=serialization.Encoding.DER) -> bytes:
        return self.private.public_key().public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)

    @property
    def spki_pem(self) -> str:
        return self.spki(serialization.Encoding.PEM).decode()

    @property
    def id(self) -> str:
        return hashlib.sha256(self.spki()).hexdigest()[:40]

    def into(self, stack: Stack, label: str) -> dict:
        """Onto the stack's token; gives the lines of a key file that say where it is."""
        path = stack.root / f"{label}.pem"
        path.write_bytes(self.private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        stack.hsm.tool("--import", str(path), "--token", stack.hsm.token, "--label", label, "--id", self.id, "--pin", stack.hsm.pin)
        path.unlink()
        return {"object": f"pkcs11:object={label}", "public-key": f"sha256:{hashlib.sha256(self.spki()).hexdigest()}"}

    def certificate_into(self, stack: Stack, label: str) -> bytes:
        """A certificate beside the key, by the tool that operators would use. Gives it as DER."""
        path = stack.root / f"{label}.der"
        path.write_bytes(self_signed(label, self.private).public_bytes(serialization.Encoding.DER))
        done = run(["pkcs11-tool", "--module", stack.hsm.module, "--token-label", stack.hsm.token, "--login", "--pin", stack.hsm.pin,
                    "--write-object", path, "--type", "cert", "--label", label, "--id", self.id], env=environment(**stack.hsm.environment))
        assert done.returncode == 0, done.stderr
        return path.read_bytes()
