"""Configuration: every problem of every file in one report with file, line and option."""

import os
import re
import unittest

from tests.support.peer import Peer, as_peer
from tests.support.process import eventually, program_path, run
from tests.support.stack import Stack

SECOND = Peer(54321, 54321)


class Check(unittest.TestCase):
    """`--check` on files as an operator might leave them."""

    @classmethod
    def setUpClass(cls):
        cls.stack = cls.enterClassContext(Stack(start=False))

    def setUp(self):
        self.addCleanup(self.restore)

    def restore(self):
        self.stack.write_daemon_conf()
        self.stack.write_token_conf()
        for path in (self.stack.root / "etc/keys.d").iterdir():
            path.unlink()
        self.stack.write_key("apple")

    def check(self, program: str = "signetd"):
        conf = self.stack.daemon_conf if program == "signetd" else self.stack.token_conf
        return run([program_path(program), "--config", conf, "--check"])

    def append(self, path, text: str) -> int:
        """Adds a line; gives its number."""
        with open(path, "a") as file:
            file.write(text + "\n")
        return len(path.read_text().splitlines())

    def key_file(self, name: str = "apple"):
        return self.stack.root / f"etc/keys.d/{name}.conf"

    def assert_reported(self, report: str, path, line: int | None, *words: str):
        """One line of the report names the file, the line where there is one, and all the words."""
        place = f"{path}:{line}" if line else str(path)
        lines = [each for each in report.splitlines() if re.search(re.escape(place) + r"(?![0-9])", each)]
        self.assertTrue(any(all(word in each for word in words) for each in lines), f"{place} {words} is not in:\n{report}")

    def test_good_files_pass_silently(self):
        for program in ("signetd", "signet-token"):
            with self.subTest(program=program):
                done = self.check(program)
                self.assertEqual((done.returncode, done.stderr), (0, ""), done)

    def test_every_problem_of_every_file_is_in_one_report(self):
        daemon, apple, second, third = self.stack.daemon_conf, self.key_file(), self.key_file("second"), self.key_file("third")
        self.stack.write_daemon_conf(**{"state-dir": None})
        expected = [
            (daemon, None, "state-dir"),
            (daemon, self.append(daemon, "dedline = 3s"), "dedline", "deadline"),
            (daemon, self.append(daemon, "idle-timeout = soon"), "idle-timeout"),
            (daemon, self.append(daemon, "max-connections = many"), "max-connections"),
            (daemon, self.append(daemon, "socket-mode = 0999"), "socket-mode"),
            (daemon, self.append(daemon, "no equals sign here"),),
        ]
        expected += [
            (apple, self.append(apple, "role = developer"), "role"),
            (apple, self.append(apple, "isuer = x"), "isuer", "issuer"),
            (apple, self.append(apple, "rate = 10/fortnight"), "rate"),
        ]
        self.stack.write_key("second", {"issuer": None, "lifetime": "1h", "allow": "user:no-such-user-here"})
        expected += [(second, None, "issuer"), (second, None, "lifetime"), (second, None, "allow")]
        self.stack.write_key("third", {"profile": "no-such-profile"})
        expected += [(third, None, "profile")]
        done = self.check()
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        for path, line, *words in expected:
            with self.subTest(file=path.name, words=words):
                self.assert_reported(done.stderr, path, line, *words)

    def test_bad_numbers_and_durations(self):
        for line in ("deadline = 15", "deadline = -1s", "deadline = 1.5s", "deadline = 99999999999999999999s", "deadline = 0s", "deadline =", "deadline = 15 s",
                     "max-connections = 0", "max-connections = -1", "max-connections = 1e3", "max-connections = 0x10", "max-connections = 99999999999999999999",
                     "cache-entries = 3.0", "connection-max-age = 1y", "socket-mode = 660x", "socket-mode = rw", "socket-group = no-such-group-here",
                     "idle-timeout = 10s 20s"):
            with self.subTest(line=line):
                self.stack.write_daemon_conf()
                option = line.split()[0]
                text = "".join(each for each in self.stack.daemon_conf.read_text().splitlines(True) if not each.startswith(option + " "))
                self.stack.daemon_conf.write_text(text)
                number = self.append(self.stack.daemon_conf, line)
                done = self.check()
                self.assertEqual(done.returncode, 1, done)
                self.assert_reported(done.stderr, self.stack.daemon_conf, number, option)

    def test_bad_values_of_a_key(self):
        for option, value in (("rate", "10"), ("rate", "0/s"), ("rate", "-1/s"), ("rate", "10/s,"), ("lifetime", "19min 1s"), ("lifetime", "1141s"), ("lifetime", "0s"),
                              ("public-key", "sha256:abc"), ("public-key", "md5:" + "0" * 64), ("object", "pkcs11:slot-id=1"), ("object", "pkcs11:object=a;pin-value=1234"),
                              ("object", "AuthKey"), ("token", "../build"), ("token", "UPPER"), ("alg", "HS256"), ("alg", "none"), ("alg", "RS256"), ("publish", "maybe"),
                              ("unscoped", "yes please"), ("role", "emperor"), ("issuer", "not-a-uuid"), ("key-id", "short"), ("allow", ""), ("allow", "everyone"),
                              ("allow", "uid:-1"), ("allow", "uid:99999999999"), ("allow", "uid:1 uid:2"), ("allow", "user:")):
            with self.subTest(option=option, value=value):
                self.stack.write_key("apple", {option: value})
                done = self.check()
                self.assertEqual(done.returncode, 1, done)
                self.assert_reported(done.stderr, self.key_file(), None, option)

    def test_problems_of_the_token_file(self):
        conf = self.stack.token_conf
        self.stack.write_token_conf(allow=None, token="build", sessions="0", verify="sometimes")
        expected = [(None, "allow"), (None, "token"), (None, "sessions"), (None, "verify"), (self.append(conf, "call-timeout = 1"), "call-timeout"),
                    (self.append(conf, "modul = x"), "modul", "module")]
        done = self.check("signet-token")
        self.assertEqual(done.returncode, 1)
        for line, *words in expected:
            with self.subTest(words=words):
                self.assert_reported(done.stderr, conf, line, *words)

    def test_a_missing_file_or_folder_is_a_problem_with_a_name(self):
        done = run([program_path("signetd"), "--config", self.stack.root / "nothing.conf", "--check"])
        self.assertEqual(done.returncode, 1)
        self.assertIn("nothing.conf", done.stderr)
        self.stack.write_daemon_conf(**{"keys-dir": self.stack.root / "nowhere"})
        done = self.check()
        self.assertEqual(done.returncode, 1)
        self.assertIn("nowhere", done.stderr)

    def test_an_unreadable_token_file_is_named_with_the_reason(self):
        for path, reason in ((self.stack.root / "nothing.conf", "No such file"), (self.stack.root, "")):
            with self.subTest(path=path):
                done = run([program_path("signet-token"), "--config", path])
                self.assertEqual(done.returncode, 1)
                self.assert_reported(done.stderr, path, None, reason, "name a file that this user may read")

    def test_check_looks_for_what_the_token_file_names(self):
        nowhere = self.stack.root / "nowhere"
        for option, value in (("module", nowhere), ("module", self.stack.root), ("state-dir", nowhere), ("state-dir", self.stack.pin_file), ("pin-file", nowhere), ("pin-file", self.stack.root),
                              ("socket", nowhere / "build.sock")):
            with self.subTest(option=option, value=value):
                self.stack.write_token_conf(**{option: value})
                done = self.check("signet-token")
                self.assertEqual(done.returncode, 1, done)
                self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
                self.assert_reported(done.stderr, self.stack.token_conf, None, option, str(value.parent if option == "socket" else value))

    def test_check_looks_as_the_user_who_runs_it(self):
        (self.stack.root / "state/token").chmod(0o755)
        argv = [program_path("signet-token"), "--config", self.stack.token_conf, "--check"]
        report = run(as_peer(SECOND, argv)).stderr
        self.assert_reported(report, self.stack.token_conf, None, "state-dir", "Permission denied")
        self.assert_reported(report, self.stack.token_conf, None, "pin-file", "Permission denied")

    def test_a_pin_file_that_others_may_read_is_told(self):
        self.addCleanup(self.stack.pin_file.chmod, 0o600)
        for mode in (0o640, 0o604, 0o620):
            self.stack.pin_file.chmod(mode)
            done = self.check("signet-token")
            self.assertEqual(done.returncode, 1)
            self.assert_reported(done.stderr, self.stack.token_conf, None, "pin-file", f"mode {mode:04o}", "0600")
        environment = {**os.environ, "CREDENTIALS_DIRECTORY": str(self.stack.pin_file.parent)}  # where systemd chooses the mode
        done = run([program_path("signet-token"), "--config", self.stack.token_conf, "--check"], env=environment)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.addCleanup(self.stack.token.kill)
        self.stack.token.start()
        eventually(lambda: f"{self.stack.pin_file}: its mode 0620" in self.stack.token.stderr(), "the warning at start")

    def test_the_command_line_of_signet_token(self):
        program = program_path("signet-token")
        for words, named in ((["--nonsense"], "--nonsense"), (["--conf", "x"], "--conf"), (["--chec"], "--chec"), (["--config"], "--config wants")):
            with self.subTest(words=words):
                done = run([program, *words])
                self.assertEqual(done.returncode, 2)
                self.assertIn(named, done.stderr.splitlines()[0])
        self.assertEqual(run([program, "-h"]).stdout, run([program, "--help"]).stdout)
        for option in ("--help", "--version"):
            self.assertEqual(run(["sh", "-c", f'"$0" {option} >/dev/full', program]).returncode, 1)

    def test_control_characters_and_bad_utf_8_are_problems_and_do_not_reach_the_terminal(self):
        with open(self.stack.daemon_conf, "ab") as file:
            file.write(b"deadline = 15s\x1b[31m\nidle-timeout = \xff\xfe\nmax-connections = 1\x000\n")
        done = self.check()
        self.assertEqual(done.returncode, 1)
        self.assertNotIn("\x1b", done.stderr)
        self.assertGreaterEqual(done.stderr.count(str(self.stack.daemon_conf)), 3, done.stderr)

    def test_usage_errors_exit_with_2(self):
        for program in ("signetd", "signet-token"):
            for words in (["--nonsense"], ["--config"], ["stray"]):
                with self.subTest(program=program, words=words):
                    self.assertEqual(run([program_path(program), *words]).returncode, 2)
            self.assertEqual(run([program_path(program), "--help"]).returncode, 0)
            self.assertEqual(run([program_path(program), "--version"]).returncode, 0)
        self.assertEqual(run([program_path("signet-token")]).returncode, 2, "signet-token has no default configuration")

    def test_a_refused_value_that_may_be_secret_is_not_repeated(self):
        self.stack.write_token_conf(token="pkcs11:token=build;pin-value=20406080")
        done = self.check("signet-token")
        self.assertEqual(done.returncode, 1)
        self.assertNotIn("20406080", done.stderr)


