"""The lines of the audit log are one chain, over rotations, restarts, kill -9 and full disks; and what was answered stands in it."""

import concurrent.futures
import fcntl
import hashlib
import json
import pathlib
import resource
import signal
import tempfile
import unittest

from tests.support.audit_chain import Broken, Chain, told_heads
from tests.support.fault import FaultModule
from tests.support.load import Load
from tests.support.problem import assert_problem
from tests.support.process import eventually, volume
from tests.support.stack import Stack


def digest_of(answer) -> str:
    return hashlib.sha256(answer.json()["token"].encode()).hexdigest()


class Answered(Load):
    """A load that keeps the hash of every token it got."""

    def __init__(self, stack, clients: int = 4, body: dict | None = None):
        self.digests: list = []
        super().__init__(stack, clients, body)

    def _note(self, outcome, answer=None):
        if outcome == 200:
            self.digests.append(digest_of(answer))
        super()._note(outcome, answer)


def assert_holds(test: unittest.TestCase, chain: Chain, digests: list):
    test.assertTrue(digests)
    test.assertEqual(set(digests) - set(chain.jwt_digests()), set(), "answered, and not in the log")


class Lines(unittest.TestCase):
    def test_everything_is_one_chain_and_the_heads_in_the_log_are_of_it(self):
        with Stack() as stack:
            for number in range(20):
                stack.jwt({"fresh": number % 2 == 0})
            stack.jwt({"lifetime": 100000})
            stack.admin("POST", "/v1/keys/apple/disable", {"reason": "test"})
            stack.jwt()
            stack.admin("POST", "/v1/keys/apple/enable")
            stack.admin("POST", "/v1/reload")
            stack.daemon.signal(signal.SIGHUP)
            eventually(lambda: "reloaded" in Chain(stack.audit_log).outcomes()[-1:], "the reload is recorded")
            stack.daemon.stop()
            chain = Chain(stack.audit_log)
            self.assertEqual(chain.outcomes(), ["started"] + 20 * ["issued"] + [
                "lifetime_rejected", "disabled", "key_disabled", "enabled", "reloaded", "reopened", "reloaded", "stopped"])
            heads = told_heads(stack.daemon.stderr())
            self.assertGreaterEqual(len(heads), 3, "start, reopened, stop")
            self.assertEqual([head for head in heads if head not in chain.heads], [])
            self.assertEqual(heads[-1], chain.head)
            self.assertEqual((stack.root / "state/daemon/audit.head").read_text(), f"{chain.head[0]}:{chain.head[1]} stopped\n")

    def test_this_checker_finds_what_it_is_there_for(self):
        with Stack() as stack:
            for _ in range(6):
                stack.jwt({"fresh": True})
            stack.daemon.stop()
            lines = stack.audit_log.read_bytes().splitlines(keepends=True)
            changed = [lines[:3] + lines[4:], lines[:2] + [lines[3], lines[2]] + lines[4:], lines[1:],
                       lines[:3] + [lines[3].replace(b"issued", b"forged")] + lines[4:], lines + [b"{}\n"], lines[:3] + [lines[2]] + lines[3:]]
            for each in changed:
                stack.audit_log.write_bytes(b"".join(each))
                with self.assertRaises(Broken):
                    Chain(stack.audit_log)

    def test_concurrent_answers_are_in_the_order_of_the_chain(self):
        with Stack() as stack:
            with concurrent.futures.ThreadPoolExecutor(16) as pool:
                answers = list(pool.map(lambda number: stack.jwt({"fresh": number % 3 == 0}), range(300)))
            assert_holds(self, Chain(stack.audit_log), [digest_of(answer) for answer in answers])


