"""Reloads swap the whole configuration or nothing of it, for open connections too."""

import os
import signal
import unittest

from tests.support.peer import Peer
from tests.support.process import eventually
from tests.support.stack import Stack

SECOND = Peer(54321, 54321)


class Reload(unittest.TestCase):
    def setUp(self):
        self.stack = self.enterContext(Stack())
        self.assertEqual(self.stack.jwt().status, 200)

    def second_may(self) -> int:
        return self.stack.jwt(peer=SECOND).status

    def test_sighup_takes_new_rules_for_open_connections_too(self):
        connection = self.stack.connection(SECOND)
        self.addCleanup(connection.close)
        self.assertEqual(connection.ask("POST", "/v1/keys/apple/tokens").status, 403)
        self.stack.write_key("apple", {"allow": [f"uid:{os.getuid()}", f"uid:{SECOND.uid}"]})
        self.stack.daemon.signal(signal.SIGHUP)
        eventually(lambda: connection.ask("POST", "/v1/keys/apple/tokens").status == 200, "the new rule holds")
        self.stack.write_key("apple")
        self.stack.daemon.signal(signal.SIGHUP)
        eventually(lambda: connection.ask("POST", "/v1/keys/apple/tokens").status == 403, "a cached token is not for those who lost the right")

    def test_the_reload_call_answers_when_it_is_done(self):
        self.stack.write_key("apple", {"allow": f"uid:{SECOND.uid}"})
        self.stack.write_key("new", {"lifetime": "5min"})
        answer = self.stack.admin("POST", "/v1/reload")
        self.assertEqual((answer.status, answer.json()), (200, {"keys": 2}))
        self.assertEqual((self.second_may(), self.stack.jwt().status), (200, 403))
        granted = eventually(lambda: self.stack.jwt(key="new").status == 200 and self.stack.jwt(key="new").json(), "the new key signs")
        self.assertEqual(granted["expires_at"] - granted["issued_at"], 360)
        (self.stack.root / "etc/keys.d/new.conf").unlink()
        self.assertEqual(self.stack.admin("POST", "/v1/reload").status, 200)
        self.assertEqual(self.stack.jwt(key="new").status, 403)

    def assert_refused_and_unchanged(self, *words: str):
        answer = self.stack.admin("POST", "/v1/reload")
        self.assertEqual((answer.status, answer.code), (400, "invalid_request"), answer)
        problems = answer.json()["errors"]
        for word in words:
            self.assertTrue(any(word in problem for problem in problems), (word, problems))
        self.assertEqual((self.stack.jwt().status, self.second_may()), (200, 403))
        self.assertEqual(self.stack.jwt(key="good").status, 403, "half of a refused reload was taken")

    def test_one_bad_file_refuses_the_whole_reload_and_every_problem_is_told(self):
        self.stack.write_key("good", {})
        self.stack.write_key("bad", {"issuer": None})
        self.stack.write_key("worse", {"role": "emperor", "rate": "x"})
        self.stack.write_key("apple", {"allow": [f"uid:{os.getuid()}", f"uid:{SECOND.uid}"]})
        self.assert_refused_and_unchanged("issuer", "role", "rate")
        status = self.stack.admin("GET", "/v1/status").body.decode()
        self.assertIn("issuer", status, "status does not say why the reload was refused")

    def test_sighup_with_a_bad_file_changes_nothing_and_says_so(self):
        self.stack.write_key("good", {})
        self.stack.write_key("bad", {"issuer": None})
        self.stack.daemon.signal(signal.SIGHUP)
        eventually(lambda: "bad.conf" in self.stack.daemon.stderr(), "the log says why")
        self.assertEqual((self.stack.jwt().status, self.stack.jwt(key="good").status), (200, 403))

    def test_what_cannot_change_while_running_refuses_the_reload(self):
        self.stack.write_key("good", {})
        self.stack.write_daemon_conf(socket=self.stack.root / "run/other.sock")
        self.assert_refused_and_unchanged("socket")

    def test_a_broken_signetd_conf_refuses_the_reload(self):
        self.stack.write_key("good", {})
        self.stack.write_daemon_conf(deadline="soon")
        self.assert_refused_and_unchanged("deadline")

    def test_a_mended_file_is_taken_by_the_next_reload(self):
        self.stack.write_key("bad", {"issuer": None})
        self.assertEqual(self.stack.admin("POST", "/v1/reload").status, 400)
        self.stack.write_key("bad")
        self.assertEqual(self.stack.admin("POST", "/v1/reload").status, 200)
        eventually(lambda: self.stack.jwt(key="bad").status == 200, "the mended key signs")

    def test_reloads_under_load_refuse_nobody(self):
        connection = self.stack.connection()
        self.addCleanup(connection.close)
        for index in range(100):
            if index % 5 == 0:
                self.stack.daemon.signal(signal.SIGHUP)
            self.assertEqual(connection.ask("POST", "/v1/keys/apple/tokens", {"fresh": True}).status, 200)


if __name__ == "__main__":
    unittest.main()
