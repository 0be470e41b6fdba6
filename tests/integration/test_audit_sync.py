"""When lines of the audit log are on the disk, in every mode of audit-sync, and what becomes of requests where the disk hangs or fails."""

import concurrent.futures
import unittest

from tests.support.audit_chain import Chain
from tests.support.fault_disk import FaultDisk
from tests.support.problem import assert_problem
from tests.support.process import eventually
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


if __name__ == "__main__":
    unittest.main()
