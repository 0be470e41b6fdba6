"""signet-admin key import and the lines for keys.d, held to signetd --check."""

import json
import pathlib
import stat
import tempfile
import unittest

from cryptography.hazmat.primitives.asymmetric import ec

from tests.support.admin import PROFILES, AdminTest, pem, pin_of
from tests.support.apple_key import ISSUER
from tests.support.process import environment, program_path, run


class KeyFile(AdminTest):
    def setUp(self):
        super().setUp()
        self.hsm.init_token()

    def test_what_is_printed_for_the_key_file(self):
        key = ec.generate_private_key(ec.SECP256R1())
        path = self.write("AuthKey_2X9R4HXF34.p8", pem(key).rstrip(b"\n"))
        done = self.import_file(path)
        for line in ("token      = build\n", "object     = pkcs11:object=AuthKey_2X9R4HXF34\n", f"public-key = {pin_of(key)}\n", "key-id     = 2X9R4HXF34\n"):
            self.assertIn(line, done.stdout)
        self.assertIn("outside the token once", done.stdout)
        self.assertIn(f"shred -u {path}", done.stdout)
        self.assertEqual(path.read_bytes(), pem(key).rstrip(b"\n"), "the file is left alone")

    def key_file_words(self, path, **more):
        """Options for a key file with which nothing is wrong, but for `more`."""
        options = {"--write-key-file": path, "--profiles-dir": PROFILES, "--profile": "apple-enterprise", "--issuer": ISSUER, "--role": "developer",
                   "--allow": "user:daemon", **more}
        return [word for pair in options.items() if pair[1] is not None for word in pair]

    def check(self, **key_files):
        """signetd --check over these key files: name -> text."""
        keys = pathlib.Path(tempfile.mkdtemp(dir=self.root))
        for name, text in key_files.items():
            (keys / f"{name}.conf").write_text(text)
        conf = self.write("signetd.conf", "".join(f"{option} = {value}\n" for option, value in {
            "socket": self.root / "s", "keys-dir": keys, "profiles-dir": PROFILES, "token-dir": self.root, "state-dir": self.root,
            "audit-log": self.root / "audit"}.items()).encode())
        return run([program_path("signetd"), "--config", conf, "--check"], env=environment())

    def test_a_written_key_file_is_whole_readable_and_new(self):
        key = ec.generate_private_key(ec.SECP256R1())
        path, key_file = self.write("AuthKey_2X9R4HXF34.p8", pem(key)), self.root / "apple.conf"
        words = [*self.key_file_words(key_file), "--allow", "group:daemon uid:1"]
        done = self.import_file(path, *words)
        self.assertIn(f"Wrote {key_file}; reload signetd.\n", done.stdout)
        options = [tuple(part.strip() for part in line.split("=", 1)) for line in key_file.read_text().splitlines()]
        self.assertEqual(options, [("token", "build"), ("object", "pkcs11:object=AuthKey_2X9R4HXF34"), ("public-key", pin_of(key)),
                                   ("profile", "apple-enterprise"), ("key-id", "2X9R4HXF34"), ("issuer", ISSUER),
                                   ("role", "developer"), ("allow", "user:daemon"), ("allow", "group:daemon uid:1")])
        self.assertEqual(stat.S_IMODE(key_file.stat().st_mode), 0o644)
        self.assertEqual(self.check(apple=key_file.read_text()).returncode, 0)
        other = self.write("other.pem", pem(ec.generate_private_key(ec.SECP256R1())))
        self.import_file(other, *words, code=3)
        self.import_file(other, "--key-id", "a\nallow = user:root", code=2)
        self.assertEqual(list(self.keys()), ["AuthKey_2X9R4HXF34"], "what is wrong with the key file is found before the import")
        self.assertEqual(sorted(each.name for each in self.root.iterdir() if "apple" in each.name), ["apple.conf"])

    def test_a_key_file_that_cannot_be_made_stops_the_import(self):
        path = self.write("AuthKey_2X9R4HXF34.p8", pem(ec.generate_private_key(ec.SECP256R1())))
        for key_file in (self.root / "none/there.conf", pathlib.Path("/proc/apple.conf")):
            with self.subTest(key_file):
                done = self.import_file(path, *self.key_file_words(key_file), "--json", code=1)
                self.assertEqual(done.stdout, "")
                self.assertIn(f"The key file {key_file} cannot be written (", done.stderr)
        self.assertEqual(self.keys(), {})

    def test_a_key_file_that_signetd_would_refuse_stops_the_import(self):
        path = self.write("AuthKey_2X9R4HXF34.p8", pem(ec.generate_private_key(ec.SECP256R1())))
        key_file = self.root / "apple.conf"
        done = self.import_file(path, *self.key_file_words(key_file, **{"--issuer": "not-a-uuid", "--role": "boss", "--allow": "group:no-such-group"}), code=2)
        for option in ("issuer", "role", "allow"):
            self.assertRegex(done.stderr, rf"\n  {key_file}:\d+: {option}: ")
        self.assertIn("There is no profile", self.import_file(path, *self.key_file_words(key_file, **{"--profile": "other"}), code=2).stderr)
        wide = self.write("AuthKey_2X9R4HXF35.p8", pem(ec.generate_private_key(ec.SECP384R1())))
        self.assertIn("public-key", self.import_file(wide, *self.key_file_words(key_file), code=2).stderr)
        self.assertIn("NAME.conf", self.import_file(path, *self.key_file_words(self.root / "apple"), code=2).stderr)
        self.assertEqual(self.keys(), {})
        self.assertFalse(key_file.exists())

    def test_a_key_file_may_wait_for_what_is_not_known_yet(self):
        key_file = self.root / "apple.conf"
        done = self.import_file(self.write("key.pem", pem(ec.generate_private_key(ec.SECP256R1()))),
                                *self.key_file_words(key_file, **{"--issuer": None, "--role": None, "--allow": None}))
        self.assertIn("complete it, then reload signetd", done.stdout)
        waiting = [line.split("=")[0].strip() for line in key_file.read_text().splitlines() if "#" in line]
        self.assertEqual(waiting, ["key-id", "issuer", "role", "allow"])

    def test_the_printed_lines_filled_in_are_what_signetd_takes(self):
        printed = self.import_file(self.write("key.pem", pem(ec.generate_private_key(ec.SECP256R1()))), "--json").stdout
        lines = json.loads(printed)["key_file"]
        self.assertEqual(json.loads(printed)["key_file_path"], None)
        self.assertNotEqual(self.check(apple=lines).returncode, 0)
        for profile in ("apple-enterprise", "app-store-connect"):
            filled = lines
            for option, value in {"profile": profile, "key-id": "2X9R4HXF34", "issuer": ISSUER, "role": "developer", "allow": "user:daemon"}.items():
                self.assertEqual(filled.count(f"{option:<10} =   #"), 1, lines)
                filled = filled.replace(f"{option:<10} =   #", f"{option:<10} = {value}   #")
            done = self.check(apple=filled)
            self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_a_key_file_that_cannot_be_written_in_the_end_is_no_success(self):
        for label, more in (("one", []), ("two", ["--json"])):
            with self.subTest(label):
                path, key_file = self.write(f"{label}.pem", pem(ec.generate_private_key(ec.SECP256R1()))), self.root / f"{label}.conf"
                terminal = self.terminal("key", "import", path, *self.token, "--write-key-file", key_file, "--profile", "apple-enterprise",
                                         "--profiles-dir", PROFILES, *more)
                terminal.expect('PIN of token "build": ')
                key_file.write_text("somebody else's")
                terminal.type(self.hsm.pin)
                self.assertEqual(terminal.finish(), 1, terminal.shown)
                self.assertIn("The key is on the token, but its key file is not written", terminal.shown)
                self.assertIn(f"pkcs11:object={label}", terminal.shown, "the lines are not lost")
                if more:
                    self.assertIn('"key_file_path":null', terminal.shown)
                self.assertEqual(key_file.read_text(), "somebody else's")
        self.assertEqual(sorted(self.keys()), ["one", "two"])


if __name__ == "__main__":
    unittest.main()
