"""The commands of `signet-admin` that go to the running daemon: an officer disables and enables keys, reloads, and sees the status."""

import json
import subprocess
import unittest

from tests.support.process import program_path, run
from tests.support.problem import assert_problem
from tests.support.stack import Stack

REASON = "seen in the log of build 4711"


class AdminCalls(unittest.TestCase):
    def setUp(self):
        self.stack = self.enterContext(Stack(keys={"apple": {}, "other": {}}))

    def admin(self, *words, code: int = 0):
        done = run([program_path("signet-admin"), *words, "--socket", self.stack.admin_socket])
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def test_a_key_is_disabled_with_a_reason_and_enabled(self):
        done = self.admin("key", "disable", "apple", "--reason", REASON)
        self.assertIn("apple: disabled, also over restarts", done.stdout)
        self.assertEqual(done.stderr, "")
        assert_problem(self, self.stack.jwt(), 423, "key_disabled")
        self.assertEqual(self.stack.jwt(key="other").status, 200)
        self.assertIn(f"disabled: {REASON}", self.admin("status").stdout)
        self.assertEqual(self.admin("key", "enable", "apple").stdout, "apple: enabled.\n")
        self.assertEqual(self.stack.jwt().status, 200)

    def test_a_script_gets_the_daemons_answers(self):
        self.assertEqual(json.loads(self.admin("key", "disable", "apple", "--reason", REASON, "--json").stdout), {"key": "apple", "disabled": True, "reason": REASON})
        self.assertEqual(json.loads(self.admin("key", "enable", "apple", "--json").stdout), {"key": "apple", "disabled": False, "reason": ""})
        self.assertEqual(json.loads(self.admin("reload", "--json").stdout), {"keys": 2})
        self.assertEqual(set(json.loads(self.admin("status", "--json").stdout)["keys"]), {"apple", "other"})

    def test_a_reload_takes_effect_or_says_each_problem(self):
        self.stack.write_key("third")
        self.assertEqual(self.admin("reload").stdout, "The files are in force; keys: 3.\n")
        self.stack.write_key("apple", {"lifetime": "soon"})
        self.stack.write_key("other", {"mode": "maybe"})
        done = self.admin("reload", code=1)
        self.assertEqual(done.stdout, "")
        first, *problems = done.stderr.splitlines()
        self.assertIn("the configuration that was in force stays", first)
        self.assertEqual(len(problems), 2, done.stderr)
        for problem, place in zip(sorted(problems), ("apple.conf:", "other.conf:")):
            self.assertRegex(problem, rf"^  /.*{place}[0-9]+: ")
        self.assertEqual(self.stack.jwt().status, 200)
        shown = self.admin("status").stdout
        self.assertIn(", refused", shown)
        self.assertEqual(sum(line.startswith("last reload  /") for line in shown.splitlines()), 2, shown)

    def test_the_status_shows_tokens_and_keys(self):
        lines = self.admin("status").stdout.splitlines()
        token, *_ = (line.split() for line in lines if line.startswith("build "))
        self.assertEqual(token[1], "ready")
        for key in ("apple", "other"):
            self.assertTrue(any(line.split()[:2] == [key, "ready"] for line in lines), lines)
        self.assertRegex("\n".join(lines), "audit log +ok")

    def test_refusals_end_with_one_sentence_and_a_code(self):
        cases = [(("key", "disable", "apple"), 2, "wants a reason"), (("key", "disable", "apple", "--reason", ""), 2, "--reason"), (("key", "disable", "--reason", "x"), 2, "wants one key"),
                 (("key", "disable", "nobodys", "--reason", "x"), 1, "No key file has this name"), (("key", "disable", "apple", "--reason", "x" * 501), 1, "1 to 500 characters"),
                 (("key", "enable", "nobodys"), 1, "No key file has this name"), (("key", "enable", "../etc"), 2, "wants one key"), (("key", "enable", "apple", "--reason", "x"), 2, "reason"),
                 (("reload", "now"), 2, "takes no words"), (("status", "apple"), 2, "takes no words"), (("status", "--config", "x"), 2, "leave --config out")]
        for words, code, sentence in cases:
            with self.subTest(words=words):
                done = self.admin(*words, code=code)
                self.assertIn(sentence, done.stderr)
                self.assertEqual((done.stdout, done.stderr.count("\n")), ("", 1))
        self.assertEqual(self.stack.jwt().status, 200)

    def test_only_an_officer_may_ask(self):
        self.stack.admin_socket.chmod(0o666)
        for words in (("key", "disable", "apple", "--reason", "x"), ("key", "enable", "apple"), ("reload",), ("status",)):
            with self.subTest(words=words):
                done = subprocess.run(["setpriv", "--reuid", "54321", "--regid", "54321", "--clear-groups", program_path("signet-admin"), *words, "--socket", self.stack.admin_socket],
                                      capture_output=True, text=True, timeout=60)
                self.assertEqual(done.returncode, 3, done.stderr)
                self.assertIn("for root and the group signet-admin", done.stderr)
        self.assertEqual(self.stack.jwt().status, 200)

    def test_nobody_listens(self):
        self.stack.daemon.stop()
        for words in (("key", "enable", "apple"), ("reload",), ("status",)):
            with self.subTest(words=words):
                self.assertIn("admin.sock", self.admin(*words, code=4).stderr)
        self.stack.daemon.start()
        self.stack.wait_ready()


if __name__ == "__main__":
    unittest.main()
