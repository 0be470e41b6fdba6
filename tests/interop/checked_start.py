"""Starts a stack whose key files a test has written, and says what is wrong with them where they are."""

from tests.support.process import program_path, run
from tests.support.stack import Stack


def start(stack: Stack):
    check = run([program_path("signetd"), "--config", stack.daemon_conf, "--check"])
    assert check.returncode == 0, check.stdout + check.stderr
    stack.start()
