"""signet-admin token unlock-pin: the record of a refused PIN is told and removed, never against the token's word and never from under a login
that is under way."""

import json
import os
import subprocess
import unittest

from tests.support.peer import Peer, as_peer
from tests.support.process import eventually, program_path, run
from tests.support.unlock_pin import FINAL_TRY, LOCKED, UnlockPin

SALT = "00112233445566778899aabbccddeeff"


class Record(UnlockPin):
    def test_a_refused_pin_stays_refused_until_the_operator_says_that_it_is_right(self):
        self.start(self.wrong)
        self.stack.wait_token_state("pin-refused")
        self.restart_token()
        self.stack.wait_token_state("pin-refused")
        self.assertEqual(self.fault.count("C_Login"), 1)
        self.assertIn("signet-admin token unlock-pin", self.stack.token.stderr())
        self.assertIn("signet-admin token unlock-pin", self.stack.health()["tokens"]["build"]["message"])

        self.stack.pin_file.write_text(self.hsm.pin + "\n")
        done = self.unlock()
        self.assertIn("its PIN was tried, and was refused", done.stderr)
        self.assertIn("tries used up by wrong PINs", done.stderr)
        self.assertIn("systemctl restart signet-token@build", done.stdout)
        self.assertFalse(self.record.exists())
        self.assertEqual(self.fault.count("C_Login"), 1, "unlock-pin logged in")
        self.assertEqual(self.stack.token_state(), "pin-refused", "only a restart tries the PIN again")
        self.restart_token()
        self.stack.wait_ready()
        self.assertEqual(self.stack.jwt().status, 200)
        self.assertEqual(self.fault.count("C_Login"), 2)

    def test_a_login_that_was_cut_off_is_allowed_again_with_the_same_pin(self):
        self.leave_a_login_cut_off()
        self.stack.token.start()
        self.stack.wait_token_state("pin-refused")
        self.unlock()
        self.restart_token()
        self.stack.wait_ready()
        self.assertEqual(self.fault.count("C_Login"), 2)

    def test_a_login_under_way_is_left_alone(self):
        self.fault.rules("C_Login hang")
        self.start(self.hsm.pin)
        eventually(lambda: self.fault.count("C_Login") == 1, "the login is under way")
        for words in ((), ("--force",)):
            self.assertIn("trying this PIN at this moment", self.unlock(*words, code=3).stderr)
        self.assertIn("trying this PIN at this moment", self.reset(code=3).stderr)
        self.assertTrue(self.record.exists())
        self.assertEqual(self.fault.count("C_Login"), 1, "the SO PIN was tried")
        self.fault.rules()
        self.stack.wait_ready()
        self.assertFalse(self.record.exists())

    def test_a_login_does_not_wait_for_one_who_looks_at_the_record(self):
        """signet-admin is held at its question for the SO PIN, with the record open; the service starts, writes its own record and logs in."""
        self.leave_a_login_cut_off()
        reader, writer = os.pipe()
        with subprocess.Popen([*map(str, self.argv("--reset", "--so-pin-fd", str(reader), "--pin-fd", str(reader + 1000)))], env=self.environment(), pass_fds=(reader,),
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as admin:
            os.close(reader)
            self.assertIn(b"the record of", admin.stderr.readline())
            # Another PIN than that of the record; the same one would stay refused.
            serial, salt, tag, outcome = self.record.read_text().splitlines()
            self.record.write_text(f"{serial}\n{salt}\n{int(tag, 16) ^ 1:02x}\n{outcome}\n")
            self.stack.token.start()
            self.stack.wait_ready()
            admin.kill()
            os.close(writer)
            admin.communicate()
        self.assertFalse(self.record.exists())

    def test_without_a_record_there_is_nothing_to_do(self):
        done = self.unlock()
        self.assertIn("there is no record", done.stderr)
        self.assertIn("the token \"build\" says: initialised, user PIN set.", done.stderr)
        self.assertIn("There is no record", done.stdout)
        self.hsm.unplug()
        self.assertIn("There is no record", self.unlock().stdout)

    def test_what_the_token_says_of_its_pin_counts_more(self):
        self.leave_a_login_cut_off()
        self.fault.rules(LOCKED)
        for words in ((), ("--force",)):
            self.assertIn("--reset", self.unlock(*words, code=3).stderr)
        self.fault.rules(FINAL_TRY)
        self.assertIn("One try is left", self.unlock(code=3).stderr)
        self.assertTrue(self.record.exists())
        self.unlock("--force")
        self.assertFalse(self.record.exists())

    def test_a_locked_pin_without_a_record_is_told(self):
        for flags, words in ((LOCKED, "--reset"), (FINAL_TRY, "One try is left")):
            self.fault.rules(flags)
            for force in ((), ("--force",)):
                done = self.unlock(*force, code=3)
                self.assertIn(words, done.stderr)
                self.assertEqual(done.stdout, "")

    def test_a_record_of_another_token_stays(self):
        self.of_another.write_text(f"4711\n{SALT}\n7f\npending\n")
        self.assertIn("There is no record", self.unlock("--force").stdout)
        self.assertIn("Set a new user PIN.", self.reset().stdout)
        self.hsm.unplug()
        self.unlock(code=4)  # nobody knows whose record it is
        self.assertTrue(self.of_another.exists())

    def test_a_login_to_another_token_with_the_same_state_dir_leaves_the_record(self):
        self.start(self.wrong)
        self.stack.wait_token_state("pin-refused")
        own = self.record.read_text()
        self.hsm.tool("--init-token", "--free", "--label", "other", "--so-pin", self.hsm.so_pin, "--pin", self.hsm.pin)
        self.stack.pin_file.write_text(self.hsm.pin + "\n")
        self.stack.write_token_conf(token="pkcs11:token=other")
        self.restart_token()
        self.stack.wait_token_state("ready")
        self.assertEqual(self.record.read_text(), own)
        self.stack.pin_file.write_text(self.wrong + "\n")
        self.stack.write_token_conf(token="pkcs11:token=build")
        self.restart_token()
        self.stack.wait_token_state("pin-refused")
        self.assertEqual(self.fault.count("C_Login"), 2)

    def test_a_damaged_record_is_told_and_removed(self):
        self.leave_a_login_cut_off()
        self.record.write_text("\x1b]0;hello\n")
        done = self.unlock()
        self.assertIn("is damaged", done.stderr)
        self.assertNotIn("\x1b", done.stderr)
        self.assertFalse(self.record.exists())

    def test_json_for_scripts(self):
        self.assertEqual(json.loads(self.unlock("--json").stdout)["record"], None)
        self.leave_a_login_cut_off()
        told = json.loads(self.unlock("--json").stdout)
        self.assertEqual(told["record"]["outcome"], "pending")
        self.assertEqual(told["record"]["serial"], told["token"]["serial"])
        self.assertGreater(told["record"]["since"], 1_700_000_000)
        self.assertEqual((told["cleared"], told["reset"], told["restart"]), (True, False, "systemctl restart signet-token@build"))

    def test_a_token_that_is_not_there_keeps_its_record(self):
        self.leave_a_login_cut_off()
        self.hsm.unplug()
        self.unlock(code=4)
        self.assertTrue(self.record.exists())

    def test_a_wrong_state_dir_is_told(self):
        self.stack.write_token_conf(**{"state-dir": self.stack.root / "nowhere"})
        self.assertIn("state-dir", self.unlock(code=1).stderr)
        self.stack.write_token_conf(**{"state-dir": None})
        self.assertIn("state-dir: is missing", self.unlock(code=1).stderr)
        self.assertIn("--config", run([program_path("signet-admin"), "token", "unlock-pin", "--module", self.hsm.module, "--token", "build"]).stderr)

    def test_a_user_who_may_not_read_the_record_is_told_so(self):
        self.of_another.write_text(f"4711\n{SALT}\n7f\npending\n")
        (self.stack.root / "state/token").chmod(0o700)
        done = run(as_peer(Peer(), ["env", *(f"{name}={value}" for name, value in self.environment().items()), *map(str, self.argv())]))
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("not for this user", done.stderr)
        self.assertTrue(self.of_another.exists())


if __name__ == "__main__":
    unittest.main()