class Values(unittest.TestCase):
    def test_a_hash_belongs_to_a_value_unless_white_space_stands_before_it(self):
        with Stack(start=False) as stack:
            log = stack.root / "log/audit#1.jsonl"
            stack.write_daemon_conf(**{"audit-log": f"{log}  # where the records go"})
            with open(stack.daemon_conf, "a") as file:
                file.write("# deadline = nonsense\n   # and so is this\n\n\tdeadline\t=\t14s\t# tabs\n")
            stack.start()
            self.assertEqual(stack.jwt().status, 200)
            self.assertTrue(log.exists())

    def test_a_bad_signetd_conf_stops_the_start_and_a_bad_key_file_does_not(self):
        with Stack(keys={"apple": {}, "broken": {"issuer": None}}, start=False) as stack:
            stack.write_daemon_conf(deadline="soon")
            stack.daemon.start()
            self.assertEqual(stack.daemon.wait(), 1)
            self.assertIn("deadline", stack.daemon.stderr())
            self.assertFalse(stack.socket.exists())
            stack.write_daemon_conf()
            stack.token.start()
            stack.daemon.start()
            eventually(lambda: stack.token_state() == "ready", "token is ready")
            self.assertEqual(stack.jwt().status, 200)
            self.assertIn("broken.conf", stack.daemon.stderr())
            self.assertEqual({key["name"]: key["state"] for key in stack.ask("GET", "/v1/keys").json()["keys"]}, {"apple": "ready", "broken": "misconfigured"})



if __name__ == "__main__":
    unittest.main()
