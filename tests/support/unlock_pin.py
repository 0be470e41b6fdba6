"""A stack whose PIN was refused, or whose login was cut off, and signet-admin token unlock-pin on it."""

import hashlib
import os
import pathlib
import tempfile
import unittest

from tests.support.fault import FaultModule
from tests.support.process import environment, eventually, program_path, run
from tests.support.stack import Stack

LOCKED, FINAL_TRY = "C_GetTokenInfo flags=0x40000", "C_GetTokenInfo flags=0x20000"


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
