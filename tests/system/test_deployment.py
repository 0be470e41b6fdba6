"""A machine with Signet installed from the build tree: socket activation, the two gates in front of a token, and what `kill -9` costs."""

import json
import os
import pathlib
import secrets
import shutil
import subprocess
import sys
import unittest

import jwt

from tests.support.apple_key import ISSUER, AppleKey
from tests.support.process import eventually
from tests.system.image import CannotRun, base_tree
from tests.system.signet_machine import BUILD, RUNNER, SOURCE, SignetMachine

PROGRAMS = [BUILD / "bin" / name for name in ("signet", "signetd", "signet-admin", "signet-token")]
API, ADMIN, LINK = "/run/signet/signet.sock", "/run/signet/admin.sock", "/run/signet/token/build.sock"
DAEMON, TOKEN = "signetd.service", "signet-token@build.service"
CLIENTS = 4
KILLS = 3

CONNECT = "import socket, sys; c = socket.socket(socket.AF_UNIX); c.settimeout(10); c.connect(sys.argv[1]); print(len(c.recv(1)))"

HTTP_STATUS = r"""
import socket, sys
c = socket.socket(socket.AF_UNIX); c.settimeout(30); c.connect(sys.argv[1])
c.sendall(b"POST /v1/keys/apple/tokens HTTP/1.1\r\nHost: signet\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
print(c.recv(65536).split()[1].decode())
"""


def become_root():
    """The container needs root: an ordinary user's run goes on under sudo."""
    if os.geteuid() == 0:
        return
    if not shutil.which("sudo") or subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode != 0:
        sys.exit("This test boots a machine in a container and needs root: run it as root, let this user use sudo without a password, "
                 "or leave it out with: scripts/test --without-system")
    kept = [f"{name}={os.environ[name]}" for name in ("SIGNET_BUILD", "PYTHONPATH", "PATH") if name in os.environ]
    os.execvp("sudo", ["sudo", "-n", "env", *kept, f"SIGNET_OWNER={os.getuid()}:{os.getgid()}", sys.executable, "-B", *sys.argv])


def give_back(directory: pathlib.Path):
    """What sudo made belongs to who ran the test."""
    if owner := os.environ.get("SIGNET_OWNER"):
        subprocess.run(["chown", "-R", owner, directory], check=True)


class Load:
    """Clients inside that ask for fresh tokens while the block runs; then `counts` says how each request ended."""

    def __init__(self, machine: SignetMachine):
        self.machine = machine
        self.stop = f"/tmp/stop-{secrets.token_hex(4)}"
        self.counts: dict = {}

    def __enter__(self) -> "Load":
        self.process = self.machine.start("python3", "-I", "/usr/local/share/load.py", API, str(CLIENTS), self.stop, user="builder")
        self.process.stdout.readline()
        return self

    def __exit__(self, *_):
        self.machine.run("touch", self.stop)
        output, errors = self.process.communicate(timeout=60)
        assert self.process.returncode == 0, errors
        self.counts = json.loads(output)


