"""A program at a terminal: what it shows is read, what a person would type is written. The terminal echoes, as they all do at first."""

import fcntl
import os
import select
import subprocess
import termios
import time

from tests.support.process import seconds


class Terminal:
    """`with Terminal(argv, env) as terminal:` runs the program with this terminal as its controlling one; stdout and stderr go there too."""

    def __init__(self, argv: list, env: dict):
        self.argv, self.env = [str(word) for word in argv], env
        self.shown = ""

    def __enter__(self) -> "Terminal":
        self.leader, follower = os.openpty()

        def take_terminal():
            fcntl.ioctl(follower, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(self.argv, env=self.env, stdin=follower, stdout=follower, stderr=follower, start_new_session=True,
                                        preexec_fn=take_terminal, cwd="/")
        os.close(follower)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        os.close(self.leader)

    def _read_some(self, until: float) -> bool:
        """False when the program has closed the terminal."""
        ready, _, _ = select.select([self.leader], [], [], max(0.0, until - time.monotonic()))
        assert ready, f"the terminal shows nothing more: {self.shown!r}"
        try:
            text = os.read(self.leader, 4096)
        except OSError:
            return False
        self.shown += text.decode(errors="replace")
        return bool(text)

    def expect(self, prompt: str):
        """Waits until the prompt is the last thing shown."""
        until = time.monotonic() + seconds(20)
        while not self.shown.endswith(prompt):
            assert self._read_some(until), f"ended before {prompt!r}: {self.shown!r}"

    def type(self, line: str):
        os.write(self.leader, line.encode() + b"\n")

    def finish(self) -> int:
        """Reads on to the end; the exit code."""
        until = time.monotonic() + seconds(20)
        while self._read_some(until):
            pass
        return self.process.wait(seconds(20))

    def proc(self, name: str) -> str:
        """A file of /proc/PID; empty where the kernel does not show it to us."""
        try:
            with open(f"/proc/{self.process.pid}/{name}", "rb") as file:
                return file.read().decode(errors="replace")
        except PermissionError:
            return ""
