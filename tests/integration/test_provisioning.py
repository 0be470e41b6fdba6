"""signet-admin as a security officer uses it: a token, a key out of a .p8, proof that it cannot leave, and then the main job with it. What
the token holds is read back by Cryptoki calls that are not ours."""

import os
import re
import unittest

import jwt

from tests.support.apple_key import ISSUER, AppleKey
from tests.support.process import environment, program_path, run
from tests.support.stack import Stack


class Provisioning(unittest.TestCase):
    def setUp(self):
        self.stack = self.enterContext(Stack(start=False))
        self.hsm, self.key = self.stack.hsm, AppleKey(self.stack.root)

    def admin(self, *words, pin: str | None = None, so_pin: str | None = None, code: int = 0):
        """PINs go through pipes; each is whole in its pipe before the program starts."""
        descriptors, options = [], []
        try:
            for option, value in (("--pin-fd", pin), ("--so-pin-fd", so_pin)):
                if value is not None:
                    reader, writer = os.pipe()
                    os.write(writer, value.encode() + b"\n")
                    os.close(writer)
                    descriptors.append(reader)
                    options += [option, str(reader)]
            done = run([program_path("signet-admin"), *words, *options], env=environment(**self.hsm.environment), pass_fds=tuple(descriptors))
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        self.assertEqual(done.returncode, code, done)
        for value in (self.hsm.pin, self.hsm.so_pin, self.key.path.read_text()):
            self.assertNotIn(value, done.stdout + done.stderr)
        return done

    def import_key(self, **more):
        return self.admin("key", "import", self.key.path, "--config", self.stack.token_conf, pin=self.hsm.pin, **more)

    def test_an_imported_key_is_sensitive_cannot_be_extracted_and_does_the_main_job(self):
        output = self.import_key().stdout
        self.assertEqual(self.hsm.flags(self.key.label), "sensitive=1 extractable=0 value=0x11")
        printed = dict(re.findall(r"^\s*([a-z-]+)\s*=\s*(\S+)", output, re.MULTILINE))
        self.assertEqual(printed["public-key"], self.key.pin, "the pin is the hash of the .p8's public half")
        self.assertEqual(printed["key-id"], self.key.key_id)
        self.stack.write_key("new", {"object": printed["object"], "public-key": printed["public-key"], "key-id": printed["key-id"], "issuer": ISSUER})
        self.stack.start()
        token = self.stack.jwt(key="new").json()["token"]
        jwt.decode(token, self.key.public_key, algorithms=["ES256"], audience="apple-developer-enterprise-v1")

    def test_a_token_made_by_token_init_takes_a_key(self):
        self.admin("token", "init", "--module", self.hsm.module, "--token", "fresh", pin=self.hsm.pin, so_pin=self.hsm.so_pin)
        listed = self.admin("token", "list", "--module", self.hsm.module).stdout
        self.assertIn("fresh", listed)
        self.assertIn(self.hsm.token, listed)
        self.hsm.token = "fresh"
        self.stack.write_token_conf()
        self.import_key()
        self.assertEqual(self.hsm.flags(self.key.label), "sensitive=1 extractable=0 value=0x11")

    def test_token_init_does_not_wipe_a_token_of_that_name(self):
        self.admin("token", "init", "--module", self.hsm.module, "--token", self.hsm.token, pin=self.hsm.pin, so_pin=self.hsm.so_pin, code=3)
        self.assertEqual(self.hsm.flags(self.stack.key.label), "sensitive=1 extractable=0 value=0x11")

    def test_token_init_tells_how_long_a_pin_may_be(self):
        done = self.admin("token", "init", "--module", self.hsm.module, "--token", "fresh", pin=self.hsm.pin, so_pin="123", code=3)
        self.assertIn("a PIN of this token has 4 to 255 octets", done.stderr)

    def test_list_and_show_tell_what_the_token_says(self):
        self.import_key()
        self.assertIn(self.key.label, self.admin("key", "list", "--config", self.stack.token_conf, pin=self.hsm.pin).stdout)
        shown = self.admin("key", "show", self.key.label, "--config", self.stack.token_conf, pin=self.hsm.pin).stdout
        self.assertIn(self.key.pin, shown)

    def test_the_same_key_twice_is_refused(self):
        self.import_key()
        self.import_key(code=3)

    def test_a_wrong_pin_is_tried_once_and_nothing_is_made(self):
        done = self.admin("key", "import", self.key.path, "--config", self.stack.token_conf, pin="00000000" if self.hsm.pin != "00000000" else "1", code=3)
        self.assertIn("PIN", done.stderr)
        self.assertNotIn(self.key.label, self.admin("key", "list", "--config", self.stack.token_conf, pin=self.hsm.pin).stdout)

    def test_what_is_no_key_is_refused(self):
        for name, text in {"empty": "", "text": "hello", "certificate": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
                           "cut": self.key.path.read_text()[:100]}.items():
            with self.subTest(name):
                path = self.stack.root / f"{name}.p8"
                path.write_text(text)
                done = self.admin("key", "import", path, "--config", self.stack.token_conf, pin=self.hsm.pin, code=1)
                self.assertNotEqual(done.stderr, "")

    def test_a_pin_is_never_an_argument(self):
        done = self.admin("key", "list", "--config", self.stack.token_conf, "--pin", "12345678", code=2)
        self.assertNotIn("12345678", done.stderr)


if __name__ == "__main__":
    unittest.main()
