"""signet-admin on a SoftHSM2 store. Public halves, pins and ids come from the key files themselves, never from the program under test."""

import hashlib
import json
import os
import pathlib
import shutil
import tempfile
import unittest

from cryptography.hazmat.primitives import serialization

from tests.support.fault import FaultModule
from tests.support.hsm import SoftHsm
from tests.support.process import environment, program_path, run
from tests.support.terminal import Terminal

PROFILES = pathlib.Path(__file__).resolve().parents[2] / "daemon/profiles"
PASSPHRASE = "open sesame 4711"
PKCS8, TRADITIONAL = serialization.PrivateFormat.PKCS8, serialization.PrivateFormat.TraditionalOpenSSL


def pem(key, form=PKCS8, passphrase: str | None = None) -> bytes:
    cipher = serialization.BestAvailableEncryption(passphrase.encode()) if passphrase else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, form, cipher)


def spki(key) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def pin_of(key) -> str:
    return "sha256:" + hashlib.sha256(spki(key)).hexdigest()


def id_of(key) -> str:
    return hashlib.sha256(spki(key)).hexdigest()[:40]


class AdminTest(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="signet-"))
        self.addCleanup(shutil.rmtree, self.root)
        self.hsm = SoftHsm(self.root / "hsm")
        self.environment = environment(**self.hsm.environment)
        self.module = ["--module", self.hsm.module]
        self.token = [*self.module, "--token", self.hsm.token]

    def admin(self, *words, secrets: dict | None = None, code: int = 0):
        """`secrets`: option -> text, each through a pipe of its own."""
        descriptors, options = [], []
        for option, value in (secrets or {}).items():
            reader, writer = os.pipe()
            os.write(writer, value.encode() + b"\n")
            os.close(writer)
            descriptors.append(reader)
            options += [option, reader]
        try:
            done = run([program_path("signet-admin"), *words, *options], env=self.environment, pass_fds=tuple(descriptors))
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        for value in (secrets or {}).values():
            self.assertNotIn(value, done.stdout + done.stderr)
        return done

    def with_pin(self, *words, code: int = 0, **more):
        return self.admin(*words, *self.token, secrets={"--pin-fd": self.hsm.pin, **more}, code=code)

    def write(self, name: str, text: bytes) -> pathlib.Path:
        path = self.root / name
        path.write_bytes(text)
        return path

    def import_file(self, path, *words, code: int = 0, **more):
        return self.with_pin("key", "import", path, *words, code=code, **more)

    def keys(self) -> dict:
        return {key["label"]: key for key in json.loads(self.with_pin("key", "list", "--json").stdout)["keys"]}

    def terminal(self, *words):
        return self.enterContext(Terminal([program_path("signet-admin"), *words], {**self.environment, "TERM": "xterm"}))


class OnAnUnwillingToken(AdminTest):
    """The fault module stands between signet-admin and SoftHSM."""

    def setUp(self):
        super().setUp()
        self.hsm.init_token()
        self.fault = FaultModule(self.root)
        self.environment.update(self.fault.environment)
        self.token = ["--module", self.fault.path, "--token", self.hsm.token]

    def objects(self) -> int:
        """As many as SoftHSM has files for."""
        return len(list(self.hsm.tokens.glob("*/*.object"))) - 1  # token.object is the token itself
