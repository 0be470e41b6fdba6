"""What becomes of cached tokens: refreshed before anybody has to wait, dropped with their key, kept over a reload. And every signature that
signet-token's own record knows has its line in the audit log, whoever asked for it and whether or not they still wanted it."""

import concurrent.futures
import hashlib
import json
import pathlib
import tempfile
import time
import unittest

from tests.support.fault import FaultModule
from tests.support.problem import assert_problem
from tests.support.process import eventually
from tests.support.stack import Stack


def sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def outcomes(stack: Stack, digest: str) -> list:
    """What the audit log says of one token, oldest first."""
    return [record["outcome"] for record in stack.audit() if record.get("jwt_sha256") == digest]


def signed(stack: Stack) -> list:
    """signet-token's own record."""
    return [json.loads(line) for line in (stack.root / "state/token/signed.jsonl").read_text().splitlines()]


def unaccounted(stack: Stack) -> list:
    known = {record.get(name) for record in stack.audit() for name in ("jwt_sha256", "input_sha256")}
    return [record for record in signed(stack) if record["jwt_sha256"] not in known and record["input_sha256"] not in known]


class Slow(unittest.TestCase):
    """A token whose signatures take as long as a test says."""

    def setUp(self):
        self.fault = FaultModule(pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="signet-", dir="/tmp"))))

    def stack(self, **options) -> Stack:
        return self.enterContext(Stack(module=self.fault.path, environment_of_token=self.fault.environment, **options))

    def under_way(self, ask):
        """Runs `ask` on a thread; gives its future once the token is at work on it."""
        pool = self.enterContext(concurrent.futures.ThreadPoolExecutor(1))
        before = self.fault.count("C_SignInit")
        asked = pool.submit(ask)
        eventually(lambda: self.fault.count("C_SignInit") > before or asked.done(), "the signature is under way")
        return asked


class Refresh(Slow):
    BODY = {"lifetime": 20}  # handed out for 10 s, refreshed in the last two

    def test_a_new_token_is_there_before_the_old_one_ends_and_nobody_waits_for_it(self):
        stack = self.stack()
        first = stack.jwt(self.BODY).json()
        answers = []

        def next_token():
            answers.append(stack.jwt(self.BODY).json())
            return answers[-1]["token"] != first["token"] and answers[-1]

        refreshed = eventually(next_token, "the token is refreshed", within=15)
        self.assertEqual({answer["cached"] for answer in answers}, {True}, "somebody waited for a signature")
        self.assertGreater(refreshed["issued_at"], first["issued_at"])
        self.assertEqual(len(signed(stack)), 2)
        self.assertEqual(outcomes(stack, sha256(refreshed["token"])), ["refreshed", "issued"])
        self.assertEqual(unaccounted(stack), [])

    def test_a_refresh_that_fails_is_not_noticed_and_not_tried_for_each_request(self):
        stack = self.stack()
        first = stack.jwt(self.BODY).json()
        self.fault.rules("C_Sign rv=0x30")  # CKR_DEVICE_ERROR
        eventually(lambda: stack.jwt(self.BODY).status == 200 and self.fault.count("C_Sign") > 1, "a refresh is tried", within=15)
        asked = 0
        while asked < 50 and time.time() < first["reusable_until"] - 0.5:
            self.assertEqual(stack.jwt(self.BODY).json().get("token"), first["token"])
            asked += 1
        self.assertLess(self.fault.count("C_SignInit"), 20)

    def test_refreshes_count_for_no_rate(self):
        stack = self.stack(keys={"apple": {"rate": "2/day"}, "free": {}})
        first = stack.jwt(self.BODY).json()
        eventually(lambda: stack.jwt(self.BODY, "free").json()["issued_at"] - first["issued_at"] >= 8, "the last fifth", within=15)
        self.assertEqual(stack.jwt(self.BODY).json()["token"], first["token"])
        eventually(lambda: any(record["outcome"] == "refreshed" and record["key"] == "apple" for record in stack.audit()), "the refresh")
        assert_problem(self, stack.jwt(self.BODY), 429, "rate_limited")


class Dropping(unittest.TestCase):
    def test_disabling_a_key_drops_its_tokens_and_no_other_key_s(self):
        with Stack(keys={"apple": {}, "other": {}}) as stack:
            before = {key: stack.jwt(key=key).json()["token"] for key in ("apple", "other")}
            stack.admin("POST", "/v1/keys/apple/disable", {"reason": "test"})
            stack.admin("POST", "/v1/keys/apple/enable")
            self.assertNotEqual(stack.jwt().json()["token"], before["apple"])
            self.assertEqual(stack.jwt(key="other").json()["token"], before["other"])

    def test_a_reload_keeps_the_tokens_of_keys_that_stay_as_they_are(self):
        with Stack(keys={"apple": {}, "other": {}, "gone": {}}) as stack:
            before = {key: stack.jwt(key=key).json()["token"] for key in ("apple", "other", "gone")}
            stack.write_key("other", {"lifetime": "500s"})
            (stack.root / "etc/keys.d/gone.conf").unlink()
            self.assertEqual(stack.admin("POST", "/v1/reload").status, 200)
            stack.write_key("gone")
            self.assertEqual(stack.admin("POST", "/v1/reload").status, 200)
            self.assertEqual(stack.jwt().json()["token"], before["apple"])
            for key in ("other", "gone"):
                self.assertNotEqual(stack.jwt(key=key).json()["token"], before[key], key)


class Accounting(Slow):
    def assert_unclaimed(self, stack: Stack, count: int = 1):
        eventually(lambda: [record["outcome"] for record in stack.audit()].count("unclaimed") == count, "the line of the token that nobody got")
        self.assertEqual(unaccounted(stack), [])

    def test_a_token_whose_key_was_disabled_while_it_was_signed_has_its_line(self):
        stack = self.stack()
        self.fault.rules("C_Sign delay=1000")
        asked = self.under_way(stack.jwt)
        self.assertEqual(stack.admin("POST", "/v1/keys/apple/disable", {"reason": "test"}).status, 200)
        assert_problem(self, asked.result(), 423, "key_disabled")
        (token,) = signed(stack)
        self.assertEqual(outcomes(stack, token["jwt_sha256"]), ["key_disabled"])

    def test_a_token_that_came_after_the_deadline_has_its_line(self):
        stack = self.stack(daemon={"deadline": "1s"}, token={"call-timeout": "20s"})
        self.fault.rules("C_Sign delay=3000")
        for count, body in enumerate(({}, {"fresh": True}), 1):
            assert_problem(self, stack.jwt(body), 504, "deadline_exceeded")
            self.assert_unclaimed(stack, count)

    def test_signatures_whose_answer_was_lost_are_accounted_for_by_what_was_signed(self):
        stack = self.stack()
        self.fault.rules("C_Sign delay=1000")
        asked = self.under_way(lambda: stack.jwt({"fresh": True}))
        self.fault.rules()
        stack.token.kill()
        stack.token.start()
        self.assertEqual(asked.result().status, 200)
        (lost,) = (record for record in stack.audit() if record["outcome"] == "lost")
        self.assertRegex(lost["input_sha256"], "^[0-9a-f]{64}$")
        self.assertNotIn("jwt_sha256", lost)
        self.assertIn(lost["input_sha256"], {record["input_sha256"] for record in signed(stack)})
        self.assertEqual(unaccounted(stack), [])


if __name__ == "__main__":
    unittest.main()
