"""signet-admin and tokens: made, listed, shown, and PINs at a terminal."""

import json
import unittest

from cryptography.hazmat.primitives.asymmetric import ec

from tests.support.admin import PASSPHRASE, PKCS8, AdminTest, id_of, pem


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
        self.assertIn("--bogus", self.admin("--bogus", code=2).stderr)
        self.assertIn("signet-admin: There is no command \"key burn\"", self.admin("key", "burn", code=2).stderr)
        self.assertIn("Exit codes:", self.admin("key", "import", "--help").stdout)
        self.assertIn("Exit codes:", self.admin("-h").stdout)
        self.assertIn("signet-admin ", self.admin("--version").stdout)


class ListAndShow(AdminTest):
    def setUp(self):
        super().setUp()
        self.hsm.init_token()

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
        listed = self.admin("--config", conf, "key", "list", "--json", secrets={"--pin-fd": self.hsm.pin})
        self.assertEqual(len(json.loads(listed.stdout)["keys"]), 1, "options may stand before the command")
        conf.write_text("token = pkcs11:token=build\nmodul = x\n")
        self.assertIn("module", self.admin("key", "list", "--config", conf, code=1).stderr)


class AtATerminal(AdminTest):
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
