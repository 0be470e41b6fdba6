"""What the tests of build jobs share: one service, and a folder and a file for each test."""

import pathlib
import subprocess
import tempfile
import unittest

import jwt

from tests.support.process import environment, program_path, seconds
from tests.support.stack import Stack

AUDIENCE = "apple-developer-enterprise-v1"


class BuildJob(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = cls.enterClassContext(Stack(keys={"apple": {}, "others": {"allow": "uid:54321"}}))

    def setUp(self):
        self.place = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="signet-job-")))
        self.file = self.place / "jwt"

    def verified(self, token: str) -> dict:
        return jwt.decode(token, self.stack.key.public_key, algorithms=["ES256"], audience=AUDIENCE)

    def environment(self, **extra) -> dict:
        return environment(SIGNET_SOCKET=str(self.stack.socket), **extra)

    def exec(self, *words, **more):
        return subprocess.run([program_path("signet"), "exec", *words], env=self.environment(), capture_output=True, text=True,
                              timeout=seconds(60), cwd=self.place, **more)
