#!/usr/bin/python3
"""Writes the seeds of every fuzz target into corpus/TARGET. The same on every run: keys are derived from fixed numbers, certificates are signed
with Ed25519. What fuzzing found is kept beside them as regression-*, by hand."""

import base64
import datetime
import hashlib
import itertools
import json
import pathlib

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.x509.oid import NameOID

HERE = pathlib.Path(__file__).resolve().parent
DATA = HERE.parent / "data"
CURVES = {"p256": ec.SECP256R1(), "p384": ec.SECP384R1(), "p521": ec.SECP521R1()}
NUMBER = 0x1F2E3D4C5B6A79880102030405060708

# Of p11-kit/pkcs11.h.
CKK_RSA, CKK_EC, CKK_EC_EDWARDS = 0, 3, 0x40
# The order of tests/fuzz/token_attributes.cc.
ATTRIBUTES = ("ID", "LABEL", "KEY_TYPE", "EC_PARAMS", "MODULUS", "PUBLIC_EXPONENT", "SENSITIVE", "EXTRACTABLE", "ALWAYS_SENSITIVE", "NEVER_EXTRACTABLE", "LOCAL",
              "SIGN", "ALWAYS_AUTHENTICATE", "PUBLIC_KEY_INFO", "EC_POINT", "CERTIFICATE_TYPE", "VALUE", "VENDOR")


def write(target: str, seeds: dict):
    directory = HERE / "corpus" / target
    directory.mkdir(parents=True, exist_ok=True)
    for name, content in seeds.items():
        (directory / name).write_bytes(content.encode() if isinstance(content, str) else content)


def number_of(text: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(text + "=="), "big")


def public_keys() -> dict:
    """One of each type; the RSA key is that of RFC 7515 appendix A.2."""
    keys = {name: ec.derive_private_key(NUMBER, curve).public_key() for name, curve in CURVES.items()}
    numbers = json.loads((DATA / "rfc7515.json").read_text())
    jwk = next(each for each in walk(numbers) if each.get("kty") == "RSA")
    keys["rsa"] = rsa.RSAPublicNumbers(number_of(jwk["e"]), number_of(jwk["n"])).public_key()
    keys["ed25519"] = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32))).public_key()
    return keys


def walk(value):
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        yield from itertools.chain.from_iterable(walk(each) for each in value)


def spki(key) -> bytes:
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def point(key, form=serialization.PublicFormat.UncompressedPoint) -> bytes:
    if isinstance(key, ed25519.Ed25519PublicKey):
        return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return key.public_bytes(serialization.Encoding.X962, form)


def octet_string(content: bytes) -> bytes:
    length = bytes([len(content)]) if len(content) < 128 else bytes([0x81, len(content)])
    return b"\x04" + length + content


def certificate(key) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "build")])
    builder = x509.CertificateBuilder(name, name, key, 4711, datetime.datetime(2026, 1, 1), datetime.datetime(2036, 1, 1))
    return builder.sign(ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32))), None).public_bytes(serialization.Encoding.DER)


def key_seeds(keys: dict):
    write("spki", {name: spki(key) for name, key in keys.items()})
    small = rsa.RSAPublicNumbers(65537, (1 << 1023) + 1155).public_key()
    k1 = ec.derive_private_key(NUMBER, ec.SECP256K1()).public_key()
    write("spki", {"rsa-1024": spki(small), "secp256k1": spki(k1), "trailing": spki(keys["p256"]) + b"\0", "cut": spki(keys["p384"])[:-1]})
    compressed = point(keys["p256"], serialization.PublicFormat.CompressedPoint)
    write("spki", {"compressed": spki(keys["p256"])[:1].replace(b"\x30", b"\x30\x39") + spki(keys["p256"])[2:23] + b"\x03\x22\x00" + compressed})
    write("certificate", {name: certificate(key) for name, key in keys.items()})
    write("certificate", {"cut": certificate(keys["p256"])[:-9], "trailing": certificate(keys["rsa"]) + b"\0"})


