"""When lines of the audit log are on the disk, in every mode of audit-sync, and what becomes of requests where the disk hangs or fails."""

import concurrent.futures
import unittest

from tests.support.audit_chain import Chain
from tests.support.fault_disk import FaultDisk
from tests.support.problem import assert_problem
from tests.support.process import eventually
from tests.support.rotation import add_key, next_line, reload, wait_published
from tests.support.stack import Stack


class Sync(unittest.TestCase):
    def faulty(self, **options) -> Stack:
        stack = Stack(daemon=options, start=False)
        self.disk = FaultDisk(stack.root / "disk", stack.daemon)
        stack = self.enterContext(stack)
        stack.start()
        return stack

    def lines(self, stack: Stack) -> int:
        return sum(record["outcome"] == "issued" for record in stack.audit())

    def test_always_answers_when_the_line_is_on_the_disk_and_shares_the_waiting(self):
        stack = self.faulty(**{"audit-sync": "always"})
        stack.jwt()
        with concurrent.futures.ThreadPoolExecutor(12) as pool:
            with self.disk.hold():
                before = self.disk.calls()
                answers = [pool.submit(stack.jwt) for _ in range(12)]
                eventually(lambda: self.lines(stack) == 13, "the lines are written")
                self.assertEqual(stack.ask("GET", "/v1/whoami").status, 200, "others are not held up")
                self.assertFalse(any(answer.done() for answer in answers))
            self.assertEqual([answer.result().status for answer in answers], 12 * [200])
            self.assertLess(self.disk.calls() - before, 6, "they share")

    def test_a_disk_that_hangs_ends_in_503_at_the_deadline(self):
        stack = self.faulty(**{"audit-sync": "always", "deadline": "500ms"})
        with self.disk.hold():
            assert_problem(self, stack.jwt(), 503, "audit_unavailable")
        eventually(lambda: stack.jwt().status == 200, "tokens are handed out again")

    def test_a_disk_that_fails_refuses_and_recovers_by_itself(self):
        for mode in ("always", "interval"):
            with self.subTest(mode):
                stack = self.faulty(**{"audit-sync": mode, "audit-sync-interval": "100ms"})
                with self.disk.fail():
                    eventually(lambda: stack.jwt().status == 503, "the failure is noticed")
                    assert_problem(self, stack.jwt(), 503, "audit_unavailable")
                    self.assertEqual(stack.health()["audit"], "failing")
                stack.wait_ready()
                self.assertEqual(stack.jwt().status, 200)
                Chain(stack.audit_log)

    def test_the_head_is_saved_when_the_disk_works_again_though_no_line_came_since(self):
        stack = self.faulty(**{"audit-sync-interval": "100ms"})
        head = stack.root / "state/daemon/audit.head"
        with self.disk.fail():
            stack.jwt()
            before = self.disk.calls()
            eventually(lambda: self.disk.calls() > before + 70, "it has been tried for longer than a head waits", within=30)
            self.assertLess(int(head.read_text().split(":")[0].split()[-1]), len(stack.audit()))
        eventually(lambda: int(head.read_text().split(":")[0].split()[-1]) == len(stack.audit()), "the head is saved", within=20)

    def test_interval_does_not_wait_for_the_disk_and_none_never_asks_it(self):
        stack = self.faulty(**{"audit-sync": "interval", "audit-sync-interval": "100ms"})
        with self.disk.hold():
            before = self.disk.calls()
            self.assertEqual(stack.jwt().status, 200)
            eventually(lambda: self.disk.calls() > before, "it is synced soon")
            self.assertEqual(stack.jwt().status, 200)
        stack = self.faulty(**{"audit-sync": "none"})
        self.assertEqual(stack.jwt().status, 200)
        stack.daemon.stop()
        self.assertEqual(self.disk.calls(), 0)


class Officers(unittest.TestCase):
    """Changes that wait for the disk: what the log says in the end is what is in force."""

    def setUp(self):
        self.stack = Stack(keys={"apple": {"publish": "yes"}}, daemon={"audit-sync": "always"}, start=False)
        self.disk = FaultDisk(self.stack.root / "disk", self.stack.daemon)
        self.enterContext(self.stack)
        self.pool = self.enterContext(concurrent.futures.ThreadPoolExecutor(3))
        self.stack.start()

    def outcomes(self) -> list:
        words = ("promoted", "promotion_failed", "disabled", "enabled", "reloaded")
        return [record["outcome"] for record in self.stack.audit() if record["outcome"] in words]

    def waiting(self, outcome: str, target: str, body=None):
        """The answer to come, as soon as the line is written."""
        before = self.outcomes().count(outcome)
        answer = self.pool.submit(self.stack.admin, "POST", target, body)
        eventually(lambda: self.outcomes().count(outcome) > before, f"the line {outcome} is written")
        self.assertFalse(answer.done(), "it waits for the disk")
        return answer

    def test_who_disables_while_another_enables_has_the_last_word(self):
        self.assertEqual(self.stack.admin("POST", "/v1/keys/apple/disable", {"reason": "stolen"}).status, 200)
        with self.disk.hold():
            enable = self.waiting("enabled", "/v1/keys/apple/enable")
            disable = self.waiting("disabled", "/v1/keys/apple/disable", {"reason": "stolen again"})
        self.assertEqual((disable.result().status, enable.result().status), (200, 400))
        self.assertEqual(self.outcomes(), ["disabled", "enabled", "disabled"])
        self.assertEqual(self.stack.jwt().status, 423)
        self.stack.daemon.stop()
        self.stack.daemon.start()
        eventually(lambda: self.stack.health(), "it runs again")
        self.assertEqual(self.stack.jwt().status, 423, "after a restart too")

    def test_one_of_two_promotions_at_once_is_recorded_and_made_and_a_reload_waits_for_it(self):
        second = add_key(self.stack)
        self.stack.write_key("apple", {"publish": "yes", "next": next_line(second)})
        reload(self.stack)
        wait_published(self.stack, second)
        with self.disk.hold():
            first = self.waiting("promoted", "/v1/keys/apple/promote")
            again = self.pool.submit(self.stack.admin, "POST", "/v1/keys/apple/promote")
            self.stack.write_key("apple", {"publish": "yes"})
            reloaded = self.pool.submit(self.stack.admin, "POST", "/v1/reload")
            self.assertEqual(self.stack.ask("GET", "/v1/whoami").status, 200, "others are not held up")
            self.assertFalse(again.done() or reloaded.done())
        self.assertEqual(first.result().json()["kid"], second.key_id)
        self.assertEqual(reloaded.result().status, 200)
        self.assertEqual(again.result().status, 400, "nothing is there to promote any more")
        self.assertEqual(self.outcomes().count("promoted"), 1)
        self.assertNotIn("promotion_failed", self.outcomes())


if __name__ == "__main__":
    unittest.main()
