"""signet-admin on a SoftHSM2 store: every shape of key file, every way to be refused, PINs at a terminal. Public halves, pins and ids come
from the files themselves, never from the program under test."""

import base64
import hashlib
import json
import os
import pathlib
import shutil
import stat
import tempfile
import unittest

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from tests.support.fault import FaultModule
from tests.support.hsm import SoftHsm
from tests.support.process import environment, program_path, run
from tests.support.terminal import Terminal

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
                                   ("escaped", lines.replace("\n", "\\n").encode(), "line break"),
                                   ("empty", b"", "empty"),
                                   ("garbage", os.urandom(2000), "PEM"),
                                   ("damaged", (lines[:60] + "AAAA" + lines[64:]).encode(), "damaged"),
                                   ("curve", pem(ec.generate_private_key(ec.SECP256K1())), ""),
                                   ("short", pem(rsa.generate_private_key(65537, 1024)), "2048"),
                                   ("large", lines.encode() + b" " * 70000, "64 KiB")):
            with self.subTest(name):
                self.assertIn(reason, self.import_file(self.write(f"{name}.pem", text), code=1).stderr)
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
        self.assertIn("--label", self.import_file(other, "--label", "one", code=3).stderr)
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

    def test_what_is_printed_for_the_key_file(self):
        key = ec.generate_private_key(ec.SECP256R1())
        path = self.write("AuthKey_2X9R4HXF34.p8", pem(key).rstrip(b"\n"))
        done = self.import_file(path)
        for line in ("token      = build\n", "object     = pkcs11:object=AuthKey_2X9R4HXF34\n", f"public-key = {pin_of(key)}\n", "key-id     = 2X9R4HXF34\n"):
            self.assertIn(line, done.stdout)
        self.assertIn("outside the token once", done.stdout)
        self.assertIn(f"shred -u {path}", done.stdout)
        self.assertEqual(path.read_bytes(), pem(key).rstrip(b"\n"), "the file is left alone")

    def test_a_written_key_file_is_whole_readable_and_new(self):
        key = ec.generate_private_key(ec.SECP256R1())
        path, key_file = self.write("AuthKey_2X9R4HXF34.p8", pem(key)), self.root / "apple.conf"
        words = ["--write-key-file", key_file, "--profile", "apple-enterprise", "--issuer", "57246542-96fe-1a63-e053-0824d011072a",
                 "--role", "developer", "--allow", "group:builders", "--allow", "user:ci unit:runner.service"]
        self.import_file(path, *words)
        options = [tuple(part.strip() for part in line.split("=", 1)) for line in key_file.read_text().splitlines()]
        self.assertEqual(options, [("token", "build"), ("object", "pkcs11:object=AuthKey_2X9R4HXF34"), ("public-key", pin_of(key)),
                                   ("profile", "apple-enterprise"), ("key-id", "2X9R4HXF34"), ("issuer", "57246542-96fe-1a63-e053-0824d011072a"),
                                   ("role", "developer"), ("allow", "group:builders"), ("allow", "user:ci unit:runner.service")])
        self.assertEqual(stat.S_IMODE(key_file.stat().st_mode), 0o644)
        other = self.write("other.pem", pem(ec.generate_private_key(ec.SECP256R1())))
        self.import_file(other, *words, code=3)
        self.import_file(other, "--write-key-file", self.root / "none/there.conf", "--profile", "p", code=1)
        self.import_file(other, *words[2:], "--key-id", "a\nallow = user:root", code=2)
        self.assertEqual(list(self.keys()), ["AuthKey_2X9R4HXF34"], "what is wrong with the key file is found before the import")
        self.assertEqual(sorted(each.name for each in self.root.iterdir() if "apple" in each.name), ["apple.conf"])

    def test_key_show_by_label_id_and_uri(self):
        key = ec.generate_private_key(ec.SECP256R1())
        self.import_file(self.write("key one.pem", pem(key)))
        for name in ("key one", id_of(key), "pkcs11:object=key%20one"):
            with self.subTest(name):
                shown = json.loads(self.with_pin("key", "show", name, "--json").stdout)
                self.assertEqual((shown["label"], shown["value_refused"]), ("key one", True))
        self.assertIn("refused by the token (CKR_ATTRIBUTE_SENSITIVE)", self.with_pin("key", "show", "key one").stdout)
        self.with_pin("key", "show", "key two", code=1)

    def test_an_exportable_key_is_shown_as_one(self):
        self.hsm.generate("loose", b"\x01", "exportable")
        shown = json.loads(self.with_pin("key", "show", "loose", "--json").stdout)
        self.assertEqual((shown["sensitive"], shown["extractable"], shown["usable"], shown["value_refused"]), (False, True, False, False))
        self.assertIn("HANDED OUT", self.with_pin("key", "show", "loose").stdout)

    def test_a_configuration_names_module_and_token(self):
        conf = self.write("other.conf", f"module = {self.hsm.module}\ntoken = pkcs11:token={self.hsm.token}\nsocket = /run/x\nallow = user:nobody-of-that-name\n".encode())
        path = self.write("key.pem", pem(ec.generate_private_key(ec.SECP256R1())))
        done = self.admin("key", "import", path, "--config", conf, secrets={"--pin-fd": self.hsm.pin})
        self.assertIn("token      = other\n", done.stdout, "the link has the configuration file's name")
        conf.write_text("token = pkcs11:token=build\nmodul = x\n")
        self.assertIn("module", self.admin("key", "list", "--config", conf, code=1).stderr)


