"""signet-admin key generate: keys that are born on the token, and every way to be refused."""

import base64
import json
import subprocess
import unittest

from cryptography.hazmat.primitives import serialization
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from tests.support.admin import PROFILES, AdminTest, OnAnUnwillingToken, pin_of, spki

KINDS = {"p256": ("EC P-256", ECAlgorithm), "p384": ("EC P-384", ECAlgorithm), "p521": ("EC P-521", ECAlgorithm),
         "rsa2048": ("RSA 2048", RSAAlgorithm), "rsa3072": ("RSA 3072", RSAAlgorithm), "ed25519": ("Ed25519", OKPAlgorithm)}


class Halves:
    """A public key where the helpers of the other tests want a pair."""

    def __init__(self, public):
        self.public = public

    def public_key(self):
        return self.public


class Generate(AdminTest):
    def setUp(self):
        super().setUp()
        self.hsm.init_token()

    def generate(self, label: str, *words, code: int = 0):
        return self.with_pin("key", "generate", label, *words, code=code)

    def test_every_type_is_born_inside_and_shown_in_three_forms(self):
        for kind, (name, algorithm) in KINDS.items():
            with self.subTest(kind):
                made = json.loads(self.generate(kind, "--type", kind, "--json").stdout)
                public = Halves(serialization.load_pem_public_key(made["pem"].encode()))
                self.assertEqual(made["public_key"], pin_of(public))
                self.assertEqual(spki(Halves(algorithm.from_jwk(json.dumps(made["jwk"])))), spki(public))
                self.assertEqual(spki(Halves(serialization.load_ssh_public_key(made["ssh"].encode()))), spki(public))
                self.assertTrue(made["ssh"].endswith(" " + kind))
                self.assertEqual((made["type"], made["label"], made["usable"]), (name, kind, True))
                self.assertEqual([made[flag] for flag in ("sensitive", "extractable", "always_sensitive", "never_extractable", "local")],
                                 [True, False, True, True, True])
                self.assertEqual(len(bytes.fromhex(made["id"])), 20)
        self.assertEqual(sorted(self.keys()), sorted(KINDS))

    def test_a_person_reads_what_was_made(self):
        text = self.generate("reports").stdout
        for word in ('Made "reports"', "born inside", "-----BEGIN PUBLIC KEY-----", '"crv":"P-256"', "ecdsa-sha2-nistp256 ", "public-key = sha256:", "thumbprint"):
            self.assertIn(word, text)

    def test_ssh_keygen_knows_the_key(self):
        for kind in ("p521", "rsa2048"):
            made = json.loads(self.generate(kind, "--type", kind, "--json").stdout)
            path = self.write(f"{kind}.pub", made["ssh"].encode() + b"\n")
            shown = subprocess.run(["ssh-keygen", "-e", "-m", "PKCS8", "-f", path], capture_output=True, text=True, check=True).stdout
            self.assertEqual(base64.b64decode("".join(shown.splitlines()[1:-1])), spki(Halves(serialization.load_pem_public_key(made["pem"].encode()))))

    def test_a_name_that_is_there_already(self):
        first = json.loads(self.generate("one", "--id", "0102", "--json").stdout)
        self.assertEqual(first["id"], "0102")
        self.assertIn("label", self.generate("one", code=3).stderr)
        self.assertIn("--id", self.generate("two", "--id", "0102", code=3).stderr)
        self.assertEqual(list(self.keys()), ["one"])

    def test_wrong_command_lines(self):
        for words, reason in ((["x", "--type", "p224"], "--type"), (["x", "--type", "rsa1024"], "--type"), (["x", "y"], "one label"), ([], "one label"),
                              (["a\nb"], "control"), (["x" * 256], "255"), (["x", "--label", "y"], "--label"), (["x", "--id", "0"], "--id"),
                              (["x", "--write-key-file", str(self.root / "x.conf")], "--profile")):
            with self.subTest(words):
                self.assertIn(reason, self.with_pin("key", "generate", *words, code=2).stderr)
        self.assertEqual(self.keys(), {})

    def test_the_key_file_is_written_and_held_to_the_profile_first(self):
        path = self.root / "reports.conf"
        words = ["--write-key-file", path, "--profiles-dir", PROFILES, "--profile", "apple-enterprise", "--key-id", "2X9R4HXF34",
                 "--issuer", "57246542-96fe-1a63-e053-0824d011072a", "--role", "developer", "--allow", "user:root"]
        self.assertIn("ES256", self.generate("reports", "--type", "rsa2048", *words, code=2).stderr)
        self.assertEqual(self.keys(), {})
        made = json.loads(self.generate("reports", *words, "--json").stdout)
        self.assertEqual(made["key_file_path"], str(path))
        self.assertIn(f"public-key = {made['public_key']}\n", path.read_text())
        self.assertIn("pkcs11:object=reports", path.read_text())


class Faults(OnAnUnwillingToken):
    def test_a_key_that_is_not_proven_is_destroyed_again(self):
        for rule in ("C_Sign rv=0x30", "C_SignInit rv=0x60", "C_GetAttributeValue rv=0x30"):
            with self.subTest(rule):
                self.fault.rules(rule)
                self.assertIn("destroyed again", self.with_pin("key", "generate", "weak", code=1).stderr)
                self.assertEqual(self.objects(), 0)

    def test_a_token_that_makes_none(self):
        self.fault.rules("C_GenerateKeyPair rv=0x31")
        self.assertIn("does not make a key", self.with_pin("key", "generate", "weak", code=1).stderr)
        self.assertEqual(self.objects(), 0)

    def test_one_that_cannot_be_destroyed_is_said_aloud(self):
        self.fault.rules("C_Sign rv=0x30", "C_DestroyObject rv=0x30")
        self.assertIn("could NOT be destroyed", self.with_pin("key", "generate", "weak", code=1).stderr)


if __name__ == "__main__":
    unittest.main()
