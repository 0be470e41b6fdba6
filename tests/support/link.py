"""The token link, spoken without signetd: what somebody does who took its place. Only what a signature needs of proto/token.proto."""

import base64
import json
import pathlib
import socket
import struct

from tests.support.process import seconds

# Request: id 1, hello 2, sign 5. Hello: min_version 1, max_version 2, program 3. SignRequest: object 1, alg 2, message 3,
# expected_spki_sha256 4. Reply: signature 4. Signature: value 1.
VARINT, OCTETS = 0, 2


def varint(number: int) -> bytes:
    octets = bytearray()
    while number > 0x7f:
        octets.append(number & 0x7f | 0x80)
        number >>= 7
    return bytes([*octets, number])


def message(fields: dict) -> bytes:
    """By field number: an int, a text, octets, or a message that was made already."""
    octets = b""
    for number, value in fields.items():
        if isinstance(value, int):
            octets += varint(number << 3 | VARINT) + varint(value)
        else:
            value = value.encode() if isinstance(value, str) else value
            octets += varint(number << 3 | OCTETS) + varint(len(value)) + value
    return octets


def fields_of(octets: bytes) -> dict:
    """The last value of each field."""
    fields, at = {}, 0

    def number() -> int:
        nonlocal at
        result, shift = 0, 0
        while True:
            octet, at = octets[at], at + 1
            result |= (octet & 0x7f) << shift
            shift += 7
            if octet < 0x80:
                return result

    while at < len(octets):
        tag = number()
        value = number()
        if tag & 7 == OCTETS:
            at, value = at + value, octets[at:at + value]
        fields[tag >> 3] = value
    return fields


def encoded(value) -> str:
    octets = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def signing_input(claims: dict) -> str:
    return encoded({"alg": "ES256", "typ": "JWT"}) + "." + encoded(claims)


class Link:
    """One connection as the uid that runs the test, which signet-token must allow."""

    def __init__(self, path: pathlib.Path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(seconds(30))
        self.socket.connect(str(path))
        self.call({1: 1, 2: message({1: 1, 2: 1, 3: "test"})})

    def __enter__(self) -> "Link":
        return self

    def __exit__(self, *_):
        self.socket.close()

    def _receive(self, count: int) -> bytes:
        octets = b""
        while len(octets) < count:
            part = self.socket.recv(count - len(octets))
            if not part:
                raise ConnectionError("signet-token closed the connection")
            octets += part
        return octets

    def call(self, request: dict) -> dict:
        payload = message(request)
        self.socket.sendall(struct.pack(">I", len(payload)) + payload)
        return fields_of(self._receive(struct.unpack(">I", self._receive(4))[0]))

    def sign(self, label: str, spki_sha256: bytes, claims: dict) -> str:
        """The finished JWT."""
        text = signing_input(claims)
        reply = self.call({1: 2, 5: message({1: f"pkcs11:object={label}", 2: "ES256", 3: text, 4: spki_sha256})})
        if 4 not in reply:
            raise AssertionError(f"no signature: {reply}")
        return text + "." + encoded(fields_of(reply[4])[1])
