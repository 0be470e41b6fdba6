"""Unix connections made by another user: a short-lived process with that identity connects and hands us the connected socket, so that
the kernel reports that identity for it while the test speaks through it."""

import dataclasses
import os
import secrets
import socket
import subprocess

from tests.support.process import seconds

CONNECT = """
import socket, sys
channel = socket.socket(socket.AF_UNIX)
channel.connect("\\0" + sys.argv[1])
connection = socket.socket(socket.AF_UNIX)
try:
    connection.connect(sys.argv[2])
except OSError as error:
    channel.sendall(b"%d" % error.errno)
else:
    socket.send_fds(channel, [b"0"], [connection.fileno()])
"""


@dataclasses.dataclass(frozen=True)
class Peer:
    """Who connects. The default is a uid and gid that have no name on any machine."""
    uid: int = 54321
    gid: int = 54321
    groups: tuple = ()


def as_root(argv: list) -> list:
    """The command with root's rights: as it is for root, through sudo without a password for others."""
    return argv if os.geteuid() == 0 else ["sudo", "-n", *argv]


def output_as_root(argv: list) -> bytes:
    """Of a command that only reads: /proc of programs that are not dumpable belongs to root, whoever started them."""
    return subprocess.run(as_root(argv), capture_output=True, check=True, timeout=seconds(20), cwd="/").stdout


def open_descriptors(pid: int) -> int:
    return len(output_as_root(["ls", f"/proc/{pid}/fd"]).split())


def as_peer(peer: Peer, argv: list) -> list:
    groups = ["--groups", ",".join(map(str, peer.groups))] if peer.groups else ["--clear-groups"]
    return as_root(["setpriv", "--reuid", str(peer.uid), "--regid", str(peer.gid), *groups, *argv])


def connect(path: str, peer: Peer | None = None) -> socket.socket:
    """A connected stream socket; with `peer` made by that user. OSError as connect(2) reports it, to whoever connected."""
    if peer is None:
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(path)
        except OSError:
            connection.close()
            raise
        return connection
    name = f"signet-test-{secrets.token_hex(8)}"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("\0" + name)
        listener.listen(1)
        listener.settimeout(seconds(20))
        with subprocess.Popen(as_peer(peer, ["/usr/bin/python3", "-I", "-c", CONNECT, name, path]), cwd="/") as child:
            channel, _ = listener.accept()
            with channel:
                answer, handed, _, _ = socket.recv_fds(channel, 16, 1)
            code = child.wait(seconds(20))
    assert code == 0, f"the process of {peer} ended with {code}"
    if not handed:
        raise OSError(int(answer), os.strerror(int(answer)))
    return socket.socket(fileno=handed[0])
