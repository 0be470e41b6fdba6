"""Rates: counted for each caller and for all together, before the HSM is asked, with the time to wait in the answer."""

import os
import pathlib
import tempfile
import unittest

from tests.support.fault import FaultModule
from tests.support.peer import Peer
from tests.support.problem import assert_problem
from tests.support.process import eventually
from tests.support.stack import Stack

SECOND, THIRD = Peer(54321, 54321), Peer(54322, 54322)
EVERYBODY = [f"uid:{uid}" for uid in (os.getuid(), SECOND.uid, THIRD.uid)]
FRESH = {"fresh": True}
HOUR = 3600


class Rates(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        directory = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="signet-", dir="/tmp")))
        cls.fault = FaultModule(directory)
        keys = {
            "each": {"rate": "1000/s, 2/h"},
            "all": {"rate": "2/h", "rate-total": "3/day"},
            "reused": {"rate": "1/h"},
            "cached": {"rate": "1/h", "rate-total": "1/h", "rate-cached": "3/h"},
            "reload": {"rate": "1/h"},
            "away": {"rate": "1/h", "rate-total": "1/h"},
            "unlimited": {},
        }
        cls.stack = cls.enterClassContext(Stack(module=cls.fault.path, environment_of_token=cls.fault.environment,
                                                keys={name: {"allow": EVERYBODY, "probe": "no", **options} for name, options in keys.items()}))

    def granted(self, key: str, body=None, peer: Peer | None = None) -> bool:
        answer = self.stack.jwt(body, key, peer=peer)
        self.assertEqual(answer.status, 200, answer)
        return answer.json()["cached"]

    def refused(self, key: str, window: int, body=None, peer: Peer | None = None):
        answer = self.stack.jwt(body, key, peer=peer)
        assert_problem(self, answer, 429, "rate_limited")
        self.assertLessEqual(int(answer.headers["Retry-After"]), window)
        self.assertGreater(int(answer.headers["Retry-After"]), window // 2)

    def test_each_caller_has_its_own_count(self):
        for peer in (None, SECOND):
            for _ in range(2):
                self.granted("each", FRESH, peer)
            self.refused("each", HOUR, FRESH, peer)

    def test_all_callers_share_the_total_and_it_says_so_in_the_log_alone(self):
        for peer in (None, SECOND, THIRD):
            self.granted("all", FRESH, peer)
        self.refused("all", 24 * HOUR, FRESH)
        self.assertIn("key all is over rate-total 3/day for uid", self.stack.daemon.stderr())

    def test_a_refused_request_does_not_reach_the_hsm(self):
        self.granted("reused", FRESH)
        before = self.fault.count("C_Sign")
        for _ in range(5):
            self.refused("reused", HOUR, FRESH)
        self.assertEqual(self.fault.count("C_Sign"), before)

    def test_a_request_that_finds_no_token_counts_nowhere(self):
        self.stack.token.stop()
        try:
            eventually(lambda: self.stack.jwt(FRESH, "unlimited").status == 503, "nobody waits for the token any more", 60)
            for _ in range(3):
                assert_problem(self, self.stack.jwt(FRESH, "away"), 503, "token_unavailable")
        finally:
            self.stack.token.start()
        eventually(lambda: self.stack.jwt(FRESH, "unlimited").status == 200, "the token signs again")
        self.granted("away", FRESH)
        self.refused("away", HOUR, FRESH)

    def test_a_cached_answer_counts_like_any_other_unless_told_otherwise(self):
        self.granted("reused", peer=SECOND)
        self.refused("reused", HOUR, peer=SECOND)

    def test_cached_answers_can_have_a_rate_of_their_own(self):
        self.assertFalse(self.granted("cached"))
        for _ in range(3):
            self.assertTrue(self.granted("cached"))
        self.refused("cached", HOUR)
        self.refused("cached", HOUR, FRESH)
        self.assertTrue(self.granted("cached", peer=SECOND))

    def test_a_reload_keeps_the_counts(self):
        self.granted("reload", FRESH)
        self.refused("reload", HOUR, FRESH)
        self.stack.write_key("reload", {"allow": EVERYBODY, "probe": "no", "rate": "1/h, 50/day"})
        self.assertEqual(self.stack.admin("POST", "/v1/reload").status, 200)
        self.refused("reload", HOUR, FRESH)
        self.stack.write_key("reload", {"allow": EVERYBODY, "probe": "no", "rate": "2/h"})
        self.assertEqual(self.stack.admin("POST", "/v1/reload").status, 200)
        self.granted("reload", FRESH)
        self.refused("reload", HOUR, FRESH)


if __name__ == "__main__":
    unittest.main()