class Rotation(unittest.TestCase):
    def test_no_line_is_lost_under_load(self):
        with Stack() as stack:
            old = []
            with Answered(stack) as fresh, Answered(stack, 2, {"lifetime": 333}) as cached:
                for number in range(volume(40, 8)):
                    fresh.wait_for_more(20)
                    old.append(stack.audit_log.with_suffix(f".{number}"))
                    stack.audit_log.rename(old[-1])
                    stack.daemon.signal(signal.SIGHUP)
                    eventually(stack.audit_log.exists, "the new file is there")
                fresh.wait_for_more(20)
            self.assertEqual((fresh.unexpected, cached.unexpected), ([], []))
            stack.daemon.stop()
            chain = Chain(*old, stack.audit_log)
            assert_holds(self, chain, fresh.digests + cached.digests)
            self.assertEqual(len(chain.jwt_digests()), len(fresh.digests) + len(cached.digests))
            self.assertEqual([head for head in told_heads(stack.daemon.stderr()) if head not in chain.heads], [])

    def test_a_bad_configuration_does_not_keep_the_file_from_being_opened_anew(self):
        with Stack() as stack:
            stack.write_daemon_conf(deadline="soon")
            old = stack.audit_log.with_suffix(".1")
            stack.audit_log.rename(old)
            stack.daemon.signal(signal.SIGHUP)
            eventually(lambda: stack.audit_log.exists() and len(stack.audit()) == 2, "the new file is used")
            self.assertEqual([record["outcome"] for record in stack.audit()], ["reopened", "reload_refused"])
            self.assertEqual(stack.jwt().status, 200)
            Chain(old, stack.audit_log)

    def test_another_path_goes_on_with_the_chain(self):
        with Stack() as stack:
            stack.jwt()
            old, stack.audit_log = stack.audit_log, stack.root / "log/other.jsonl"
            stack.write_daemon_conf()
            self.assertEqual(stack.admin("POST", "/v1/reload").status, 200)
            self.assertEqual(stack.jwt().status, 200)
            self.assertEqual(Chain(old, stack.audit_log).outcomes(), ["started", "issued", "reopened", "reloaded", "issued"])

    def test_a_file_that_was_rotated_while_nothing_ran_goes_on_with_the_chain(self):
        with Stack() as stack:
            stack.jwt()
            stack.daemon.stop()
            old = stack.audit_log.with_suffix(".1")
            stack.audit_log.rename(old)
            stack.daemon.start()
            stack.wait_ready()
            chain = Chain(old, stack.audit_log)
            self.assertEqual(chain.outcomes()[-2:], ["stopped", "started"])

    def test_the_file_of_another_process_is_left_alone(self):
        with Stack(start=False) as stack:
            with stack.audit_log.open("a") as theirs:
                fcntl.flock(theirs, fcntl.LOCK_EX)
                stack.token.start()
                stack.daemon.start()
                eventually(lambda: stack.token_state() == "ready", "token is ready")
                assert_problem(self, stack.jwt(), 503, "audit_unavailable")
                self.assertEqual(stack.audit_log.read_bytes(), b"")
            stack.wait_ready()
            self.assertEqual(Chain(stack.audit_log).outcomes()[0], "started")


class Restart(unittest.TestCase):
    def restarted(self, stack: Stack, change) -> list:
        """The outcomes and reasons of the lines that a daemon writes at its start, after `change` to what the last one left."""
        stack.daemon.stop()
        change()
        before = len(stack.audit())
        stack.daemon.start()
        stack.wait_ready()
        return [(record["outcome"], record.get("why")) for record in stack.audit()[before:]]

    def test_what_was_answered_is_there_after_kill_9(self):
        for mode in ("none", "interval", "always"):
            with self.subTest(mode), Stack(daemon={"audit-sync": mode}) as stack:
                answered = []
                for _ in range(volume(5, 2)):
                    with Answered(stack) as fresh, Answered(stack, 2, {"lifetime": 333}) as cached:
                        fresh.wait_for_more(30)
                        stack.daemon.kill()
                    answered += fresh.digests + cached.digests
                    stack.daemon.start()
                    stack.wait_ready()
                assert_holds(self, Chain(stack.audit_log), answered)

    def test_half_a_line_is_ended_and_accounted_for(self):
        for torn in (b'{"seq":9,"time":"20', b"\n", b'{"seq":9\n{"se'):
            with self.subTest(torn), Stack() as stack:
                stack.jwt()

                def tear():
                    with stack.audit_log.open("ab") as file:
                        file.write(torn)

                stack.daemon.stop()
                tear()
                stack.daemon.start()
                stack.wait_ready()
                chain = Chain(stack.audit_log)
                self.assertEqual(chain.torn, [torn])
                self.assertEqual(chain.outcomes()[-2:], ["audit_recovered", "started"])

    def test_lines_that_were_cut_off_are_missed(self):
        with Stack() as stack:
            stack.jwt()

            def cut():
                lines = stack.audit_log.read_bytes().splitlines(keepends=True)
                stack.audit_log.write_bytes(b"".join(lines[:-2]))

            self.assertEqual(self.restarted(stack, cut), [("audit_recovered", "lines_missing"), ("started", None)])
            with self.assertRaises(Broken):
                Chain(stack.audit_log)
            self.assertIn("lines_missing", stack.daemon.stderr())

    def test_a_new_file_after_kill_9_goes_on_from_the_last_head_that_was_kept(self):
        with Stack() as stack:
            stack.jwt()
            stack.daemon.kill()
            old = stack.audit_log.with_suffix(".1")
            stack.audit_log.rename(old)
            stack.daemon.start()
            stack.wait_ready()
            kept = Chain(old).heads
            number, _, digest = stack.audit()[0]["expected"].partition(":")
            self.assertIn((int(number), digest), kept)
            self.assertEqual(stack.audit()[0]["why"], "unclean_stop")
            Chain(stack.audit_log, begin=(int(number), digest))

    def test_a_damaged_or_missing_head_stops_nothing(self):
        with Stack() as stack:
            head = stack.root / "state/daemon/audit.head"
            self.assertEqual(self.restarted(stack, lambda: head.write_text("x")), [("started", None)])
            self.assertIn("audit.head", stack.daemon.stderr())
            self.assertEqual(self.restarted(stack, head.unlink), [("started", None)])
            self.assertTrue(head.read_text().endswith(" running\n"))
            Chain(stack.audit_log)


