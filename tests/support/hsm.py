"""A throw-away SoftHSM2 store with one token."""

import pathlib
import secrets
import subprocess
import sys

from tests.support.apple_key import AppleKey
from tests.support.process import environment, run, seconds

MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so", "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so")
CRYPTOKI = pathlib.Path(__file__).with_name("cryptoki.py")


def module_path() -> str:
    for path in MODULES:
        if pathlib.Path(path).exists():
            return path
    sys.exit("SoftHSM2 is not installed: run scripts/install-deps")


class SoftHsm:
    """The store of one test. `pin` and `so_pin` are made here and stand in no argument list of a program under test."""

    def __init__(self, directory: pathlib.Path, token: str = "build"):
        self.token = token
        self.pin, self.so_pin = (str(secrets.randbelow(10**8)).zfill(8) for _ in range(2))
        self.directory = directory
        self.tokens = directory / "tokens"
        self.tokens.mkdir(parents=True)
        self.conf = directory / "softhsm2.conf"
        self.conf.write_text(f"directories.tokendir = {self.tokens}\nobjectstore.backend = file\nlog.level = ERROR\n")
        self.environment = {"SOFTHSM2_CONF": str(self.conf)}
        self.module = module_path()

    def tool(self, *words: str):
        done = run(["softhsm2-util", *words], env=environment(**self.environment))
        assert done.returncode == 0, done.stderr + done.stdout

    def init_token(self):
        self.tool("--init-token", "--free", "--label", self.token, "--so-pin", self.so_pin, "--pin", self.pin)

    def import_by_tool(self, key: AppleKey):
        """softhsm2-util makes imported keys sensitive and not extractable."""
        self.tool("--import", str(key.path), "--token", self.token, "--label", key.label, "--id", key.key_id.encode().hex(), "--pin", self.pin)

    def cryptoki(self, command: str, *words: str) -> str:
        """Another process on this store makes Cryptoki calls of its own: cryptoki.py."""
        done = run([sys.executable, "-I", CRYPTOKI, command, self.module, self.token, *words],
                   env=environment(**self.environment), stdin=self.pin.encode() + b"\n")
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def generate(self, label: str, identity: bytes, kind: str):
        self.cryptoki("generate", label, identity.hex(), kind)

    def destroy_public_object(self, label: str):
        self.cryptoki("destroy-public", label)

    def store_certificate(self, label: str, identity: bytes, octets: bytes):
        self.cryptoki("store-certificate", label, identity.hex(), octets.hex())

    def flags(self, label: str) -> str:
        return self.cryptoki("flags", label)

    def opener(self) -> "Opener":
        return Opener(self)

    def unplug(self):
        """The token's directory disappears from under every process that has it open."""
        self.tokens.rename(self.directory / "unplugged")
        self.tokens.mkdir()

    def plug_in(self):
        self.tokens.rmdir()
        (self.directory / "unplugged").rename(self.tokens)


class Opener:
    """A process that initialises the module on this store, lists its slots and finalises, in a loop, until the block ends."""

    def __init__(self, hsm: SoftHsm):
        self.hsm = hsm
        self.opened = 0

    def __enter__(self):
        self.process = subprocess.Popen([sys.executable, "-I", CRYPTOKI, "open-loop", self.hsm.module, self.hsm.token],
                                        env=environment(**self.hsm.environment), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *_):
        output, _ = self.process.communicate(timeout=seconds(20))
        assert self.process.returncode == 0, "the opening process failed"
        self.opened = int(output)