def curve_seeds(keys: dict):
    oids = {"p256": "06082a8648ce3d030107", "p384": "06052b81040022", "p521": "06052b81040023", "ed25519": "06032b6570", "luna-ed25519": "06092b06010401da470f01",
            "secp256k1": "06052b8104000a", "long-length": "0681082a8648ce3d030107", "sequence": "300a06082a8648ce3d030107"}
    write("ec_params", {name: bytes.fromhex(text) for name, text in oids.items()})
    names = ("edwards25519", "secp256r1", "prime256v1", "secp384r1", "secp521r1", "curve448")
    write("ec_params", {f"name-{name}": b"\x13" + bytes([len(name)]) + name.encode() for name in names})
    for choice, name in enumerate(("p256", "p384", "p521", "ed25519")):
        raw = point(keys[name])
        write("ec_point", {f"{name}-raw": bytes([choice]) + raw, f"{name}-der": bytes([choice]) + octet_string(raw),
                           f"{name}-off-curve": bytes([choice]) + raw[:-1] + bytes([raw[-1] ^ 1]), f"{name}-cut": bytes([choice]) + octet_string(raw)[:-1]})


def signature_seeds():
    for choice, width in enumerate((32, 48, 66)):
        one = bytes([choice])
        write("ecdsa_signature", {f"raw-{width}": one + bytes(range(1, 2 * width + 1)), f"short-{width}": one + bytes(range(1, 2 * width - 1)),
                                  f"odd-{width}": one + bytes(2 * width - 1), f"long-{width}": one + bytes(2 * width + 2),
                                  f"der-{width}": one + encode_dss_signature(1 << (8 * width - 2), 3), f"der-wide-{width}": one + encode_dss_signature(1 << (8 * width), 3)})


def uri_seeds():
    write("pkcs11_uri", {
        "key": "pkcs11:token=build;object=AuthKey_2X9R4HXF34", "id": "pkcs11:id=%01%02%ff;type=private", "all": "pkcs11:token=a;manufacturer=b;model=c;serial=d;object=e;id=f;type=cert",
        "empty": "pkcs11:", "encoded": "pkcs11:object=%C3%A9%20%3B%3d", "not-utf8": "pkcs11:object=%ff", "twice": "pkcs11:id=1;id=2", "pin": "pkcs11:token=a?pin-value=1",
        "slot": "pkcs11:slot-id=1", "half": "pkcs11:object=%4", "end": "pkcs11:object=a;", "upper": "PKCS11:object=a", "pchar": "pkcs11:object=:[]@!$'()*+,=&", "nul": b"pkcs11:object=%00a"})


