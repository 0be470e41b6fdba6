"""The audit log: a record of every token before it leaves, nothing in it that could be used, and no token where it cannot be written."""

import concurrent.futures
import datetime
import hashlib
import os
import shutil
import signal
import time
import unittest

from tests.support.apple_key import ISSUER
from tests.support.peer import Peer
from tests.support.problem import assert_problem
from tests.support.process import eventually
from tests.support.stack import Stack

SCOPE = "GET /v1/profiles?filter=a-value"


class Records(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = cls.enterClassContext(Stack())

    def after(self, ask):
        """The answer, and the records that were in the file at the moment it arrived."""
        before = len(self.stack.audit())
        answer = ask()
        return answer, self.stack.audit()[before:]

    def test_the_record_of_a_token_is_there_before_the_token(self):
        for index in range(20):
            answer, records = self.after(lambda: self.stack.jwt({"fresh": True}))
            self.assertEqual(len(records), 1, records)
            self.assertEqual(records[0]["jwt_sha256"], hashlib.sha256(answer.json()["token"].encode()).hexdigest())

    def test_a_record_says_who_what_and_when(self):
        began = time.time()
        answer, (record,) = self.after(lambda: self.stack.jwt({"fresh": True, "scope": [SCOPE]}))
        granted = answer.json()
        expected = {"key": "apple", "profile": "apple-enterprise", "outcome": "issued", "kid": granted["kid"], "alg": "ES256",
                    "issued_at": granted["issued_at"], "expires_at": granted["expires_at"], "lifetime": 840, "cached": False, "scoped": True,
                    "spki_sha256": self.stack.key.pin.removeprefix("sha256:"),
                    "claims": {"iss": ISSUER, "aud": "apple-developer-enterprise-v1", "scope": [SCOPE]}}
        self.assertEqual({name: record.get(name) for name in expected}, expected, record)
        self.assertEqual((record["uid"], record["gid"]), (os.getuid(), os.getgid()))
        self.assertTrue(record["request_id"])
        written = datetime.datetime.fromisoformat(record["time"]).timestamp()
        self.assertTrue(began - 0.01 <= written <= time.time(), record["time"])

    def test_cached_tokens_are_recorded_too(self):
        self.stack.jwt({"lifetime": 500})
        answer, (record,) = self.after(lambda: self.stack.jwt({"lifetime": 500}))
        self.assertEqual((record["outcome"], record["cached"]), ("issued", True))
        self.assertEqual(record["jwt_sha256"], hashlib.sha256(answer.json()["token"].encode()).hexdigest())

    def test_refusals_are_recorded_with_their_request_id(self):
        answer, (record,) = self.after(lambda: self.stack.jwt({"lifetime": 1141}))
        self.assertEqual((record["outcome"], record["request_id"]), ("lifetime_rejected", answer.json()["request_id"]))
        self.assertNotIn("jwt_sha256", record)
        answer, (record,) = self.after(lambda: self.stack.jwt(peer=Peer()))
        self.assertEqual((record["outcome"], record["request_id"]), ("not_permitted", answer.json()["request_id"]))

    def test_concurrent_requests_leave_whole_lines(self):
        before = len(self.stack.audit())
        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            answers = list(pool.map(lambda index: self.stack.jwt({"fresh": index % 2 == 0}), range(200)))
        digests = [hashlib.sha256(answer.json()["token"].encode()).hexdigest() for answer in answers]
        records = self.stack.audit()[before:]
        self.assertEqual(sorted(record["jwt_sha256"] for record in records), sorted(digests))

    def test_neither_audit_log_nor_stderr_holds_a_token_a_refused_claim_or_the_pin(self):
        tokens = [self.stack.jwt({"fresh": True, "scope": [SCOPE]}).json()["token"]]
        self.stack.jwt({"claims": {"iss": "claim-value-that-was-refused"}})
        self.stack.jwt(b'{"claims":{"x":"claim-value-in-broken-json"')
        tokens.append(self.stack.jwt(headers={"Accept": "application/jwt"}).body.decode())
        texts = {"audit log": self.stack.audit_log.read_text(), **{program.name: program.stderr() for program in self.stack.programs}}
        forbidden = ["claim-value-that", "claim-value-in", self.stack.hsm.pin]
        for token in tokens:
            forbidden += [part for part in token.split(".")[1:]] + [token]
        for name, text in texts.items():
            for word in forbidden:
                self.assertNotIn(word, text, f"{name} holds what it must not")

    def test_the_file_is_for_its_owner(self):
        self.assertEqual(self.stack.audit_log.stat().st_mode & 0o027, 0)

    def test_nobody_fills_the_disk_by_being_refused(self):
        peer = Peer(54777, 54777)
        connection = self.stack.connection(peer)
        before = len(self.stack.audit())
        for _ in range(300):
            self.assertEqual(connection.ask("POST", "/v1/keys/apple/tokens").status, 403)
        connection.close()
        eventually(lambda: self.refusals(before, 54777) == 300, "all are accounted for")
        written = [record for record in self.stack.audit()[before:] if record["outcome"] == "not_permitted"]
        self.assertLess(len(written), 150)

    def refusals(self, before: int, uid: int) -> int:
        """How many the lines after so many tell of."""
        return sum(record.get("count", record["outcome"] == "not_permitted") for record in self.stack.audit()[before:] if record.get("uid") == uid)


class Failing(unittest.TestCase):
    def assert_unavailable(self, stack: Stack):
        answer = stack.jwt({"fresh": True})
        assert_problem(self, answer, 503, "audit_unavailable")
        assert_problem(self, stack.jwt(), 503, "audit_unavailable")
        self.assertNotIn(b"eyJ", answer.body)
        health = stack.ask("GET", "/v1/health")
        self.assertEqual((health.status, health.json()["status"], health.json()["audit"]), (503, "down", "failing"))

    def test_a_full_disk_means_no_token_fresh_or_cached_until_there_is_room(self):
        """The log's path is a link, moved between a real file and /dev/full; SIGHUP makes the daemon open it anew, as log rotation does."""
        with Stack() as stack:
            self.assertEqual(stack.jwt().status, 200)
            real = stack.root / "log/real.jsonl"
            stack.audit_log.rename(real)
            stack.audit_log.symlink_to("/dev/full")
            stack.daemon.signal(signal.SIGHUP)
            eventually(lambda: stack.jwt({"fresh": True}).status == 503, "the full disk is noticed")
            self.assert_unavailable(stack)
            stack.audit_log.unlink()
            real.rename(stack.audit_log)
            eventually(lambda: stack.jwt({"fresh": True}).status == 200, "tokens are handed out again")
            self.assertEqual(stack.health()["status"], "ok")

    def test_started_on_a_full_disk_it_hands_out_nothing(self):
        with Stack(start=False) as stack:
            stack.audit_log.symlink_to("/dev/full")
            stack.token.start()
            stack.daemon.start()
            eventually(lambda: stack.token_state() == "ready", "token is ready")
            self.assert_unavailable(stack)

    def test_a_directory_that_disappears_is_noticed_and_its_return_too(self):
        with Stack(start=False) as stack:
            folder = stack.root / "audit"
            folder.mkdir()
            stack.audit_log = folder / "audit.jsonl"
            stack.write_daemon_conf()
            stack.start()
            self.assertEqual(stack.jwt().status, 200)
            folder.rename(stack.root / "gone")
            stack.daemon.signal(signal.SIGHUP)
            eventually(lambda: stack.jwt({"fresh": True}).status == 503, "the missing directory is noticed")
            self.assert_unavailable(stack)
            (stack.root / "gone").rename(folder)
            eventually(lambda: stack.jwt({"fresh": True}).status == 200, "tokens are handed out again")
            self.assertEqual([record["outcome"] for record in stack.audit()[:2]], ["started", "issued"])

    def test_a_log_that_was_deleted_takes_no_records(self):
        """A deleted file can still be written to through an open descriptor, and nobody would ever read those records."""
        with Stack(start=False) as stack:
            folder = stack.root / "audit"
            folder.mkdir()
            stack.audit_log = folder / "audit.jsonl"
            stack.write_daemon_conf()
            stack.start()
            self.assertEqual(stack.jwt().status, 200)
            shutil.rmtree(folder)
            self.assert_unavailable(stack)
            folder.mkdir()
            eventually(lambda: stack.jwt({"fresh": True}).status == 200, "tokens are handed out again")
            stack.audit_log.unlink()
            self.assertEqual(stack.jwt({"fresh": True}).status, 200)
            self.assertEqual([record["outcome"] for record in stack.audit()], ["audit_recovered", "reopened", "issued"], "the file was not made anew")

    def test_a_rotated_log_is_followed(self):
        with Stack() as stack:
            self.assertEqual(stack.jwt().status, 200)
            stack.audit_log.rename(stack.root / "log/audit.jsonl.1")
            stack.daemon.signal(signal.SIGHUP)
            eventually(lambda: stack.jwt({"fresh": True}).status == 200 and stack.audit_log.exists(), "the new file is used")


if __name__ == "__main__":
    unittest.main()
