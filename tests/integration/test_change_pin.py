"""signet-admin token change-pin: the token's user gets a new PIN, keys and a running signet-token notwithstanding."""

import os
import unittest

from tests.support.admin import AdminTest
from tests.support.fault import FaultModule
from tests.support.stack import Stack
from tests.support.terminal import Terminal
from tests.support.process import environment, program_path, run

NEW = "another PIN 99"


class ChangePin(AdminTest):
    def setUp(self):
        super().setUp()
        self.hsm.init_token()

    def change(self, present: str, fresh: str, code: int = 0, token=None):
        return self.admin("token", "change-pin", *(token or self.token), secrets={"--pin-fd": present, "--new-pin-fd": fresh}, code=code)

    def list_with(self, pin: str, code: int = 0):
        return self.admin("key", "list", *self.token, secrets={"--pin-fd": pin}, code=code)

    def test_the_new_pin_logs_in_and_the_old_one_does_not(self):
        self.hsm.generate("kept", b"\x01", "plain")
        self.assertIn("Changed the user PIN", self.change(self.hsm.pin, NEW).stdout)
        self.assertIn("kept", self.list_with(NEW).stdout)
        self.list_with(self.hsm.pin, code=3)

    def test_a_wrong_present_pin_is_tried_once_and_changes_nothing(self):
        fault = FaultModule(self.root)
        self.environment.update(fault.environment)
        refused = self.change(self.hsm.pin + "0", NEW, code=3, token=["--module", fault.path, "--token", self.hsm.token])
        self.assertIn("tried once", refused.stderr)
        self.assertIn("tries have been used up", refused.stderr)
        self.assertEqual(fault.count("C_SetPIN"), 1)
        self.assertEqual(fault.count("C_Login"), 0)
        self.list_with(self.hsm.pin)

    def test_a_new_pin_that_the_token_does_not_take(self):
        for fresh in ("1", "x" * 256):
            refused = self.change(self.hsm.pin, fresh, code=3).stderr
            self.assertIn("does not take the new PIN", refused)
            self.assertIn("still in force", refused)
        self.list_with(self.hsm.pin)

    def test_a_locked_pin_is_not_tried(self):
        fault = FaultModule(self.root)
        self.environment.update(fault.environment)
        fault.rules("C_GetTokenInfo flags=0x40000")
        self.assertIn("locked", self.change(self.hsm.pin, NEW, code=3, token=["--module", fault.path, "--token", self.hsm.token]).stderr)
        self.assertEqual(fault.count("C_SetPIN"), 0)

    def test_two_entries_that_differ_change_nothing(self):
        with Terminal([program_path("signet-admin"), "token", "change-pin", *self.token], self.environment) as terminal:
            terminal.expect(f"PIN of token \"{self.hsm.token}\": ")
            terminal.type(self.hsm.pin)
            terminal.expect("New user PIN: ")
            terminal.type(NEW)
            terminal.expect("The same again: ")
            terminal.type(NEW + "1")
            self.assertEqual(terminal.finish(), 1)
        self.list_with(self.hsm.pin)


class BesideTheService(unittest.TestCase):
    def test_a_running_service_signs_on(self):
        with Stack() as stack:
            reader, writer = os.pipe()
            second_reader, second_writer = os.pipe()
            for end, pin in ((writer, stack.hsm.pin), (second_writer, NEW)):
                os.write(end, pin.encode() + b"\n")
                os.close(end)
            done = run([program_path("signet-admin"), "token", "change-pin", "--config", stack.token_conf, "--pin-fd", reader, "--new-pin-fd", second_reader],
                       env=environment(**stack.hsm.environment), pass_fds=(reader, second_reader))
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(stack.jwt({"fresh": True}).status, 200)
            stack.token.stop()
            stack.wait_token_state("unreachable")
            stack.pin_file.write_text(NEW + "\n")
            stack.token.start()
            stack.wait_ready()
            self.assertEqual(stack.jwt({"fresh": True}).status, 200)
            os.close(reader)
            os.close(second_reader)


if __name__ == "__main__":
    unittest.main()
