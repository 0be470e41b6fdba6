"""signet-admin token unlock-pin --reset: a new user PIN is set by the SO PIN, which is tried once."""

import json
import unittest

from tests.support.unlock_pin import FINAL_TRY, UnlockPin


class Reset(UnlockPin):
    def test_a_new_pin_by_the_so_pin(self):
        self.start(self.wrong)
        self.stack.wait_token_state("pin-refused")
        done = self.reset()
        self.assertIn(f"Write the new PIN into {self.stack.pin_file}", done.stdout)
        self.assertFalse(self.record.exists())
        self.assertEqual(self.fault.count("C_InitPIN"), 1)
        self.assertEqual(self.fault.count("C_Login"), 2)
        self.stack.pin_file.write_text("90909090\n")
        self.restart_token()
        self.stack.wait_ready()
        self.assertEqual(self.stack.jwt().status, 200, "the keys have gone with the old PIN")

    def test_a_wrong_so_pin_is_tried_once_and_changes_nothing(self):
        self.leave_a_login_cut_off()
        before = self.fault.count("C_Login")
        self.assertIn("SO PIN", self.reset(so_pin=self.hsm.so_pin + "0", code=3).stderr)
        self.assertEqual(self.fault.count("C_Login"), before + 1)
        self.assertEqual(self.fault.count("C_InitPIN"), 0)
        self.assertTrue(self.record.exists())
        self.unlock()
        self.stack.token.start()
        self.stack.wait_ready()

    def test_a_device_that_fails_is_told_and_not_waited_for(self):
        for rule, code, words in (("C_OpenSession rv=0x30", 4, "gives no session"), ("C_Login rv=0x30", 1, "without a word about the SO PIN"),
                                  ("C_InitPIN rv=0x30", 1, "did not set the user PIN")):
            self.fault.rules(rule)
            stderr = self.reset(code=code).stderr
            self.assertIn(words, stderr)
            self.assertIn("check the device", stderr)
        self.fault.rules()
        self.start(self.hsm.pin)
        self.stack.wait_ready()

    def test_a_token_is_initialised_though_its_pin_cannot_be_set(self):
        self.fault.rules("C_OpenSession rv=0x30")
        secrets = {"--so-pin-fd": self.hsm.so_pin, "--pin-fd": self.hsm.pin}
        self.assertIn("was initialised and has no user PIN", self.unlock("--force", command="init", secrets=secrets, code=1).stderr)
        self.fault.rules()
        self.unlock("--force", command="init", secrets=secrets)

    def test_a_pin_with_a_nul_is_refused_and_not_cut(self):
        self.assertIn("NUL", self.reset(new_pin="1234\x005678", code=2).stderr)
        self.assertIn("NUL", self.reset(so_pin=self.hsm.so_pin + "\x00", code=2).stderr)
        self.assertEqual(self.fault.count("C_Login"), 0)
        self.start(self.hsm.pin[:4] + "\x00")
        self.stack.wait_token_state("misconfigured")
        self.assertIn("NUL", self.stack.health()["tokens"]["build"]["message"])
        self.assertEqual(self.fault.count("C_Login"), 0)

    def test_a_pin_that_the_token_does_not_take(self):
        self.assertIn("a PIN of this token has 4 to 255 octets", self.reset(new_pin="123", code=3).stderr)

    def test_one_try_left_is_no_reason_against_it(self):
        self.leave_a_login_cut_off()
        self.fault.rules(FINAL_TRY)
        told = json.loads(self.reset("--json").stdout)
        self.assertEqual((told["cleared"], told["reset"]), (True, True))

    def test_without_a_record_the_pin_is_set_all_the_same(self):
        self.assertIn("Set a new user PIN.", self.reset().stdout)
        self.start("90909090")
        self.stack.wait_ready()


if __name__ == "__main__":
    unittest.main()
