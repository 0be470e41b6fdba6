"""Profiles of services other than Apple's through the real programs: RSA and EC keys, a certificate on the token, and PyJWT at the other end."""

import base64
import datetime
import time
import unittest
import uuid

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.support.process import eventually, run
from tests.support.stack import Stack

CLIENT, TENANT = "6731de76-14a6-49ae-97bc-6eba6914391e", "72f988bf-86f1-41af-91ab-2d7cd011db47"
TOKEN_ENDPOINT = f"https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token"
ACCOUNT = "ci@example.iam.gserviceaccount.com"
DAY = datetime.timedelta(days=1)
ENTRA = {"profile": "entra", "client-id": CLIENT, "tenant": TENANT}

CLIENT_OF_OWN = {"profile": "private-key-jwt", "client-id": "build", "audience": "https://as.example/"}


def make_certificate(key, signer=None, begins: datetime.timedelta = -DAY, ends: datetime.timedelta = DAY) -> bytes:
    """DER; signed by the key itself, or by another."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "build")])
    now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now + begins).not_valid_after(now + ends)
    return builder.sign(signer or key, hashes.SHA256()).public_bytes(Encoding.DER)


class Services(unittest.TestCase):
    """One token; `rsa` and `ec` lie on it, and each test puts there what certificates it wants."""

    def setUp(self):
        self.stack = self.enterContext(Stack(start=False, keys={}))
        self.rsa, self.ec = rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1())
        self.import_key("rsa", "01", self.rsa)
        self.import_key("ec", "02", self.ec)

    def write_keys(self, keys: dict):
        """`keys`: name -> (label on the token, options of the key file)."""
        for name, (label, options) in keys.items():
            self.stack.write_key(name, {"object": f"pkcs11:object={label}", "public-key": None, "key-id": None, "issuer": None, "role": None, **options})

    def start(self, keys: dict):
        self.write_keys(keys)
        self.stack.start()

    def import_key(self, label: str, identity: str, key):
        path = self.stack.root / f"{label}.pem"
        path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        self.stack.hsm.tool("--import", str(path), "--token", self.stack.hsm.token, "--label", label, "--id", identity, "--pin", self.stack.hsm.pin)

    def granted(self, key: str, body=None) -> str:
        answer = self.stack.jwt(body, key)
        self.assertEqual(answer.status, 200, answer)
        return answer.json()["token"]

    def openssl_thumbprint(self, certificate: bytes, digest: str) -> str:
        """What openssl prints as the fingerprint, in the letters of JOSE."""
        path = self.stack.root / "certificate.der"
        path.write_bytes(certificate)
        done = run(["openssl", "x509", "-inform", "DER", "-in", path, "-noout", "-fingerprint", f"-{digest}"])
        self.assertEqual(done.returncode, 0, done.stderr)
        octets = bytes.fromhex(done.stdout.strip().partition("=")[2].replace(":", ""))
        return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()

    def list_anew(self):
        self.assertEqual(self.stack.admin("POST", "/v1/reload").status, 200)


class Certificates(Services):
    def test_entra_gets_the_thumbprint_that_openssl_computes(self):
        certificate = make_certificate(self.rsa)
        self.stack.hsm.store_certificate("any label", b"\x01", certificate)
        self.start({"entra": ("rsa", ENTRA)})
        token = self.granted("entra")
        self.assertEqual(jwt.get_unverified_header(token),
                         {"alg": "PS256", "typ": "JWT", "x5t#S256": self.openssl_thumbprint(certificate, "sha256")})
        public_key = x509.load_der_x509_certificate(certificate).public_key()
        claims = jwt.decode(token, public_key, algorithms=["PS256"], audience=TOKEN_ENDPOINT, issuer=CLIENT)
        self.assertEqual(set(claims), {"aud", "iss", "sub", "jti", "nbf", "iat", "exp"})
        self.assertEqual((claims["sub"], claims["nbf"], claims["exp"] - claims["nbf"]), (CLIENT, claims["iat"], 360))
        other = jwt.decode(self.granted("entra"), public_key, algorithms=["PS256"], audience=TOKEN_ENDPOINT)
        self.assertNotEqual(uuid.UUID(other["jti"]), uuid.UUID(claims["jti"]))

    def test_the_older_form_has_the_sha1_thumbprint(self):
        certificate = make_certificate(self.rsa)
        self.stack.hsm.store_certificate("rsa", b"\x01", certificate)
        self.start({"old": ("rsa", {**ENTRA, "profile": "entra-rs256"})})
        token = self.granted("old")
        self.assertEqual(jwt.get_unverified_header(token), {"alg": "RS256", "typ": "JWT", "x5t": self.openssl_thumbprint(certificate, "sha1")})
        jwt.decode(token, self.rsa.public_key(), algorithms=["RS256"], audience=TOKEN_ENDPOINT)

    def test_a_certificate_of_another_key_with_the_same_id_is_not_used(self):
        self.stack.hsm.store_certificate("wrong", b"\x01", make_certificate(self.ec, self.rsa))
        self.stack.hsm.store_certificate("elsewhere", b"\x02", make_certificate(self.rsa))
        self.stack.hsm.store_certificate("broken", b"\x01", b"0\x03\x02\x01\x01")
        self.start_unready({"entra": ("rsa", ENTRA), "plain": ("rsa", {**CLIENT_OF_OWN, "alg": "PS256"})}, "misconfigured")
        self.granted("plain")
        answer = self.stack.jwt(None, "entra")
        self.assertEqual((answer.status, answer.code), (503, "token_unavailable"), answer)
        self.assertIn("store the certificate beside the key", answer.json()["detail"])
        self.assertEqual(self.stack.ask("GET", "/v1/keys/entra").json()["state"], "misconfigured")
        self.assertIn("is passed over", self.stack.token.stderr())
        # The right one beside it: noticed without a reload, for a key waits for it.
        certificate = make_certificate(self.rsa)
        self.stack.hsm.store_certificate("right", b"\x01", certificate)
        self.stack.wait_ready()
        header = jwt.get_unverified_header(self.granted("entra"))
        self.assertEqual(header["x5t#S256"], self.openssl_thumbprint(certificate, "sha256"))

    def start_unready(self, keys: dict, state: str):
        """With something to mend, of which health tells."""
        self.write_keys(keys)
        self.stack.token.start()
        self.stack.daemon.start()
        eventually(lambda: self.stack.health().get("keys", {}).get("entra", {}).get("state") == state, "health tells of the key", 30)

    def test_an_expired_certificate_is_used_and_told_of(self):
        old = make_certificate(self.rsa, begins=-2 * DAY, ends=-DAY)
        self.stack.hsm.store_certificate("old", b"\x01", old)
        self.start_unready({"entra": ("rsa", ENTRA)}, "ready")
        health = self.stack.health()
        self.assertEqual(health["status"], "degraded")
        self.assertIn("has expired", health["keys"]["entra"]["message"])
        self.assertIn("key entra: The certificate", self.stack.daemon.stderr())
        self.assertEqual(jwt.get_unverified_header(self.granted("entra"))["x5t#S256"], self.openssl_thumbprint(old, "sha256"))
        self.stack.hsm.store_certificate("new", b"\x01", make_certificate(self.rsa))
        self.list_anew()
        self.stack.wait_ready()
        self.assertNotEqual(jwt.get_unverified_header(self.granted("entra"))["x5t#S256"], self.openssl_thumbprint(old, "sha256"))

    def test_a_new_certificate_is_named_after_a_reload_and_old_jwts_are_not_handed_out(self):
        first = make_certificate(self.ec, begins=-2 * DAY)
        self.stack.hsm.store_certificate("first", b"\x02", first)
        self.start({"client": ("ec", {**CLIENT_OF_OWN, "certificate": "named"})})
        self.assertEqual(jwt.get_unverified_header(self.granted("client"))["x5t#S256"], self.openssl_thumbprint(first, "sha256"))
        second = make_certificate(self.ec)
        self.stack.hsm.store_certificate("second", b"\x02", second)
        self.list_anew()
        named = self.openssl_thumbprint(second, "sha256")
        eventually(lambda: jwt.get_unverified_header(self.granted("client"))["x5t#S256"] == named, "the new certificate is named")


class EndToEnd(Services):
    def test_rs256_for_github_and_google(self):
        google = {"profile": "google-jwt-bearer", "key-id": "0123456789abcdef0123456789abcdef01234567", "account": ACCOUNT}
        self.start({"github": ("rsa", {"profile": "github-app", "app": "Iv23liABCDEFGHIJKLMN"}), "google": ("rsa", google)})
        before = int(time.time())
        claims = jwt.decode(self.granted("github"), self.rsa.public_key(), algorithms=["RS256"], issuer="Iv23liABCDEFGHIJKLMN")
        self.assertEqual(set(claims), {"iss", "iat", "exp"})
        self.assertLessEqual(claims["iat"], before)
        self.assertEqual(claims["exp"] - claims["iat"], 600)
        scope = ["https://www.googleapis.com/auth/devstorage.read_only", "openid"]
        claims = jwt.decode(self.granted("google", {"scope": scope}), self.rsa.public_key(), algorithms=["RS256"],
                            audience="https://oauth2.googleapis.com/token", issuer=ACCOUNT)
        self.assertEqual(claims["scope"], " ".join(scope))

    def test_es256_for_clients_push_services_and_ones_own(self):
        self.start({
            "client": ("ec", {**CLIENT_OF_OWN, "type": "client-authentication+jwt"}),
            "push": ("ec", {"profile": "vapid", "contact": "mailto:ops@example.com"}),
            "own": ("ec", {"profile": "generic", "issuer": "https://signet.example", "audience": "deploy", "publish": "yes", "subject": "ci"})})
        token = self.granted("client")
        self.assertEqual(jwt.get_unverified_header(token), {"alg": "ES256", "typ": "client-authentication+jwt"})
        jwt.decode(token, self.ec.public_key(), algorithms=["ES256"], audience="https://as.example/", issuer="build")
        origin = "https://push.example.net"
        pushed = [self.granted("push", {"claims": {"aud": origin}}) for _ in range(2)]
        self.assertEqual(pushed[0], pushed[1])
        self.assertEqual(set(jwt.decode(pushed[0], self.ec.public_key(), algorithms=["ES256"], audience=origin)), {"sub", "aud", "exp"})
        own = self.granted("own", {"claims": {"repository": "example/app", "run_attempt": 2}, "scope": "deploy:prod"})
        published = {key["kid"]: key for key in self.stack.ask("GET", "/v1/jwks").json()["keys"]}
        header = jwt.get_unverified_header(own)
        self.assertEqual((header["alg"], header["typ"]), ("ES256", "JWT"))
        claims = jwt.decode(own, jwt.PyJWK(published[header["kid"]]).key, algorithms=["ES256"], audience="deploy", issuer="https://signet.example")
        self.assertEqual({name: claims[name] for name in ("sub", "repository", "run_attempt", "scope")},
                         {"sub": "ci", "repository": "example/app", "run_attempt": 2, "scope": "deploy:prod"})


if __name__ == "__main__":
    unittest.main()
