"""The programs under test as child processes: started, watched, stopped, and their stderr read for what must never stand there."""

import contextlib
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

#: How many times slower than a plain build everything is allowed to be; volumes shrink by the same factor.
SCALE = max(1.0, float(os.environ.get("SIGNET_TEST_SCALE", "1")))

SANITIZER_REPORT = re.compile(
    r"ERROR: \w+Sanitizer|WARNING: \w+Sanitizer|runtime error:|terminate called|Assertion .* failed|SUMMARY: \w+Sanitizer")

# Hands inherited sockets to a program as systemd does: from descriptor 3 on, with LISTEN_PID naming the process itself.
LAUNCHER = """
import fcntl, os, sys
sockets, program = [int(fd) for fd in sys.argv[1].split(",")], sys.argv[2:]
high = [fcntl.fcntl(fd, fcntl.F_DUPFD, 3 + len(sockets)) for fd in sockets]
for target, fd in enumerate(high, 3):
    os.dup2(fd, target, inheritable=True)
os.closerange(3 + len(sockets), 1024)
os.environ["LISTEN_PID"] = str(os.getpid())
os.environ["LISTEN_FDS"] = str(len(sockets))
os.execv(program[0], program)
"""


def build_directory() -> pathlib.Path:
    build = os.environ.get("SIGNET_BUILD")
    if not build:
        sys.exit("SIGNET_BUILD is not set: run this through ctest, or name the build tree in it")
    return pathlib.Path(build)


def program_path(name: str) -> str:
    return str(build_directory() / "bin" / name)


def seconds(count: float) -> float:
    """A deadline, stretched for slow builds. Reaching it is always a failure."""
    return count * SCALE


def volume(count: int, least: int) -> int:
    """How often to repeat something, shrunk for slow builds."""
    return max(least, int(count / SCALE))


def eventually(condition, what: str, within: float = 10.0):
    """Asks `condition` again and again until it gives something true, and gives that; AssertionError after `within` seconds."""
    end = time.monotonic() + seconds(within)
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds(within):.0f} s: {what}")
        time.sleep(0.01)


def environment(**extra: str) -> dict:
    """The small environment every program under test gets: nothing of the caller's but the sanitizers' options."""
    result = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}
    # LeakSanitizer attaches to the process, which one that is not dumpable allows to root alone.
    leaks = "1" if os.geteuid() == 0 else "0"
    # Frames above libcrypto are seen by the slow unwinder alone, and by them a module's own leaks are told from ours.
    result["ASAN_OPTIONS"] = f"detect_leaks={leaks}:fast_unwind_on_malloc=0"
    result["LSAN_OPTIONS"] = f"suppressions={pathlib.Path(__file__).with_name('leaks.supp')}:print_suppressions=0"
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS"):
        if name in os.environ:
            result[name] = os.environ[name]
    result.update(extra)
    return result


class Program:
    """One program, started any number of times; its stderr of all starts is kept in one file."""

    def __init__(self, name: str, argv: list, directory: pathlib.Path, env: dict, sockets: dict | None = None):
        self.name = name
        self.argv = [str(word) for word in argv]
        self.env = env
        self.sockets = sockets or {}  # name -> listening socket that outlives the process, as systemd holds it
        self.stderr_path = directory / f"{name}.stderr"
        self.process: subprocess.Popen | None = None

    def start(self) -> "Program":
        assert not self.running, f"{self.name} runs already"
        argv, env, inherited = self.argv, dict(self.env), ()
        if self.sockets:
            inherited = tuple(each.fileno() for each in self.sockets.values())
            env["LISTEN_FDNAMES"] = ":".join(self.sockets)
            argv = [sys.executable, "-I", "-c", LAUNCHER, ",".join(map(str, inherited)), *argv]
        argv = ["setpriv", "--pdeathsig", "KILL", *argv]  # a test that is killed leaves no program behind
        with open(self.stderr_path, "ab") as stderr:
            self.process = subprocess.Popen(argv, env=env, stdin=subprocess.DEVNULL, stdout=stderr, stderr=stderr, pass_fds=inherited, cwd="/")
        return self

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self) -> int:
        return self.process.pid

    def signal(self, number: int):
        self.process.send_signal(number)

    def wait(self, within: float = 20.0) -> int:
        """The exit code; negative for a signal. AssertionError when it does not end."""
        try:
            return self.process.wait(seconds(within))
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.name} did not end within {seconds(within):.0f} s") from None

    def stop(self, within: float = 20.0):
        """SIGTERM, and it must end with exit code 0."""
        self.signal(signal.SIGTERM)
        code = self.wait(within)
        assert code == 0, f"{self.name} ended with {code} after SIGTERM"

    def kill(self):
        """kill -9, whatever state it is in."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    @contextlib.contextmanager
    def stopped(self):
        """SIGSTOP, in force for all its threads, until the block ends."""
        self.signal(signal.SIGSTOP)
        tasks = pathlib.Path(f"/proc/{self.pid}/task")
        eventually(lambda: all((task / "stat").read_text().rpartition(")")[2].split()[0] == "T" for task in tasks.iterdir()), f"{self.name} is stopped")
        try:
            yield
        finally:
            self.signal(signal.SIGCONT)

    def stderr(self) -> str:
        return self.stderr_path.read_text(errors="replace") if self.stderr_path.exists() else ""

    def check_stderr(self):
        report = SANITIZER_REPORT.search(self.stderr())
        assert not report, f"{self.name} wrote: {self.stderr()[report.start():report.start() + 4000]}"


def run(argv: list, within: float = 30.0, env: dict | None = None, stdin: bytes = b"", pass_fds: tuple = ()) -> subprocess.CompletedProcess:
    """Runs a program to its end with captured output, as text."""
    done = subprocess.run([str(word) for word in argv], input=stdin, env=env or environment(), capture_output=True,
                          timeout=seconds(within), pass_fds=pass_fds, cwd="/", check=False)
    stderr = done.stderr.decode(errors="replace")
    assert not SANITIZER_REPORT.search(stderr), stderr
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(errors="replace"), stderr)
