"""signet-admin key import: every shape of key file, and every way to be refused."""

import base64
import json
import os
import pathlib
import unittest

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from tests.support.admin import PASSPHRASE, PKCS8, TRADITIONAL, AdminTest, OnAnUnwillingToken, id_of, pem, pin_of, spki
from tests.support.process import run


DATA = pathlib.Path(__file__).resolve().parents[1] / "data"


def der(key) -> bytes:
    return key.private_bytes(serialization.Encoding.DER, PKCS8, serialization.NoEncryption())


class Import(AdminTest):
    def setUp(self):
        super().setUp()
        self.hsm.init_token()

    def check_imported(self, label: str, key, kind: str):
        shown = self.keys()[label]
        self.assertEqual(shown["public_key"], pin_of(key))
        self.assertEqual(shown["id"], id_of(key))
        self.assertEqual(shown["type"], kind)
        self.assertEqual((shown["sensitive"], shown["extractable"], shown["local"], shown["usable"]), (True, False, False, True))
        self.assertIn("value=0x11" if kind[:3] != "RSA" else "sensitive=1 extractable=0", self.hsm.flags(label))

    def test_every_type_of_key_as_pkcs8(self):
        for label, key, kind in (("p256", ec.generate_private_key(ec.SECP256R1()), "EC P-256"),
                                 ("p384", ec.generate_private_key(ec.SECP384R1()), "EC P-384"),
                                 ("p521", ec.generate_private_key(ec.SECP521R1()), "EC P-521"),
                                 ("rsa", rsa.generate_private_key(65537, 2048), "RSA 2048"),
                                 ("ed25519", ed25519.Ed25519PrivateKey.generate(), "Ed25519")):
            with self.subTest(label):
                self.import_file(self.write(f"{label}.pem", pem(key)))
                self.check_imported(label, key, kind)
        self.assertEqual(len(self.keys()), 5, "a refused way in leaves nothing behind")

    def test_sec1_and_pkcs1(self):
        elliptic, modular = ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 2048)
        self.import_file(self.write("sec1.pem", pem(elliptic, TRADITIONAL)))
        self.import_file(self.write("pkcs1.pem", pem(modular, TRADITIONAL)))
        self.check_imported("sec1", elliptic, "EC P-256")
        self.check_imported("pkcs1", modular, "RSA 2048")

    def test_what_the_openssl_tool_writes(self):
        for label, words in {"genpkey": ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
                             "ecparam": ["ecparam", "-name", "prime256v1", "-genkey"],  # EC PARAMETERS stand before the key
                             "genrsa": ["genrsa", "-traditional"]}.items():
            with self.subTest(label):
                path = self.root / f"{label}.pem"
                done = run(["openssl", *words, "-out", path])
                self.assertEqual(done.returncode, 0, done.stderr)
                self.import_file(path)
                self.check_imported(label, serialization.load_pem_private_key(path.read_bytes(), None), "RSA 2048" if label == "genrsa" else "EC P-256")

    def test_a_wrong_label_around_the_right_octets(self):
        for label, form, right, wrong in (("pkcs8-as-sec1", PKCS8, b"PRIVATE KEY", b"EC PRIVATE KEY"), ("sec1-as-pkcs8", TRADITIONAL, b"EC PRIVATE KEY", b"PRIVATE KEY")):
            with self.subTest(label):
                key = ec.generate_private_key(ec.SECP256R1())
                self.import_file(self.write(f"{label}.pem", pem(key, form).replace(right, wrong)))
                self.check_imported(label, key, "EC P-256")

    def test_der_files_of_every_form(self):
        elliptic, modular = ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 2048)
        for label, key, form, kind in (("pkcs8", elliptic, PKCS8, "EC P-384"), ("pkcs1", modular, TRADITIONAL, "RSA 2048")):
            self.import_file(self.write(f"{label}.der", key.private_bytes(serialization.Encoding.DER, form, serialization.NoEncryption())))
            self.check_imported(label, key, kind)
        sealed = ec.generate_private_key(ec.SECP256R1())
        octets = sealed.private_bytes(serialization.Encoding.DER, PKCS8, serialization.BestAvailableEncryption(PASSPHRASE.encode()))
        self.import_file(self.write("sealed.der", octets), **{"--passphrase-fd": PASSPHRASE})
        self.check_imported("sealed", sealed, "EC P-256")

    def test_a_der_file_may_end_with_any_octet(self):
        key = ec.generate_private_key(ec.SECP256R1())
        while not der(key).endswith(b"\n"):
            key = ec.generate_private_key(ec.SECP256R1())
        self.import_file(self.write("newline.der", der(key)))
        self.check_imported("newline", key, "EC P-256")

    def test_a_text_whose_line_ends_are_escaped(self):
        for label, end in (("line-feed", b"\\n"), ("both", b"\\r\\n")):
            key = ec.generate_private_key(ec.SECP256R1())
            self.import_file(self.write(f"{label}.p8", pem(key).replace(b"\n", end)))
            self.check_imported(label, key, "EC P-256")

    def test_weak_rsa_keys(self):
        def number(text: str) -> int:
            return int.from_bytes(base64.urlsafe_b64decode(text + "=="), "big")
        vector = {name: number(value) for name, value in json.loads((DATA / "roca.json").read_text()).items() if name != "source"}
        public = rsa.RSAPublicNumbers(vector["e"], vector["n"])
        roca = rsa.RSAPrivateNumbers(vector["p"], vector["q"], vector["d"], vector["dp"], vector["dq"], vector["qi"], public).private_key()
        for name, key, reason in (("roca", roca, "ROCA"), ("three", rsa.generate_private_key(3, 2048), "exponent")):
            stderr = self.import_file(self.write(f"{name}.pem", pem(key)), code=1).stderr
            self.assertIn(reason, stderr)
        self.assertEqual(self.keys(), {})

    def test_encrypted_files(self):
        for label, form in (("pkcs8", PKCS8), ("traditional", TRADITIONAL)):
            with self.subTest(label):
                key = ec.generate_private_key(ec.SECP256R1())
                path = self.write(f"{label}.pem", pem(key, form, PASSPHRASE))
                self.assertIn("passphrase", self.import_file(path, code=1, **{"--passphrase-fd": "wrong"}).stderr)
                self.assertEqual(self.keys().get(label), None)
                self.import_file(path, **{"--passphrase-fd": PASSPHRASE})
                self.check_imported(label, key, "EC P-256")

    def test_files_that_are_not_a_key_we_use(self):
        key = ec.generate_private_key(ec.SECP256R1())
        public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        lines = pem(key).decode()
        for name, text, reason in (("public", public, "PUBLIC KEY"),
                                   ("empty", b"", "empty"),
                                   ("garbage", b"\0" + os.urandom(2000), "PEM"),
                                   ("der-public", spki(key), ""),
                                   ("der-cut", der(key)[:-1], ""),
                                   ("der-trailing", der(key) + b"\0", ""),
                                   ("damaged", (lines[:60] + "AAAA" + lines[64:]).encode(), "damaged"),
                                   ("curve", pem(ec.generate_private_key(ec.SECP256K1())), ""),
                                   ("short", pem(rsa.generate_private_key(65537, 1024)), "2048"),
                                   ("large", lines.encode() + b" " * 70000, "64 KiB")):
            with self.subTest(name):
                stderr = self.import_file(self.write(f"{name}.pem", text), code=1).stderr
                self.assertIn(reason, stderr)
                self.assertIn(f"signet-admin: The file {self.root}/{name}.pem cannot be ", stderr)
        self.assertIn("missing", self.import_file(self.root / "nothing.p8", code=1).stderr)
        self.assertEqual(self.keys(), {})

    def test_a_public_half_that_is_another_key(self):
        one, other = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        point = [key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint) for key in (one, other)]
        der = one.private_bytes(serialization.Encoding.DER, PKCS8, serialization.NoEncryption())
        mixed = self.write("mixed.der", der.replace(*point))
        # The openssl tool only re-encodes here: base64 between two lines.
        done = run(["openssl", "base64", "-in", mixed])
        path = self.write("mixed.pem", f"-----BEGIN PRIVATE KEY-----\n{done.stdout}-----END PRIVATE KEY-----\n".encode())
        self.assertIn("do not belong together", self.import_file(path, code=1).stderr)
        self.assertEqual(self.keys(), {})

    def test_a_key_label_or_id_that_is_there_already(self):
        one, other = (self.write(f"{name}.pem", pem(ec.generate_private_key(ec.SECP256R1()))) for name in ("one", "other"))
        self.import_file(one, "--id", "0102")
        self.assertIn("another label", self.import_file(other, "--label", "one", code=3).stderr)
        self.assertIn("--id", self.import_file(other, "--id", "0102", code=3).stderr)
        self.assertIn("already holds this key", self.import_file(one, "--label", "two", "--id", "03", code=3).stderr)
        self.assertEqual(list(self.keys()), ["one"])
        self.assertEqual(self.keys()["one"]["id"], "0102")

    def test_a_wrong_pin_is_tried_once(self):
        path = self.write("key.pem", pem(ec.generate_private_key(ec.SECP256R1())))
        done = self.admin("key", "import", path, *self.token, secrets={"--pin-fd": self.hsm.so_pin + "0"}, code=3)
        self.assertIn("tried once", done.stderr)
        self.assertIn("tries have been used up", done.stderr)
        token, = (each for each in json.loads(self.admin("token", "list", *self.module, "--json").stdout)["tokens"] if each["label"] == self.hsm.token)
        self.assertTrue(token["user_pin_count_low"])
        self.assertEqual(self.keys(), {})


