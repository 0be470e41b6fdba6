"""signet-admin token unlock-pin: the record of a refused PIN is told and removed, never against the token's word and never from under a login
that is under way; and a new PIN is set by the SO PIN."""

import hashlib
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

from tests.support.fault import FaultModule
from tests.support.peer import Peer, as_peer
from tests.support.process import environment, eventually, program_path, run
from tests.support.stack import Stack

LOCKED, FINAL_TRY = "C_GetTokenInfo flags=0x40000", "C_GetTokenInfo flags=0x20000"
SALT = "00112233445566778899aabbccddeeff"


class UnlockPin(unittest.TestCase):
    def setUp(self):
        directory = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="signet-", dir="/tmp")))
        self.fault = FaultModule(directory)
        self.stack = self.enterContext(Stack(module=self.fault.path, environment_of_token=self.fault.environment, start=False))
        self.hsm = self.stack.hsm
        self.wrong = ("1" if self.hsm.pin[0] != "1" else "2") + self.hsm.pin[1:]

    @property
    def record(self) -> pathlib.Path:
        """The record of the one token, or a path where nothing is."""
        return next((path for path in self.stack.login_records() if path != self.of_another), self.stack.root / "no-record")

    @property
    def of_another(self) -> pathlib.Path:
        return self.stack.root / f"state/token/login-attempt.{hashlib.sha256(b'4711').hexdigest()[:16]}"

    # The service.

    def start(self, pin: str):
        self.stack.pin_file.write_text(pin + "\n")
        for program in self.stack.programs:
            if not program.running:
                program.start()

    def restart_token(self, end=None):
        (end or self.stack.token.stop)()
        self.stack.wait_token_state("unreachable")  # or a state from before the end would be taken for one of the new process
        self.stack.token.start()

    def leave_a_login_cut_off(self):
        """The right PIN, and a process that died before it had the token's answer."""
        self.fault.rules("C_Login hang")
        self.start(self.hsm.pin)
        eventually(lambda: self.fault.count("C_Login") == 1, "the login is under way")
        self.stack.token.kill()
        self.fault.rules()
        self.stack.wait_token_state("unreachable")  # signetd is up, and a test may end at once
        self.assertTrue(self.record.exists())

    # The command.

    def argv(self, *words, command: str = "unlock-pin") -> list:
        return [program_path("signet-admin"), "token", command, "--config", self.stack.token_conf, *words]

    def environment(self) -> dict:
        return environment(**self.hsm.environment, **self.fault.environment)

    def unlock(self, *words, secrets: dict | None = None, code: int = 0, command: str = "unlock-pin"):
        descriptors, options = [], []
        for option, value in (secrets or {}).items():
            reader, writer = os.pipe()
            os.write(writer, value.encode() + b"\n")
            os.close(writer)
            descriptors.append(reader)
            options += [option, str(reader)]
        try:
            done = run(self.argv(*words, *options, command=command), env=self.environment(), pass_fds=tuple(descriptors))
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        for value in (self.hsm.pin, self.hsm.so_pin, self.wrong, *(secrets or {}).values()):
            self.assertNotIn(value, done.stdout + done.stderr)
        return done

    def reset(self, *words, so_pin: str | None = None, new_pin: str = "90909090", code: int = 0):
        return self.unlock("--reset", *words, secrets={"--so-pin-fd": so_pin or self.hsm.so_pin, "--pin-fd": new_pin}, code=code)


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
