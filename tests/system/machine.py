"""A machine in a container: its PID 1 is a real systemd, its file system a throw-away copy of the base tree."""

import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

from tests.system.image import CannotRun

BOOT_SECONDS = 60
ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "SYSTEMD_PAGER": "",
               "SYSTEMD_COLORS": "0"}


class Machine:
    """`with Machine(tar, directory) as machine:` unpacks; boot() starts it. Everything is gone when the block ends."""

    def __init__(self, base: pathlib.Path, directory: pathlib.Path):
        self.base, self.directory = base, directory
        self.nspawn: subprocess.Popen | None = None
        self.leader = 0

    def __enter__(self) -> "Machine":
        for left in self.directory.glob("machine-*"):  # of a test that was killed
            shutil.rmtree(left)
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix="machine-", dir=self.directory))
        self.root, self.log = self.scratch / "root", self.scratch / "boot.log"
        self.root.mkdir()
        try:
            subprocess.run(["tar", "-C", self.root, "--numeric-owner", "--xattrs", "-xf", self.base], check=True)
            self.root.chmod(0o755)
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(self, *_):
        try:
            self._power_off()
        finally:
            self._remove()

    def _remove(self):
        shutil.rmtree(self.scratch, ignore_errors=True)
        if self.scratch.exists():  # the container may have set the immutable flag on directories of its own
            subprocess.run(["chattr", "-R", "-f", "-i", self.scratch], check=False, stderr=subprocess.DEVNULL)
            shutil.rmtree(self.scratch)

    def boot(self):
        """Starts systemd and waits until it is up. All capabilities and bpf(2), so that device and address filters are real in there."""
        # setpriv: a test that ctest ends at its time limit takes the container with it.
        argv = ["setpriv", "--pdeathsig=KILL", "systemd-nspawn", "--quiet", f"--directory={self.root}", "--boot", "--register=no", "--keep-unit", "--private-network",
                "--console=pipe", "--link-journal=no", "--resolv-conf=off", "--timezone=off", f"--machine=signet-test-{os.getpid()}",
                "--capability=all", "--system-call-filter=bpf perf_event_open keyctl add_key request_key @keyring"]
        # Without the first, systemd inherits this machine's cgroup layout, which newer ones refuse where it is the old one.
        env = {**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1", "SYSTEMD_NSPAWN_LOCK": "0"}
        with open(self.log, "wb") as log:
            self.nspawn = subprocess.Popen(argv, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        end = time.monotonic() + BOOT_SECONDS
        while not self._find_leader():
            if self.nspawn.poll() is not None or time.monotonic() > end:
                raise CannotRun("systemd-nspawn cannot boot a container here (it needs root with CAP_SYS_ADMIN and cgroups): "
                                + self.log.read_text(errors="replace")[-2000:])
            time.sleep(0.05)
        state = self.run("systemctl", "is-system-running", "--wait", check=False).stdout.strip()
        if state not in ("running", "degraded"):
            raise CannotRun(f"the container's systemd is '{state}'")

    def _find_leader(self) -> bool:
        """PID 1 of the container, once it is systemd and listens for commands."""
        try:
            children = pathlib.Path(f"/proc/{self.nspawn.pid}/task/{self.nspawn.pid}/children").read_text().split()
            if not children or pathlib.Path(f"/proc/{children[0]}/comm").read_text().strip() != "systemd":
                return False
        except OSError:
            return False
        self.leader = int(children[0])
        return self.run("test", "-S", "/run/systemd/private", check=False).returncode == 0

    def _power_off(self):
        """With its PID 1 the whole container goes; a polite shutdown would only take longer."""
        if self.nspawn is None or self.nspawn.poll() is not None:
            return
        if self.leader:
            os.kill(self.leader, signal.SIGKILL)
        else:
            self.nspawn.terminate()
        try:
            self.nspawn.wait(20)
        except subprocess.TimeoutExpired:
            self.nspawn.kill()
            self.nspawn.wait()

    def argv(self, *words: str, user: str | None = None) -> list[str]:
        """The words as a command line that runs inside, as root or as that user with the groups it has there."""
        become = ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"] if user else []
        variables = [f"{name}={value}" for name, value in ENVIRONMENT.items()]
        return ["nsenter", f"--target={self.leader}", "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--", *become,
                "env", "-i", *variables, *words]

    def run(self, *words: str, user: str | None = None, check: bool = True, stdin: str = "", timeout: float = 120) -> subprocess.CompletedProcess:
        done = subprocess.run(self.argv(*words, user=user), input=stdin, capture_output=True, text=True, timeout=timeout, check=False)
        if check and done.returncode != 0:
            raise AssertionError(f"{' '.join(words)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def start(self, *words: str, user: str | None = None) -> subprocess.Popen:
        return subprocess.Popen(self.argv(*words, user=user), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def write(self, path: str, content: str, mode: int = 0o644):
        """A file inside, written from outside, root's."""
        target = self.root / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content)
        target.chmod(mode)

    def systemctl(self, *words: str) -> str:
        return self.run("systemctl", *words).stdout.strip()

    def state_of(self, unit: str) -> str:
        return self.run("systemctl", "show", "--property=ActiveState", "--value", unit).stdout.strip()

    def main_pid(self, unit: str) -> int:
        return int(self.run("systemctl", "show", "--property=MainPID", "--value", unit).stdout)

    def journal(self, *words: str) -> str:
        return self.run("journalctl", "--boot", "--no-pager", *words, check=False).stdout