class OnAnUnwillingToken(AdminTest):
    """The fault module stands between signet-admin and SoftHSM."""

    def setUp(self):
        super().setUp()
        self.hsm.init_token()
        self.fault = FaultModule(self.root)
        self.environment.update(self.fault.environment)
        self.token = ["--module", self.fault.path, "--token", self.hsm.token]
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.path = self.write("key.pem", pem(self.key))

    def objects(self) -> int:
        """As many as SoftHSM has files for."""
        return len(list(self.hsm.tokens.glob("*/*.object"))) - 1  # token.object is the token itself

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


class Tokens(AdminTest):
    def init(self, *words, code: int = 0, so_pin: str | None = None):
        return self.admin("token", "init", *words, secrets={"--so-pin-fd": so_pin or self.hsm.so_pin, "--pin-fd": self.hsm.pin}, code=code)

    def test_init_again_only_by_force_and_with_the_right_so_pin(self):
        self.init(*self.token)
        self.import_one()
        self.assertIn("--force", self.init(*self.token, code=3).stderr)
        self.init(*self.token, "--force", so_pin=self.hsm.so_pin + "0", code=3)
        self.assertEqual(len(self.keys()), 1)
        self.init(*self.token, "--force")
        self.assertEqual(self.keys(), {})

    def import_one(self):
        self.with_pin("key", "import", self.write("key.pem", pem(ec.generate_private_key(ec.SECP256R1()))))

    def test_list_tells_the_state_without_a_pin(self):
        self.init(*self.token)
        done = self.admin("token", "list", *self.module)
        self.assertIn("initialised, user PIN set", done.stdout)
        self.assertIn("not initialised", done.stdout)

    def test_a_label_that_no_token_can_have(self):
        self.init(*self.module, "--token", "x" * 33, code=2)

    def test_what_is_not_there_is_unavailable(self):
        self.hsm.init_token()
        self.admin("key", "list", *self.module, "--token", "other", secrets={"--pin-fd": self.hsm.pin}, code=4)
        self.admin("token", "list", "--module", "/usr/lib/nothing.so", code=4)
        self.admin("token", "list", "--module", self.hsm.conf, code=4)

    def test_a_wrong_command_line(self):
        for words in ([], ["key"], ["key", "burn"], ["key", "import", *self.token], ["key", "import", "a", "b", *self.token], ["key", "list", *self.module],
                      ["key", "list"], ["key", "list", *self.token, "--config", "x"], ["key", "list", *self.token, "--pin-fd", "1234abcd"],
                      ["key", "list", *self.token, "--pin=47110815"], ["key", "list", *self.token, "--pin", "47110815"],
                      ["key", "import", "x", *self.token, "--id", "abc"], ["key", "import", "x", *self.token, "--label", ""],
                      ["key", "import", "x", *self.token, "--pin-fd", "3", "--passphrase-fd", "3"], ["key", "import", "x", *self.token, "--write-key-file", "y"]):
            with self.subTest(words):
                done = self.admin(*words, code=2)
                self.assertNotIn("47110815", done.stderr)
        self.assertIn("Exit codes:", self.admin("key", "import", "--help").stdout)
        self.assertIn("signet-admin ", self.admin("--version").stdout)


class AtATerminal(AdminTest):
    def terminal(self, *words):
        return self.enterContext(Terminal([program_path("signet-admin"), *words], {**self.environment, "TERM": "xterm"}))

    def check_hidden(self, terminal, *secrets):
        for secret in secrets:
            self.assertNotIn(secret, terminal.shown)
            if terminal.process.poll() is None:
                self.assertNotIn(secret, terminal.proc("cmdline") + terminal.proc("environ"))

    def test_new_pins_are_asked_twice_and_never_shown(self):
        terminal = self.terminal("token", "init", *self.token)
        for prompt, answer in (("New SO PIN: ", self.hsm.so_pin), ("The same again: ", self.hsm.so_pin), ("New user PIN: ", self.hsm.pin), ("The same again: ", self.hsm.pin)):
            terminal.expect(prompt)
            self.check_hidden(terminal, self.hsm.pin, self.hsm.so_pin)
            terminal.type(answer)
        self.assertEqual(terminal.finish(), 0, terminal.shown)
        self.check_hidden(terminal, self.hsm.pin, self.hsm.so_pin)
        self.assertEqual(self.keys(), {})

    def test_two_different_entries_change_nothing(self):
        terminal = self.terminal("token", "init", *self.token)
        terminal.expect("New SO PIN: ")
        terminal.type("12345678")
        terminal.expect("The same again: ")
        terminal.type("12345679")
        self.assertEqual(terminal.finish(), 1)
        self.assertNotIn("build", self.admin("token", "list", *self.module).stdout)

    def test_passphrase_then_pin(self):
        self.hsm.init_token()
        path = self.write("sealed.pem", pem(ec.generate_private_key(ec.SECP256R1()), PKCS8, PASSPHRASE))
        terminal = self.terminal("key", "import", path, *self.token)
        terminal.expect(f"Passphrase of {path}: ")
        terminal.type(PASSPHRASE)
        terminal.expect('PIN of token "build": ')
        self.check_hidden(terminal, PASSPHRASE)
        terminal.type(self.hsm.pin)
        self.assertEqual(terminal.finish(), 0, terminal.shown)
        self.check_hidden(terminal, PASSPHRASE, self.hsm.pin)
        self.assertEqual(list(self.keys()), ["sealed"])

    def test_without_a_terminal_the_descriptor_is_named(self):
        self.hsm.init_token()
        done = self.admin("key", "list", *self.token, code=1)
        self.assertIn("descriptor", done.stderr)


if __name__ == "__main__":
    unittest.main()