class Faults(OnAnUnwillingToken):
    def setUp(self):
        super().setUp()
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.path = self.write("key.pem", pem(self.key))

    def test_a_key_whose_signature_is_not_proven_is_destroyed_again(self):
        self.fault.rules("C_Sign rv=0x30")
        done = self.import_file(self.path, code=1)
        self.assertIn("destroyed again", done.stderr)
        self.assertEqual(self.objects(), 0)

    def test_a_key_that_cannot_be_destroyed_is_not_passed_over(self):
        self.fault.rules("C_Sign rv=0x30", "C_DestroyObject rv=0x30")
        self.assertIn("could NOT be destroyed", self.import_file(self.path, code=1).stderr)

    def test_a_token_that_does_not_unwrap_gets_the_numbers(self):
        self.fault.rules("C_UnwrapKey rv=0xD1")
        done = json.loads(self.import_file(self.path, "--json").stdout)
        self.assertIn("C_CreateObject", done["way_in"])
        self.assertEqual((done["public_key"], done["sensitive"], done["extractable"]), (pin_of(self.key), True, False))

    def test_a_token_that_takes_the_key_by_no_way(self):
        self.fault.rules("C_UnwrapKey rv=0xD1", "C_CreateObject rv=0x13 after=1")
        done = self.import_file(self.path, code=1)
        self.assertIn("C_UnwrapKey answered CKR_TEMPLATE_INCONSISTENT", done.stderr)
        self.assertIn("C_CreateObject answered CKR_ATTRIBUTE_VALUE_INVALID", done.stderr)
        self.assertEqual(self.objects(), 0)

    def test_a_token_that_refuses_the_public_object_puts_the_whole_key_into_the_file(self):
        self.fault.rules("C_CreateObject rv=0xD1 after=1")  # the first is the key that unwraps
        done = self.import_file(self.path)
        self.assertIn("public-key = spki:" + base64.b64encode(spki(self.key)).decode() + "\n", done.stdout)

    def test_a_wrong_pin_is_one_login(self):
        self.admin("key", "list", *self.token, secrets={"--pin-fd": self.hsm.so_pin + "0"}, code=3)
        self.assertEqual(self.fault.count("C_Login"), 1)

    def test_a_token_that_first_does_not_show_is_looked_for_again(self):
        self.fault.rules("C_GetTokenInfo rv=0xE0 times=2")
        self.assertEqual(self.keys(), {})

    def test_nothing_is_asked_of_the_token_before_the_file_is_good(self):
        self.import_file(self.write("bad.pem", b"nothing"), code=1)
        self.assertEqual(self.fault.count("C_Initialize"), 0)


if __name__ == "__main__":
    unittest.main()