def jws_seeds():
    names = ("ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "EdDSA", "Ed25519")

    def message(header, payload='{"iss":"a","exp":1}'):
        return b".".join(base64.urlsafe_b64encode(text.encode()).rstrip(b"=") for text in (header, payload))
    write("signing_input", {name: bytes([i]) + message(f'{{"alg":"{name}","typ":"JWT"}}') for i, name in enumerate(names)})
    write("signing_input", {
        "none": b"\0" + message('{"alg":"none"}'), "crit": b"\0" + message('{"alg":"ES256","crit":["b64"],"b64":false}'), "twice": b"\0" + message('{"alg":"ES256","alg":"RS256"}'),
        "escaped": b"\0" + message('{"\\u0061lg":"ES256"}'), "array": b"\0" + message('{"alg":"ES256"}', "[1]"), "dots": b"\0" + message('{"alg":"ES256"}') + b".AA",
        "padded": b"\0e30=.e30=", "deep": b"\0" + message('{"alg":"ES256"}', "{\"a\":" * 20 + "1" + "}" * 20)})


def attribute(name: str, value: bytes) -> bytes:
    length = bytes([len(value)]) if len(value) < 255 else b"\xff" + len(value).to_bytes(2, "big")
    return bytes([ATTRIBUTES.index(name)]) + length + value


def private_key(key_type: int, **more) -> bytes:
    values = {"ID": b"\1\2", "LABEL": b"build", "KEY_TYPE": key_type.to_bytes(8, "little"), "SENSITIVE": b"\1", "EXTRACTABLE": b"\0", "ALWAYS_SENSITIVE": b"\1",
              "NEVER_EXTRACTABLE": b"\1", "LOCAL": b"\1", "SIGN": b"\1", "ALWAYS_AUTHENTICATE": b"\0", **more}
    return b"\x0f" + b"".join(attribute(name, value) for name, value in values.items() if value is not None)


def attribute_seeds(keys: dict):
    p256 = bytes.fromhex("06082a8648ce3d030107")
    numbers = keys["rsa"].public_numbers()
    modulus = numbers.n.to_bytes(256, "big")
    write("token_attributes", {
        "ec": private_key(CKK_EC, EC_PARAMS=p256, EC_POINT=octet_string(point(keys["p256"]))), "ec-info": private_key(CKK_EC, EC_PARAMS=p256, PUBLIC_KEY_INFO=spki(keys["p256"])),
        "edwards": private_key(CKK_EC_EDWARDS, EC_PARAMS=bytes.fromhex("06032b6570"), EC_POINT=octet_string(point(keys["ed25519"]))),
        "rsa": private_key(CKK_RSA, MODULUS=modulus, PUBLIC_EXPONENT=b"\1\0\1"), "rsa-short": private_key(CKK_RSA, MODULUS=modulus[:128], PUBLIC_EXPONENT=b"\1\0\1"),
        "extractable": private_key(CKK_EC, EC_PARAMS=p256, EXTRACTABLE=b"\1"), "says-nothing": private_key(CKK_EC, EC_PARAMS=p256, EXTRACTABLE=None, SENSITIVE=None),
        "not-sensitive": private_key(CKK_EC, EC_PARAMS=p256, SENSITIVE=b"\0"), "wide-flags": private_key(CKK_EC, EC_PARAMS=p256, SENSITIVE=b"\1\0\0\0", EXTRACTABLE=b""),
        "certificate": private_key(CKK_EC, EC_PARAMS=p256, CERTIFICATE_TYPE=bytes(8), VALUE=certificate(keys["p256"])), "label-not-utf8": private_key(CKK_EC, EC_PARAMS=p256, LABEL=b"\xff\xfe"),
        "unnamed": private_key(CKK_EC, EC_PARAMS=p256, LABEL=None, ID=None), "no-sign": private_key(CKK_EC, EC_PARAMS=p256, SIGN=b"\0"),
        "always-authenticate": private_key(CKK_EC, EC_PARAMS=p256, ALWAYS_AUTHENTICATE=b"\1"), "nothing": b""})


def module_seeds():
    # See module_answers.cc: mechanism counts and types; then for each class init, count, lengths, code, lengths with values, code, …
    mechanisms = b"\x01\x00" + b"\x01\x00\x00" + b"\x00"
    write("module_answers", {"empty": b"", "no-objects": mechanisms + bytes(12), "one-object": mechanisms + b"\x00\x01\x00" + bytes(40),
                             "too-many": mechanisms + b"\x00\xfe\x01\x2c" + bytes(40), "huge-count": mechanisms + b"\x00\xff\x02" + bytes(40),
                             "huge-mechanisms": b"\xff\x02\x00" + bytes(40), "huge-value": mechanisms + b"\x00\x01\x00\x00\xff\x02\xff\x03" + bytes(60)})


def varint(number: int) -> bytes:
    octets = b""
    while number > 127:
        octets, number = octets + bytes([number & 127 | 128]), number >> 7
    return octets + bytes([number])


def field(number: int, value) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def frame(*parts: bytes) -> bytes:
    payload = b"".join(parts)
    return len(payload).to_bytes(4, "big") + payload


def link_seeds():
    hello = frame(field(1, 1), field(2, field(1, 1) + field(2, 1) + field(3, "signetd 0.1.0")))
    order = field(1, "pkcs11:object=a") + field(2, "ES256") + field(3, "e30.e30") + field(4, bytes(32)) + field(5, 1000)
    sign = frame(field(1, 2), field(5, order))
    write("link_frames", {"hello": hello, "hello-sign": hello + sign, "describe": hello + frame(field(1, 3), field(3, field(1, "pkcs11:id=%01"))), "refresh": frame(field(1, 4), field(4, b"")),
                          "short-hash": frame(field(5, field(2, "ES256") + field(4, bytes(31)))), "no-algorithm": frame(field(5, field(2, "none") + field(4, bytes(32)))), "endless-wait": frame(field(5, order + field(5, 0xFFFFFFFF))),
                          "spki": frame(field(5, order + field(6, b"0"))), "cut": sign[:-1], "zero": bytes(4), "huge": b"\xff\xff\xff\xff", "not-protobuf": frame(b"\x0b\xff")})


def text_seeds():
    write("padded_text", {"blanks": b"SoftHSM project".ljust(64), "nul": b"a\0b".ljust(64, b"\0"), "full": b"x" * 64, "empty": b"", "not-utf8": b"\xff" * 20, "only-blanks": b" " * 64})
    salt = "00112233445566778899aabbccddeeff"
    write("login_note", {"pending": f"d1cc\n{salt}\n7f\npending\n", "unclear": f"\n{salt}\n00\nunclear\n", "cut": f"d1cc\n{salt}\n7f\npend", "encoded": f"a%0ab%25\n{salt}\n7f\npending\n",
                         "more": f"a\n{salt}\n7f\npending\nmore\n", "percent": f"a%\n{salt}\n7f\npending\n", "empty": "", "windows": f"a\r\n{salt}\r\n7f\r\npending\r\n"})
    good = ("module = /usr/lib/softhsm/libsofthsm2.so\ntoken = pkcs11:token=build\nsocket = /run/signet/token/build.sock\nallow = uid:1001\n"
            "state-dir = /var/lib/signet-token/build\n")
    write("token_config", {"good": good, "all": good + "module-args = a b\npin-file = /etc/signet/build.pin\nallow = user:root\nsessions = 4\ncall-timeout = 10s\nstart-timeout = 1min\n"
                           "verify = first\nsocket-mode = 0660\nsocket-group = root\n", "empty": "", "unknown": good + "modul = x\n", "twice": good + "token = pkcs11:token=b\n",
                           "object": good.replace("token=build", "object=a"), "comment": "# a\n" + good.replace("\n", " # b\n"), "sections": "[token]\n" + good, "windows": good.replace("\n", "\r\n"),
                           "nobody": good.replace("1001", "4294967295"), "relative": good.replace("/run", "run"), "control": good + "\x01 = \x7f\n", "not-utf8": good.encode() + b"pin-file = /\xff\n"})


# PBES2 with PBKDF2 (10 rounds) and AES-128-CBC, by `openssl pkcs8`; its salt is random, so it is kept and not made. The passphrase: "passphrase".
ENCRYPTED_KEY = base64.b64decode(
    "MIHrMFYGCSqGSIb3DQEFDTBJMCgGCSqGSIb3DQEFDDAbBAjqafQNVRv21wIBCjAMBggqhkiG9w0CCQUAMB0GCWCGSAFlAwQBAgQQfdhAN3MDC5HS3Hlnrjjy"
    "iASBkEN8TJEbrt9doBrPVJBYgdjTSyK9GYuSWAmsQFBhr3la77oQHcfIpxx/WWURvUT9vSlsZQ5CScWdBimf+lsTP3Xc/nfMc4B3o2guyiOpGxz3MM5yDgNf"
    "SiJvfwguXBz9jRp1U1AKWPKr+ktrT9zEBXjRhN0Ec+mGBBoP0E/+gq2Tnczwa81tpW/x+XkG9QXjNA==")


def pem_text(label: str, der: bytes) -> str:
    text = base64.b64encode(der).decode()
    return "\n".join([f"-----BEGIN {label}-----", *(text[i:i + 64] for i in range(0, len(text), 64)), f"-----END {label}-----", ""])


def key_file_seeds():
    private = {name: ec.derive_private_key(NUMBER, curve) for name, curve in CURVES.items()}
    private["ed25519"] = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    forms = {"pkcs8": serialization.PrivateFormat.PKCS8, "sec1": serialization.PrivateFormat.TraditionalOpenSSL}

    def der(name: str, form: str) -> bytes:
        return private[name].private_bytes(serialization.Encoding.DER, forms[form], serialization.NoEncryption())

    write("key_file", {f"{name}-pkcs8": der(name, "pkcs8") for name in private})
    write("key_file", {f"{name}-sec1": der(name, "sec1") for name in CURVES})
    plain = pem_text("PRIVATE KEY", der("p256", "pkcs8"))
    write("key_file", {"pem": plain, "pem-escaped": plain.replace("\n", "\\n"), "pem-crlf": plain.replace("\n", "\\r\\n"), "pem-cut": plain[:100],
                       "pem-label": pem_text("EC PRIVATE KEY", der("p384", "pkcs8")), "public": pem_text("PUBLIC KEY", spki(private["p256"].public_key())),
                       "encrypted": ENCRYPTED_KEY, "encrypted-pem": pem_text("ENCRYPTED PRIVATE KEY", ENCRYPTED_KEY), "trailing": der("p256", "pkcs8") + b"\0",
                       "empty-sequence": b"\x30\x00", "indefinite": b"\x30\x80" + der("p256", "pkcs8")[2:] + b"\0\0"})


def cgroup_seeds():
    write("system_unit", {"service": "0::/system.slice/gitlab-runner.service\n", "user": "0::/user.slice/user-1000.slice/user@1000.service/app.slice/a.service\n",
                          "hybrid": "1:name=systemd:/system.slice/a.service\n0::/system.slice/a.service\n", "disagree": "1:name=systemd:/docker/0a\n0::/system.slice/a.service\n",
                          "outside": "0::/../../system.slice/a.service\n", "escaped": "0::/_cpu.slice/__a.service\n", "nested": "0::/a.slice/a-b.slice/a-b-c.slice/x\\x2dy@1:2.scope\n",
                          "delegated": "0::/system.slice/a.service/b.service\n", "root": "0::/\n", "empty": "", "gone": "0::/system.slice/a.service (deleted)\n"})


def audit_log(members: list) -> list:
    lines, prev = [], bytes(32)
    for number, more in enumerate(members, 1):
        lines.append(f'{{"seq":{number},"time":"2026-11-25T12:00:{number:02}.000Z",{more},"prev":"{prev.hex()}"}}'.encode())
        prev = hashlib.sha256(lines[-1]).digest()
    return lines


def audit_seeds():
    jwt = f'"key":"apple","profile":"p","outcome":"issued","kid":"K","alg":"ES256","spki_sha256":"{"1" * 64}","jwt_sha256":"{"2" * 64}"'
    peer = '"request_id":"r","uid":1000,"user":"ci","gid":1000,"pid":7,"unit":"a.service"'
    issued = f'{peer},{jwt},"issued_at":1764072000,"expires_at":1764073200,"lifetime":1200,"cached":false,"scoped":true,"claims":{{"scope":["GET /v1/apps"]}}'
    half = b'{"seq":3,"time"'
    recovered = f'"outcome":"audit_recovered","why":"torn_line","torn_bytes":{len(half)},"torn_sha256":"{hashlib.sha256(half).hexdigest()}"'
    lines = audit_log(['"outcome":"started"', issued, recovered, f'{peer},"key":"apple","outcome":"not_permitted","rule":"allow"', issued.replace("false", "true")])

    def whole(*parts):
        return b"".join(part + b"\n" for part in parts)

    write("audit_lines", {"good": whole(*lines[:2], half, *lines[2:]), "half": whole(*lines), "rotated": whole(*lines[3:]), "cut": b"\n".join(lines), "torn": whole(*lines)[:-30],
                          "dropped": whole(*lines[:2], *lines[3:]), "swapped": whole(lines[1], lines[0], *lines[2:]), "twice": whole(*lines[:2], *lines[1:]),
                          "two": whole(*lines, *lines), "changed": whole(*lines).replace(b"apple", b"mango", 1), "empty": b"\n" * 3, "nothing": b"", "other": b"no line\n"})
    write("audit_edits", {f"edit-{kind}": bytes([3, 2]) + b"r1" + bytes([5]) + b"apple" + bytes([0, 0, 1, 0x22, 1, 0x5c, 0, 0, 0, 0, 1, kind, 2, 9, 4]) + b"abcdefgh" for kind in range(7)})
    signed = f'{{"time":"2026-11-25T12:00:00.000Z","spki_sha256":"{"1" * 64}","alg":"ES256","input_sha256":"{"2" * 64}","jwt_sha256":"{"3" * 64}"}}'
    write("signed_line", {"good": signed, "cut": signed[:-1], "upper": signed.replace("3", "A"), "escaped": signed.replace("time", "\\u0074ime"), "empty": "", "twice": signed.replace("alg", "time"),
                          "unknown": signed.replace("alg", "new")})


def main():
    keys = public_keys()
    key_seeds(keys)
    curve_seeds(keys)
    signature_seeds()
    uri_seeds()
    jws_seeds()
    attribute_seeds(keys)
    module_seeds()
    link_seeds()
    text_seeds()
    key_file_seeds()
    cgroup_seeds()
    audit_seeds()


if __name__ == "__main__":
    main()
