"""Signet as it runs on a machine, in a temporary directory: a SoftHSM2 token with an Apple key in it, signet-token and signetd with their
configuration, and callers of several identities. Everything a test starts or writes is gone when the block ends."""

import atexit
import json
import os
import pathlib
import shutil
import signal
import socket
import sys
import tempfile

from tests.support import unix_http
from tests.support.apple_key import ISSUER, AppleKey
from tests.support.hsm import SoftHsm
from tests.support.peer import Peer
from tests.support.process import Program, environment, eventually, program_path, run

SOURCE = pathlib.Path(__file__).resolve().parents[2]
PATH, HELD, SOCKET_ACTIVATE = "path", "held", "systemd-socket-activate"


# A test that is told to end leaves through atexit, which removes what unittest would not.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))


def option_lines(options: dict) -> str:
    """A list writes the option once per value, None leaves it out."""
    lines = []
    for name, value in options.items():
        values = value if isinstance(value, (list, tuple)) else [value]
        lines += [f"{name} = {each}\n" for each in values if each is not None]
    return "".join(lines)


def listening(path: pathlib.Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    path.chmod(0o666)
    listener.listen(512)
    return listener


class Stack:
    """`with Stack(…) as stack:` gives running programs that answer.

    keys: name -> options that differ from a usable apple-enterprise key on our own uid; default one key, "apple".
    token, daemon: options of signet-token's and signetd's files that differ from the usual.
    activation: PATH (the programs bind), HELD (sockets outlive the programs, as systemd holds them), SOCKET_ACTIVATE (by that program).
    module: the PKCS#11 module between, with its environment (fault module); default SoftHSM itself.
    start: False leaves the programs to the test.
    """

    def __init__(self, *, keys: dict | None = None, token: dict | None = None, daemon: dict | None = None, activation: str = PATH,
                 module: str | None = None, environment_of_token: dict | None = None, start: bool = True):
        self.options = keys if keys is not None else {"apple": {}}
        self.token_options, self.daemon_options = token or {}, daemon or {}
        self.activation, self.start_at_once = activation, start
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="signet-", dir="/tmp"))
        self.root.chmod(0o755)
        atexit.register(self._remove)
        self.held: list = []
        self.programs: list = []
        self._lay_out(module, environment_of_token or {})

    def _lay_out(self, module: str | None, environment_of_token: dict):
        for name in ("run", "run/token", "etc", "etc/keys.d", "etc/tokens.d", "state", "state/daemon", "state/token", "log"):
            (self.root / name).mkdir()
        self.hsm = SoftHsm(self.root / "hsm")
        self.key = AppleKey(self.root)
        self.hsm.init_token()
        self.hsm.import_by_tool(self.key)
        self.module = module or self.hsm.module
        self.socket, self.admin_socket = self.root / "run/signet.sock", self.root / "run/admin.sock"
        self.token_socket = self.root / "run/token/build.sock"
        self.audit_log = self.root / "log/audit.jsonl"
        self.pin_file = self.root / "etc/build.pin"
        self.pin_file.write_text(self.hsm.pin + "\n")
        self.pin_file.chmod(0o600)
        self.token_conf, self.daemon_conf = self.root / "etc/tokens.d/build.conf", self.root / "etc/signetd.conf"
        self.write_token_conf()
        self.write_daemon_conf()
        for name, options in self.options.items():
            self.write_key(name, options)
        self.token = self._program("signet-token", self.token_conf, {"token": self.token_socket}, {**self.hsm.environment, **environment_of_token})
        self.daemon = self._program("signetd", self.daemon_conf, {"api": self.socket, "admin": self.admin_socket}, {})

    def _program(self, name: str, conf: pathlib.Path, sockets: dict, extra: dict) -> Program:
        argv, held = [program_path(name), "--config", conf], {}
        if self.activation == HELD:
            held = {each: listening(path) for each, path in sockets.items()}
            self.held += held.values()
        elif self.activation == SOCKET_ACTIVATE:
            # One name for all descriptors or one for each; the program keeps its own environment but for what is passed on by name.
            words = [f"--listen={path}" for path in sockets.values()] + [f"--fdname={':'.join(sockets)}"]
            passed = [f"--setenv={variable}" for variable in environment(**extra)]
            argv = ["systemd-socket-activate", *words, *passed, *argv]
        program = Program(name, argv, self.root / "log", environment(**extra), held)
        self.programs.append(program)
        return program

    # Configuration files, written anew by tests that change them.

    def write_token_conf(self, **changes):
        self.token_conf.write_text(option_lines({
            "module": self.module, "token": f"pkcs11:token={self.hsm.token}", "pin-file": self.pin_file, "socket": self.token_socket,
            "allow": f"uid:{os.getuid()}", "state-dir": self.root / "state/token", **self.token_options, **changes}))

    def write_daemon_conf(self, **changes):
        self.daemon_conf.write_text(option_lines({
            "socket": self.socket, "admin-socket": self.admin_socket, "socket-mode": "0666", "keys-dir": self.root / "etc/keys.d",
            "profiles-dir": SOURCE / "daemon/profiles", "token-dir": self.root / "run/token", "state-dir": self.root / "state/daemon",
            "audit-log": self.audit_log, **self.daemon_options, **changes}))

    def write_key(self, name: str, options: dict | None = None):
        (self.root / f"etc/keys.d/{name}.conf").write_text(option_lines({
            "token": "build", "object": f"pkcs11:object={self.key.label}", "public-key": self.key.pin, "profile": "apple-enterprise",
            "key-id": self.key.key_id, "issuer": ISSUER, "role": "developer", "allow": f"uid:{os.getuid()}", **(options or {})}))

    # Life.

    def __enter__(self) -> "Stack":
        if self.start_at_once:
            try:
                self.start()
            except BaseException:
                self._tear_down(failed=True)
                raise
        return self

    def __exit__(self, kind, *_):
        self._tear_down(failed=kind is not None)

    def start(self):
        self.token.start()
        self.daemon.start()
        self.wait_ready()

    def wait_ready(self, within: float = 30.0):
        """Until health says that all our keys can sign."""
        eventually(lambda: self.health().get("status") == "ok", "health is ok", within)

    def health(self) -> dict:
        """What /v1/health says, {} while nobody answers; an error at once where signetd has ended."""
        if not self.daemon.running:
            raise AssertionError(f"signetd is not running: {self.daemon.process and self.daemon.process.returncode}")
        try:
            return self.ask("GET", "/v1/health").json()
        except (OSError, unix_http.http.client.HTTPException):
            return {}

    def token_state(self) -> str | None:
        return self.health().get("tokens", {}).get("build", {}).get("state")

    def wait_token_state(self, state: str, within: float = 30.0):
        eventually(lambda: self.token_state() == state, f"token state {state}", within)

    def login_records(self) -> list:
        """The records of login attempts that signet-token has left."""
        return sorted(path for path in (self.root / "state/token").glob("login-attempt.*") if path.suffix not in (".new", ".cleared"))

    def _tear_down(self, failed: bool):
        try:
            if not failed:
                for program in reversed(self.programs):
                    if program.running:
                        program.stop()
                for program in self.programs:
                    program.check_stderr()
        except BaseException:
            failed = True
            raise
        finally:
            if failed:
                for program in self.programs:
                    print(f"---- {program.name}:\n{program.stderr()[-6000:]}", file=sys.stderr)
            self._remove()
            atexit.unregister(self._remove)

    def _remove(self):
        for program in self.programs:
            program.kill()
        for each in self.held:
            each.close()
        shutil.rmtree(self.root, ignore_errors=True)

    # Callers.

    def ask(self, method: str, target: str, body=None, headers: dict | None = None, peer: Peer | None = None, timeout: float = 30.0) -> unix_http.Answer:
        return unix_http.ask(self.socket, method, target, body, headers, peer, timeout)

    def admin(self, method: str, target: str, body=None) -> unix_http.Answer:
        """As an officer: root."""
        return unix_http.ask(self.admin_socket, method, target, body, peer=None if os.geteuid() == 0 else Peer(0, 0))

    def jwt(self, body=None, key: str = "apple", **more) -> unix_http.Answer:
        return self.ask("POST", f"/v1/keys/{key}/tokens", body, **more)

    def connection(self, peer: Peer | None = None) -> unix_http.Connection:
        return unix_http.Connection(self.socket, peer)

    def raw(self, peer: Peer | None = None) -> unix_http.RawConnection:
        return unix_http.RawConnection(self.socket, peer)

    def cli(self, *words: str, env: dict | None = None):
        """`signet` with its socket in SIGNET_SOCKET."""
        return run([program_path("signet"), *words], env=env or environment(SIGNET_SOCKET=str(self.socket)))

    def audit(self) -> list:
        """The audit log's records, oldest first."""
        if not self.audit_log.exists():
            return []
        return [json.loads(line) for line in self.audit_log.read_text().splitlines() if line]
