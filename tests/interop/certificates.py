"""X.509: a certificate for a key of the token, and, for the stand-in of remote services, an authority of one test with a server's certificate."""

import datetime
import pathlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certificate(subject: str, public_key, issuer: str, issuer_key, *extensions) -> x509.Certificate:
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = x509.CertificateBuilder(_name(issuer), _name(subject), public_key, x509.random_serial_number(), now - datetime.timedelta(hours=1),
                                      now + datetime.timedelta(hours=1))
    for extension in extensions:
        builder = builder.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
    return builder.sign(issuer_key, hashes.SHA256())


def self_signed(subject: str, private_key) -> x509.Certificate:
    return _certificate(subject, private_key.public_key(), subject, private_key, x509.BasicConstraints(ca=False, path_length=None))


def write_certificates(directory: pathlib.Path, hosts: list):
    """authorities.pem, certificate.pem and key.pem in the new directory, for Node, curl and Ruby."""
    directory.mkdir()
    authority, server = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = _certificate("Signet's tests", authority.public_key(), "Signet's tests", authority, x509.BasicConstraints(ca=True, path_length=0))
    leaf = _certificate("stand-in", server.public_key(), "Signet's tests", authority, x509.BasicConstraints(ca=False, path_length=None),
                        x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts]))
    (directory / "authorities.pem").write_bytes(root.public_bytes(serialization.Encoding.PEM))
    (directory / "certificate.pem").write_bytes(leaf.public_bytes(serialization.Encoding.PEM))
    (directory / "key.pem").write_bytes(server.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
