"""The machine of the system tests with Signet installed from the build tree, and its users, key and configuration as an officer makes them."""

import os
import pathlib
import re
import secrets
import subprocess

from tests.support.apple_key import ISSUER, AppleKey
from tests.support.process import build_directory
from tests.system.machine import Machine

SOURCE = pathlib.Path(__file__).resolve().parents[2]
EXAMPLES = SOURCE / "systemd" / "examples"
BUILD = build_directory()
RUNNER = "gitlab-runner.service"


class SignetMachine(Machine):
    """The machine with Signet installed and one key imported, before anybody connected."""

    def install(self):
        """From the build tree, with the shipped examples as configuration."""
        done = subprocess.run(["cmake", "--install", BUILD], env={**os.environ, "DESTDIR": str(self.root)}, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise AssertionError(f"cmake --install failed: {done.stdout}{done.stderr}")
        self.write("/etc/signet/signetd.conf", (EXAMPLES / "signetd.conf").read_text())
        # Load is more than the example's max-rate allows.
        token_conf = re.sub(r"^max-rate .*\n", "", (EXAMPLES / "build.conf").read_text(), flags=re.MULTILINE)
        self.write("/etc/signet/tokens.d/build.conf", token_conf)
        self.write("/etc/signet/softhsm2.conf", (EXAMPLES / "softhsm2.conf").read_text())
        drop_in = SOURCE / "systemd" / "drop-ins" / "softhsm.conf"
        self.write("/etc/systemd/system/signet-token@build.service.d/softhsm.conf", drop_in.read_text())

    def set_up(self, key: AppleKey):
        self.run("systemd-sysusers")
        self.run("systemd-tmpfiles", "--create", "signet.conf")
        self.run("groupadd", "builders")
        self.run("useradd", "--groups", "signet-clients,builders", "builder")
        self.run("useradd", "--groups", "signet-clients", "guest")
        self.run("useradd", "outsider")
        self.provision(key)
        apple = (EXAMPLES / "apple.conf").read_text().replace("2X9R4HXF34", key.key_id).replace("57246542-96fe-1a63-e053-0824d011072a", ISSUER)
        self.write("/etc/signet/keys.d/apple.conf", apple)
        for name, allow in (("runner", f"unit:{RUNNER}"), ("guests-runner", f"user:guest unit:{RUNNER}"), ("ci", "slice:ci.slice")):
            self.write(f"/etc/signet/keys.d/{name}.conf", re.sub(r"^allow .*$", f"allow = {allow}", apple, flags=re.MULTILINE))
        self.systemctl("daemon-reload")
        self.systemctl("enable", "--now", "signetd.socket", "signet-token@build.socket")

    def provision(self, key: AppleKey):
        """As an officer does: a token of the service's user, the key in it, and the PIN as an encrypted credential."""
        self.pin = pin = str(secrets.randbelow(10**8)).zfill(8)
        so_pin = str(secrets.randbelow(10**8)).zfill(8)
        self.run("install", "-d", "-m", "0700", "-o", "signet-token", "-g", "signet-token", "/var/lib/signet-token/softhsm")
        self.run("install", "-m", "0600", "-o", "signet-token", "/dev/stdin", f"/tmp/{key.label}.p8", stdin=key.path.read_text())
        self.admin('token init --module /usr/lib/softhsm/libsofthsm2.so --token build --so-pin-fd 3 --pin-fd 4 3<<<"$so_pin" 4<<<"$pin"', so_pin, pin)
        self.admin(f'key import /tmp/{key.label}.p8 --config /etc/signet/tokens.d/build.conf --pin-fd 4 4<<<"$pin"', so_pin, pin)
        self.run("rm", f"/tmp/{key.label}.p8")
        self.run("systemd-creds", "encrypt", "--with-key=host", "--name=pin", "-", "/etc/signet/pins/build.cred", stdin=pin)

    def admin(self, words: str, so_pin: str, pin: str):
        """PINs go in through standard input and descriptors, never as arguments."""
        script = ("export SOFTHSM2_CONF=/etc/signet/softhsm2.conf; read -r so_pin; read -r pin; "
                  f"exec signet-admin {words}")
        self.run("bash", "-c", script, user="signet-token", stdin=f"{so_pin}\n{pin}\n")

    def signet(self, *words: str, user: str = "builder"):
        return self.run("signet", *words, user=user, check=False)

    def in_service(self, *words: str, unit: str = RUNNER, user: str = "builder", properties: tuple = ()):
        """The words as a service of the system's manager."""
        more = [f"--property={each}" for each in properties]
        return self.run("systemd-run", "--quiet", "--wait", "--pipe", "--collect", f"--unit={unit}", f"--uid={user}", *more, *words, check=False)

    def in_users_service(self, words: str, user: str, unit: str = RUNNER) -> tuple:
        """The words as a service of the user's own manager: its result and what it printed."""
        uid = self.run("id", "--user", user).stdout.strip()
        output = f"/run/user/{uid}/output"
        self.systemctl("start", f"user@{uid}.service")
        self.write(f"/etc/systemd/user/{unit}", f"[Service]\nType=oneshot\nStandardOutput=truncate:{output}\nStandardError=truncate:{output}\nExecStart={words}\n")
        manager = ["env", f"XDG_RUNTIME_DIR=/run/user/{uid}", "systemctl", "--user"]
        self.run(*manager, "daemon-reload", user=user)
        code = self.run(*manager, "start", unit, user=user, check=False).returncode
        return code, self.run("cat", output).stdout

    def jwt(self, *words: str) -> str:
        return self.run("signet", "token", "apple", *words, user="builder").stdout.strip()
