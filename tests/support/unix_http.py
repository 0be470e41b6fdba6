"""HTTP/1.1 over a Unix socket: a whole client (http.client) for what is allowed, and raw octets for what is not."""

import dataclasses
import http.client
import json
import socket

from tests.support.peer import Peer, connect
from tests.support.process import seconds


@dataclasses.dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self):
        return json.loads(self.body)

    @property
    def code(self) -> str:
        return self.json()["code"]

    def __repr__(self):
        return f"<{self.status} {self.headers.get('Content-Type')} {self.body[:400]!r}>"


class Connection(http.client.HTTPConnection):
    """One keep-alive connection to the socket at `path`, made by `peer` (default: by us)."""

    def __init__(self, path, peer: Peer | None = None, timeout: float = 30.0):
        super().__init__("localhost", timeout=seconds(timeout))
        self.path = str(path)
        self.peer = peer

    def connect(self):
        self.sock = connect(self.path, self.peer)
        self.sock.settimeout(self.timeout)

    def ask(self, method: str, target: str, body=None, headers: dict | None = None) -> Answer:
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        self.request(method, target, body=body, headers=headers or {})
        response = self.getresponse()
        return Answer(response.status, response.headers, response.read())


def ask(path, method: str, target: str, body=None, headers: dict | None = None, peer: Peer | None = None, timeout: float = 30.0) -> Answer:
    """One request on a connection of its own."""
    connection = Connection(path, peer, timeout)
    try:
        return connection.ask(method, target, body, headers)
    finally:
        connection.close()


def request_bytes(method: str, target: str, body: bytes = b"", headers: str = "") -> bytes:
    """A well-formed request as octets, for pipelining and for cutting it apart."""
    length = f"Content-Length: {len(body)}\r\n" if body or method == "POST" else ""
    return f"{method} {target} HTTP/1.1\r\nHost: localhost\r\n{length}{headers}\r\n".encode() + body


class RawConnection:
    """Octets out, answers in: for requests no HTTP client would send."""

    def __init__(self, path, peer: Peer | None = None, timeout: float = 30.0):
        self.sock = connect(str(path), peer)
        self.sock.settimeout(seconds(timeout))
        self.stream = self.sock.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.stream.close()
        self.sock.close()

    def send(self, octets: bytes):
        self.sock.sendall(octets)

    def half_close(self):
        self.sock.shutdown(socket.SHUT_WR)

    def answer(self) -> Answer | None:
        """The next answer; None where the connection was closed instead of one. TimeoutError when neither happens."""
        try:
            line = self.stream.readline(65536)
            if not line:
                return None
            version, status, _ = line.split(b" ", 2)
            if version != b"HTTP/1.1":
                raise ValueError(f"not HTTP/1.1: {line!r}")
            headers = http.client.parse_headers(self.stream)
            return Answer(int(status), headers, self.stream.read(int(headers.get("Content-Length", "0"))))
        except ConnectionError:
            return None

    def closed(self) -> bool:
        """Nothing more comes: the peer has closed. TimeoutError when it keeps the connection open."""
        try:
            return self.stream.read(1) == b""
        except ConnectionError:
            return True
