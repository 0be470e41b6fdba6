"""usage: make_apple_key.py DIRECTORY: makes a key file as Apple ships one, and prints its path.

PEM PKCS#8 (RFC 5958) of a P-256 key, the inner ECPrivateKey (RFC 5915) with both optional members, no newline at the end, named AuthKey_ and
the ten characters of the key ID. OpenSSL leaves the curve out of the inner structure, so the octets are put together here."""

import signal

signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends quietly; the shell script cleans up

import base64
import os
import pathlib
import secrets
import string
import sys

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

PRIME256V1 = bytes.fromhex("06082a8648ce3d030107")
EC_PUBLIC_KEY = bytes.fromhex("06072a8648ce3d0201")


def tlv(tag: int, *parts: bytes) -> bytes:
    """DER with the lengths that occur here, up to 255."""
    content = b"".join(parts)
    length = bytes([len(content)]) if len(content) < 128 else bytes([0x81, len(content)])
    return bytes([tag]) + length + content


def pkcs8(key: ec.EllipticCurvePrivateKey) -> bytes:
    scalar = key.private_numbers().private_value.to_bytes(32, "big")
    point = key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    inner = tlv(0x30, tlv(0x02, b"\x01"), tlv(0x04, scalar), tlv(0xA0, PRIME256V1), tlv(0xA1, tlv(0x03, b"\x00" + point)))
    return tlv(0x30, tlv(0x02, b"\x00"), tlv(0x30, EC_PUBLIC_KEY, PRIME256V1), tlv(0x04, inner))


def main():
    key_id = "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(10))
    text = base64.b64encode(pkcs8(ec.generate_private_key(ec.SECP256R1()))).decode()
    lines = [text[start:start + 64] for start in range(0, len(text), 64)]
    path = pathlib.Path(sys.argv[1]) / f"AuthKey_{key_id}.p8"
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write("\n".join(["-----BEGIN PRIVATE KEY-----", *lines, "-----END PRIVATE KEY-----"]))
    print(path)


main()