class Signatures(unittest.TestCase):
    def test_what_was_signed_has_a_line_though_it_was_not_handed_out(self):
        """A signature without a line is what a theft looks like."""
        directory = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        fault = FaultModule(directory)
        with Stack(module=fault.path, environment_of_token=fault.environment) as stack:
            fault.rules("C_Sign delay=1000")
            before = fault.count("C_Sign")
            with concurrent.futures.ThreadPoolExecutor() as pool:
                answer = pool.submit(stack.jwt, {"fresh": True})
                eventually(lambda: fault.count("C_Sign") > before, "the token signs")
                self.assertEqual(stack.admin("POST", "/v1/keys/apple/disable", {"reason": "test"}).status, 200)
                assert_problem(self, answer.result(), 423, "key_disabled")
            record = stack.audit()[-1]
            self.assertEqual(record["outcome"], "key_disabled")
            signed = (stack.root / "state/token/signed.jsonl").read_text().splitlines()
            self.assertEqual(record["jwt_sha256"], json.loads(signed[-1])["jwt_sha256"])


class FullDisk(unittest.TestCase):
    def test_a_disk_that_is_full_within_a_line_refuses_and_recovers_by_itself(self):
        """The limit on the size of files makes write(2) stop in the middle, as a full disk does."""
        with Stack() as stack:
            answered = [digest_of(stack.jwt({"fresh": True})) for _ in range(3)]
            for room in (100, 1, 0):
                limits = resource.prlimit(stack.daemon.pid, resource.RLIMIT_FSIZE)
                resource.prlimit(stack.daemon.pid, resource.RLIMIT_FSIZE, (stack.audit_log.stat().st_size + room, limits[1]))
                for _ in range(3):
                    assert_problem(self, stack.jwt({"fresh": True}), 503, "audit_unavailable")
                    assert_problem(self, stack.jwt(), 503, "audit_unavailable")
                health = stack.ask("GET", "/v1/health")
                self.assertEqual((health.status, health.json()["audit"]), (503, "failing"))
                resource.prlimit(stack.daemon.pid, resource.RLIMIT_FSIZE, limits)
                stack.wait_ready()
                answered.append(digest_of(stack.jwt({"fresh": True})))
            chain = Chain(stack.audit_log)
            self.assertEqual([record["jwt_sha256"] for record in chain.records if record["outcome"] == "issued"], answered)
            self.assertEqual(chain.outcomes().count("unclaimed"), 3, "the signatures that met the full disk, and no more")
            self.assertEqual(chain.outcomes().count("audit_resumed"), 3)
            self.assertTrue(chain.torn)


if __name__ == "__main__":
    unittest.main()