class Deployment(unittest.TestCase):
    """Ordered by name: the first test is the first connection this machine ever sees."""

    @classmethod
    def setUpClass(cls):
        directory = BUILD / "system"
        directory.mkdir(exist_ok=True)
        cls.addClassCleanup(give_back, directory)
        try:
            base = base_tree(directory, PROGRAMS)
            cls.machine = cls.enterClassContext(SignetMachine(base, directory))
            cls.key = AppleKey(cls.machine.scratch)
            cls.machine.install()
            cls.machine.write("/usr/local/share/load.py", (SOURCE / "tests/system/load.py").read_text())
            cls.machine.boot()
        except CannotRun as reason:
            raise AssertionError(f"{reason}\nTo leave this test out: scripts/test --without-system") from None
        cls.machine.set_up(cls.key)

    def run(self, result=None):
        """A failure is only worth something with the services' own words."""
        failures = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > failures:
            print(self.machine.journal("--unit=signet*", "--lines=60", "--output=short-monotonic"), file=sys.stderr)
        return result

    def verified(self, token: str) -> dict:
        """The claims, verified by PyJWT with the public key of the .p8 file."""
        self.assertEqual(jwt.get_unverified_header(token), {"alg": "ES256", "kid": self.key.key_id, "typ": "JWT"})
        return jwt.decode(token, self.key.public_key, algorithms=["ES256"], audience="apple-developer-enterprise-v1", issuer=ISSUER)

    def test_1_first_connection_starts_both_services(self):
        self.assertEqual([self.machine.state_of(DAEMON), self.machine.state_of(TOKEN)], ["inactive", "inactive"])
        self.verified(self.machine.jwt())
        self.assertEqual([self.machine.state_of(DAEMON), self.machine.state_of(TOKEN)], ["active", "active"])
        self.assertEqual(self.machine.systemctl("--failed", "--plain", "--no-legend"), "")

    def test_2_each_service_runs_as_its_own_user_in_its_sandbox(self):
        for unit, user in ((DAEMON, "signetd"), (TOKEN, "signet-token")):
            text = self.machine.run("cat", f"/proc/{self.machine.main_pid(unit)}/status").stdout
            self.assertIn("NoNewPrivs:\t1", text)
            self.assertIn("CapEff:\t0000000000000000", text)
            self.assertEqual(self.machine.run("ps", "-o", "user:32=", str(self.machine.main_pid(unit))).stdout.strip(), user)
            self.machine.run("systemd-analyze", "security", "--threshold=10", unit)
        ignored = [line for line in self.machine.journal("_PID=1", "--output=cat").splitlines() if "signet" in line and "ignoring" in line]
        self.assertEqual(ignored, [])

    def test_3_another_user_is_refused_by_policy_and_an_outsider_by_the_socket(self):
        refused = self.machine.signet("token", "apple", user="guest")
        self.assertEqual((refused.returncode, refused.stdout), (3, ""))
        status = self.machine.run("python3", "-I", "-c", HTTP_STATUS, API, user="guest").stdout.strip()
        self.assertEqual(status, "403")
        outside = self.machine.run("python3", "-I", "-c", CONNECT, API, user="outsider", check=False)
        self.assertIn("PermissionError", outside.stderr)
        self.assertEqual(self.machine.signet("token", "apple", user="outsider").returncode, 3)

    def test_3a_a_unit_rule_is_for_the_service_of_the_systems_manager(self):
        self.verified(self.machine.in_service("signet", "token", "runner").stdout.strip())
        self.assertRegex(self.machine.in_service("signet", "why", "runner").stdout, rf"(?m)^admitted by +unit:{RUNNER}$")
        who = json.loads(self.machine.in_service("signet", "whoami", "--json").stdout)
        self.assertEqual((who["user"], who["unit"], who["slice"]), ("builder", RUNNER, "system.slice"))
        elsewhere = self.machine.in_service("signet", "token", "runner", unit="cron.service")
        self.assertEqual((elsewhere.returncode, elsewhere.stdout), (3, ""))
        self.assertEqual(self.machine.signet("token", "runner").returncode, 3)  # a shell of the same user
        log = self.machine.journal(f"--unit={DAEMON}", "--output=cat")
        self.assertIn(f'key runner is not for this caller: allow line 1 "unit:{RUNNER}": unit is "cron.service"', log)
        self.assertIn(f'allow line 1 "unit:{RUNNER}": no unit of the system\'s own', log)

    def test_3b_a_unit_of_that_name_in_a_users_own_manager_is_refused(self):
        for user in ("builder", "guest"):
            code, output = self.machine.in_users_service("/usr/bin/env signet whoami --json", user)
            self.assertEqual(code, 0, output)
            who = json.loads(output)
            self.assertEqual((who["user"], who.get("unit"), who["slice"]), (user, None, f"user-{who['uid']}.slice"))
            for key in ("runner", "guests-runner"):
                code, output = self.machine.in_users_service(f"/usr/bin/env signet token {key}", user)
                self.assertNotEqual(code, 0)
                self.assertRegex(output, r"^signet: .*\(request [0-9A-Za-z-]+\)\n$")
        self.verified(self.machine.in_service("signet", "token", "guests-runner", user="guest").stdout.strip())

    def test_3c_a_subtree_that_was_delegated_names_no_units(self):
        """A service that may make groups of its own puts itself into one that is called like the runner."""
        self.machine.write("/usr/local/share/engine", f"inner=/sys/fs/cgroup/system.slice/engine.service/{RUNNER}\n"
                           'mkdir "$inner" && echo $$ >"$inner/cgroup.procs" && signet whoami --json && exec signet token runner\n')
        tried = self.machine.in_service("sh", "/usr/local/share/engine", unit="engine.service", properties=("Delegate=yes",))
        self.assertEqual(tried.returncode, 3, tried)
        who = json.loads(tried.stdout)
        self.assertEqual((who.get("unit"), who["slice"]), (None, "system.slice"))

    def test_3d_a_slice_rule_is_for_what_runs_in_that_slice(self):
        self.verified(self.machine.in_service("signet", "token", "ci", properties=("Slice=ci.slice",)).stdout.strip())
        for slice_of_others in ("system.slice", "ci-more.slice"):
            tried = self.machine.in_service("signet", "token", "ci", properties=(f"Slice={slice_of_others}",))
            self.assertEqual((tried.returncode, tried.stdout), (3, ""))

    def test_4_the_token_service_is_for_signetd_alone(self):
        for user in ("builder", "guest", "outsider"):
            tried = self.machine.run("python3", "-I", "-c", CONNECT, LINK, user=user, check=False)
            self.assertIn("PermissionError", tried.stderr, user)
            self.assertIn("PermissionError", self.machine.run("python3", "-I", "-c", CONNECT, ADMIN, user=user, check=False).stderr)
        # Root passes every mode; the service looks at the peer's uid and closes.
        self.assertEqual(self.machine.run("python3", "-I", "-c", CONNECT, LINK).stdout.strip(), "0")

    def test_5_killing_the_token_service_fails_no_request(self):
        with Load(self.machine) as load:
            self.kill_repeatedly(TOKEN)
        self.assertEqual(set(load.counts), {"200"}, load.counts)
        self.assertGreater(load.counts["200"], CLIENTS * KILLS)

    def test_6_killing_the_daemon_refuses_nobody_and_cuts_only_what_is_in_flight(self):
        with Load(self.machine) as load:
            self.kill_repeatedly(DAEMON)
        cut = sum(count for outcome, count in load.counts.items() if outcome.startswith("cut"))
        self.assertEqual({outcome for outcome in load.counts if not outcome.startswith("cut")}, {"200"}, load.counts)
        self.assertLessEqual(cut, CLIENTS * KILLS, load.counts)

    def test_7_signet_repeats_what_was_cut(self):
        loop = 'until [ -e "$0" ]; do signet token apple --fresh >/dev/null || exit 1; done'
        stop = f"/tmp/stop-{secrets.token_hex(4)}"
        callers = [self.machine.start("bash", "-c", loop, stop, user="builder") for _ in range(CLIENTS)]
        self.kill_repeatedly(DAEMON)
        self.machine.run("touch", stop)
        for caller in callers:
            _, errors = caller.communicate(timeout=60)
            self.assertEqual((caller.returncode, errors), (0, ""))

    def test_8_reload_restart_and_stop_keep_the_socket(self):
        before = self.machine.main_pid(DAEMON)
        self.machine.systemctl("reload", DAEMON)
        self.verified(self.machine.jwt("--fresh"))
        self.assertEqual(self.machine.main_pid(DAEMON), before)
        with Load(self.machine) as load:
            self.machine.systemctl("restart", DAEMON)
            self.machine.systemctl("restart", TOKEN)
        # A kept connection may be closed at the moment its next request is sent (RFC 9112 section 9.5); a new one never.
        self.assertLessEqual(load.counts.pop("cut", 0), CLIENTS)
        self.assertEqual(set(load.counts), {"200"}, load.counts)
        self.machine.run("systemctl", "stop", DAEMON, TOKEN)
        self.verified(self.machine.jwt())

    def test_9_without_its_pin_the_token_service_stays_and_says_so(self):
        self.machine.run("mv", "/etc/signet/pins/build.cred", "/etc/signet/pins/away")
        self.machine.systemctl("restart", TOKEN)
        health = eventually(lambda: self.unusable_health(), "health tells that the token cannot be used", 30)
        self.assertEqual(self.machine.state_of(TOKEN), "active", health)
        # The other documented way: a file in the clear, root's alone, by a drop-in.
        self.machine.write("/etc/signet/pins/build", self.machine.pin + "\n", 0o600)
        drop_in = (SOURCE / "systemd" / "drop-ins" / "plain-pin.conf").read_text()
        self.machine.write("/etc/systemd/system/signet-token@build.service.d/plain-pin.conf", drop_in)
        self.machine.systemctl("daemon-reload")
        self.machine.systemctl("restart", TOKEN)
        eventually(lambda: self.machine.signet("token", "apple", "--fresh").returncode == 0, "tokens again with the PIN in place", 30)

    def unusable_health(self):
        health = json.loads(self.machine.signet("health", "--json").stdout or "{}")
        return health.get("tokens", {}).get("build", {}).get("state") in ("misconfigured", "pin-refused", "absent") and health

    def kill_repeatedly(self, unit: str):
        """kill -9, and again as soon as systemd has started another process that serves."""
        for _ in range(KILLS):
            pid = eventually(lambda: self.machine.main_pid(unit), f"{unit} has a process", 30)
            self.machine.systemctl("kill", "--signal=KILL", unit)
            eventually(lambda: self.machine.state_of(unit) == "active" and self.machine.main_pid(unit) not in (0, pid), f"{unit} is back", 30)
            self.assertEqual(self.machine.signet("token", "apple", "--fresh").returncode, 0)


if __name__ == "__main__":
    become_root()
    unittest.main()
