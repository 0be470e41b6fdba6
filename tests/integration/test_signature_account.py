"""Every signature has its line in the audit log, whatever happens to whoever asked for it: while the log cannot be written nothing is signed, and what was
under way is told of afterwards."""

import concurrent.futures
import http.client
import pathlib
import signal
import tempfile
import time
import unittest

from tests.support.fault import FaultModule
from tests.support.problem import assert_problem
from tests.support.process import eventually
from tests.support.rotation import reload
from tests.support.signatures import assert_each_has_its_line, signatures
from tests.support.stack import Stack


class Account(unittest.TestCase):
    def setUp(self):
        directory = self.enterContext(tempfile.TemporaryDirectory(prefix="signet-", dir="/tmp"))
        self.fault = FaultModule(pathlib.Path(directory))
        self.pool = self.enterContext(concurrent.futures.ThreadPoolExecutor(4))

    def stack_of(self, **options) -> Stack:
        token = {"probe-interval": "off", **options.pop("token", {})}
        return self.enterContext(Stack(module=self.fault.path, environment_of_token=self.fault.environment, token=token, **options))

    def under_way(self, ask):
        """The answer to come, as soon as the token signs for it."""
        before = self.fault.count("C_SignInit")
        answer = self.pool.submit(ask)
        eventually(lambda: self.fault.count("C_SignInit") > before or answer.done(), "a signature is under way")
        self.assertFalse(answer.done(), "answered without a signature")
        return answer

    def outcomes(self, stack: Stack) -> list:
        return [record["outcome"] for record in stack.audit()]


class Outage(Account):
    def break_log(self, stack: Stack):
        stack.write_daemon_conf(**{"audit-log": "/dev/full"})
        self.assertEqual(stack.admin("POST", "/v1/reload").status, 503)

    def mend_log(self, stack: Stack):
        stack.write_daemon_conf()
        reload(stack)

    def test_nothing_is_signed_while_the_log_cannot_be_written(self):
        stack = self.stack_of()
        self.assertEqual(stack.jwt({"lifetime": 500}).status, 200)
        self.break_log(stack)
        for body in 10 * [{"fresh": True}] + [{"lifetime": 600}, {"lifetime": 700}]:
            assert_problem(self, stack.jwt(body), 503, "audit_unavailable")
        self.assertEqual(len(signatures(stack)), 1, "signed without a line")
        self.mend_log(stack)
        self.assertEqual(stack.jwt({"fresh": True}).status, 200)
        self.assertEqual(len(signatures(stack)), 2)
        assert_each_has_its_line(self, stack)

    def test_nothing_is_refreshed_while_the_log_cannot_be_written(self):
        stack = self.stack_of()
        first = stack.jwt({"lifetime": 20}).json()
        self.break_log(stack)
        while time.time() < first["reusable_until"]:
            assert_problem(self, stack.jwt({"lifetime": 20}), 503, "audit_unavailable")
            time.sleep(0.2)
        self.assertEqual(len(signatures(stack)), 1)
        self.mend_log(stack)
        assert_each_has_its_line(self, stack)

    def test_what_was_being_signed_when_the_log_broke_has_its_line_once_it_is_mended(self):
        stack = self.stack_of()
        for body in ({"fresh": True}, {"lifetime": 500}):
            with self.subTest(body):
                begun = len(signatures(stack))
                self.fault.rules("C_Sign delay=1500")
                answers = [self.under_way(lambda: stack.jwt(body)), *([] if "fresh" in body else [self.pool.submit(lambda: stack.jwt(body))])]
                self.break_log(stack)
                self.assertFalse(answers[0].done(), "too late to see anything")
                for answer in answers:
                    assert_problem(self, answer.result(), 503, "audit_unavailable")
                self.fault.rules()
                self.assertEqual(len(signatures(stack)) - begun, 1)
                self.mend_log(stack)
        self.assertEqual(self.outcomes(stack).count("unclaimed"), 2, "one line for each")
        self.assertNotIn("issued", self.outcomes(stack))
        assert_each_has_its_line(self, stack)


class Stop(Account):
    def restart(self, stack: Stack):
        self.fault.rules()
        stack.daemon.start()
        stack.wait_ready()

    def abandoned(self, delay: int, **options) -> Stack:
        """A stack whose token still signs for a request that was answered at its deadline."""
        stack = self.stack_of(daemon={"deadline": "1s"}, token={"call-timeout": "20s"}, **options)
        self.fault.rules(f"C_Sign delay={delay}")
        assert_problem(self, stack.jwt({"fresh": True}), 504, "deadline_exceeded")
        return stack

    def test_a_stop_waits_for_a_signature_that_nobody_waits_for(self):
        stack = self.abandoned(1700)
        stack.daemon.stop()
        self.assertEqual(self.outcomes(stack)[-2:], ["unclaimed", "stopped"])
        self.restart(stack)
        assert_each_has_its_line(self, stack)

    def test_a_stop_gives_up_a_token_that_takes_too_long_and_says_what_was_lost(self):
        stack = self.abandoned(9000)
        stack.daemon.stop()
        self.assertEqual(self.outcomes(stack)[-2:], ["lost", "stopped"])
        eventually(lambda: signatures(stack), "the token is done")
        self.restart(stack)
        assert_each_has_its_line(self, stack)

    def test_a_stop_at_once_says_what_was_lost_too(self):
        stack = self.stack_of()
        self.fault.rules("C_Sign delay=3000")
        self.under_way(lambda: self.broken_off(stack))
        stack.daemon.signal(signal.SIGTERM)
        stack.daemon.signal(signal.SIGINT)
        eventually(lambda: not stack.daemon.running, "it ends")
        self.assertEqual(self.outcomes(stack)[-2:], ["lost", "stopped"])
        eventually(lambda: signatures(stack), "the token is done")
        self.restart(stack)
        assert_each_has_its_line(self, stack)

    def broken_off(self, stack: Stack):
        with self.assertRaises((OSError, http.client.HTTPException)):
            stack.jwt({"fresh": True})

    def test_a_stop_waits_for_a_refresh(self):
        stack = self.stack_of()
        first = stack.jwt({"lifetime": 20}).json()
        self.fault.rules("C_Sign delay=2000")
        before = self.fault.count("C_SignInit")
        eventually(lambda: stack.jwt({"lifetime": 20}) and self.fault.count("C_SignInit") > before, "a refresh is under way")
        self.assertLess(time.time(), first["reusable_until"], "not ahead of anything")
        stack.daemon.stop()
        self.assertEqual(self.outcomes(stack)[-2:], ["refreshed", "stopped"])
        self.restart(stack)
        assert_each_has_its_line(self, stack)


if __name__ == "__main__":
    unittest.main()
