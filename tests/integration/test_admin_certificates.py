"""signet-admin cert on a SoftHSM2 store: OpenSSL's own program and python's cryptography judge what the token signed."""

import base64
import datetime
import json
import os
import stat
import unittest

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from tests.support.admin import AdminTest, pem, spki
from tests.support.process import run

# key type: (its maker, the hash of its certificates)
KEYS = {
    "p256": (lambda: ec.generate_private_key(ec.SECP256R1()), hashes.SHA256),
    "p384": (lambda: ec.generate_private_key(ec.SECP384R1()), hashes.SHA384),
    "p521": (lambda: ec.generate_private_key(ec.SECP521R1()), hashes.SHA512),
    "rsa": (lambda: rsa.generate_private_key(65537, 2048), hashes.SHA256),
    "ed25519": (ed25519.Ed25519PrivateKey.generate, None),
}
SUBJECT = "/C=DE/O=Example GmbH/CN=build \\/ release"


class Certificates(AdminTest):
    def setUp(self):
        super().setUp()
        self.hsm.init_token()

    def import_key(self, name: str):
        key = KEYS[name][0]()
        self.import_file(self.write(f"{name}.pem", pem(key)))
        return key

    def openssl(self, *words, stdin: str) -> str:
        done = run(["openssl", *words], stdin=stdin.encode())
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def check_common(self, made, key, name: str):
        self.assertEqual(made.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo), spki(key))
        self.assertEqual([(part.oid, part.value) for part in made.subject],
                         [(NameOID.COUNTRY_NAME, "DE"), (NameOID.ORGANIZATION_NAME, "Example GmbH"), (NameOID.COMMON_NAME, "build / release")])
        wanted = KEYS[name][1]
        self.assertIsInstance(made.signature_hash_algorithm, wanted or type(None))
        names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        self.assertEqual(names.get_values_for_type(x509.DNSName), ["build.example", "*.ci.example"])

    def verify_certificate(self, certificate, key):
        public, data, signature = key.public_key(), certificate.tbs_certificate_bytes, certificate.signature
        if isinstance(key, rsa.RSAPrivateKey):
            public.verify(signature, data, padding.PKCS1v15(), certificate.signature_hash_algorithm)
        elif isinstance(key, ed25519.Ed25519PrivateKey):
            public.verify(signature, data)
        else:
            public.verify(signature, data, ec.ECDSA(certificate.signature_hash_algorithm))

    def test_every_type_of_key_signs_requests_and_certificates(self):
        for name in KEYS:
            with self.subTest(name):
                key = self.import_key(name)
                options = ["--subject", SUBJECT, "--dns", "build.example", "--dns", "*.ci.example"]
                text = self.with_pin("cert", "csr", name, *options).stdout
                self.assertIn("verify OK", self.openssl("req", "-verify", "-noout", stdin=text))
                request = x509.load_pem_x509_csr(text.encode())
                self.assertTrue(request.is_signature_valid)
                self.check_common(request, key, name)

                out = self.root / f"{name}.crt"
                told = self.with_pin("cert", "self-signed", name, *options, "--days", 90, "--out", out).stdout
                self.assertIn(str(out), told)
                self.assertEqual(stat.S_IMODE(out.stat().st_mode), 0o644)
                self.openssl("verify", "-check_ss_sig", "-x509_strict", "-verify_hostname", "build.example", "-CAfile", out, out, stdin="")
                certificate = x509.load_pem_x509_certificate(out.read_bytes())
                self.verify_certificate(certificate, key)
                self.check_common(certificate, key, name)
                self.assertEqual(certificate.issuer, certificate.subject)
                self.assertEqual(certificate.not_valid_after - certificate.not_valid_before, datetime.timedelta(days=90))
                self.assertLess(abs(certificate.not_valid_before - datetime.datetime.utcnow()), datetime.timedelta(minutes=10))
                self.assertFalse(certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)

    def test_a_certificate_is_stored_beside_its_key(self):
        for form in ("PEM", "DER"):
            for name in ("p256", "rsa"):
                with self.subTest(form=form, name=name):
                    if name not in self.keys():
                        self.import_key(name)
                    path = self.root / f"{name}-{form}.crt"
                    self.with_pin("cert", "self-signed", name, "--subject", "/CN=a", "--out", path)
                    certificate = x509.load_pem_x509_certificate(path.read_bytes())
                    if form == "DER":
                        path.write_bytes(certificate.public_bytes(Encoding.DER))
                    stored = json.loads(self.with_pin("cert", "import", path, "--json").stdout)
                    self.assertEqual((stored["label"], stored["id"]), (name, self.keys()[name]["id"]))
                    for member, algorithm in (("x5t_s256", hashes.SHA256()), ("x5t", hashes.SHA1())):
                        thumbprint = base64.urlsafe_b64encode(certificate.fingerprint(algorithm)).decode().rstrip("=")
                        self.assertEqual(stored[member], thumbprint)
                    shown = run(["pkcs11-tool", "--module", self.hsm.module, "--list-objects", "--type", "cert"], env=self.environment)
                    self.assertIn(f"label:      {name}\n", shown.stdout)
                    self.assertIn("already", self.with_pin("cert", "import", path, code=3).stderr)

    def test_the_first_of_a_chain_is_taken(self):
        self.import_key("p256")
        self.import_key("p384")
        own, other = (self.with_pin("cert", "self-signed", name, "--subject", f"/CN={name}").stdout for name in ("p256", "p384"))
        told = self.with_pin("cert", "import", self.write("chain.pem", (own + other).encode())).stdout
        self.assertIn('beside the key "p256"', told)
        self.assertIn("x5t#S256", told)

    def test_files_that_are_no_certificate_of_a_key_here(self):
        key = self.import_key("p256")
        strange = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a")])
        now = datetime.datetime.utcnow()
        foreign = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(strange.public_key()).serial_number(1)
                   .not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1)).sign(strange, hashes.SHA256()))
        for file, reason in ((foreign.public_bytes(Encoding.PEM), "o private key on the token"), (pem(key), "is no certificate"), (b"", "is no certificate"),
                             (b"\x30\x82\xff\xff" + bytes(500), "is no certificate")):
            self.assertIn(reason, self.with_pin("cert", "import", self.write("file", file), code=1).stderr)
        self.assertIn("cannot be read", self.with_pin("cert", "import", self.root / "none", code=1).stderr)
        self.admin("cert", "import", *self.token, code=2)

    def test_serial_numbers_differ(self):
        self.import_key("p256")
        serials = {x509.load_pem_x509_certificate(self.with_pin("cert", "self-signed", "p256", "--subject", "/CN=a").stdout.encode()).serial_number
                   for _ in range(2)}
        self.assertEqual(len(serials), 2)
        self.assertGreater(min(serials), 0)

    def test_pss_is_for_rsa_keys(self):
        self.import_key("rsa")
        text = self.with_pin("cert", "csr", "rsa", "--subject", "/CN=a", "--pss").stdout
        self.assertIn("verify OK", self.openssl("req", "-verify", "-noout", stdin=text))
        self.assertIn("rsassaPss", self.openssl("req", "-text", "-noout", stdin=text))
        text = self.with_pin("cert", "self-signed", "rsa", "--subject", "/CN=a", "--pss").stdout
        path = self.write("pss.crt", text.encode())
        self.openssl("verify", "-check_ss_sig", "-CAfile", path, path, stdin="")
        self.import_key("p256")
        self.assertIn("PSS", self.with_pin("cert", "csr", "p256", "--subject", "/CN=a", "--pss", code=1).stderr)

    def test_a_wrong_command_line_is_refused_before_the_pin(self):
        """No descriptor is given and there is no terminal: whoever asked for a PIN would say so."""
        for words, named in (([], "--subject"), (["--subject", "CN=a"], "slash"), (["--subject", "/"], "slash"), (["--subject", "/CN="], "CN="),
                             (["--subject", "/CN=a//O=b"], "does not begin"), (["--subject", "/XX=a"], "XX=a"), (["--subject", "/CN=a\nb"], "control"),
                             (["--subject", "/C=DEU"], "C is too long"), (["--subject", "/CN=" + "x" * 65], "CN is too long"),
                             (["--subject", "/CN=a", "--dns", "no spaces"], "DNS name"), (["--subject", "/CN=a", "--dns", "a,DNS:b"], "DNS name"),
                             (["--subject", "/CN=a", "--dns", "-a.example"], "DNS name"), (["--subject", "/CN=a", "--dns", "a..b"], "DNS name"),
                             (["--subject", "/CN=a", "--out", ""], "--out"), (["--subject", "/CN=a", "--days", "0"], "--days"),
                             (["--subject", "/CN=a", "--days", "36501"], "--days"), (["--subject", "/CN=a", "--days", "1d"], "--days")):
            with self.subTest(words):
                self.assertIn(named, self.admin("cert", "self-signed", "key", *words, *self.token, code=2).stderr)
        self.assertIn("--days", self.admin("cert", "csr", "key", "--subject", "/CN=a", "--days", "1", *self.token, code=2).stderr)
        self.admin("cert", "csr", "--subject", "/CN=a", *self.token, code=2)
        self.admin("cert", "csr", "a", "b", "--subject", "/CN=a", *self.token, code=2)
        self.assertIn("--subject", self.admin("cert", "csr", "--help").stdout)
        self.assertIn("--days", self.admin("cert", "self-signed", "--help").stdout)

    def test_a_file_that_exists_is_not_written_over(self):
        path = self.write("there.pem", b"mine")
        self.assertIn("exists already", self.admin("cert", "csr", "key", "--subject", "/CN=a", "--out", path, *self.token, code=3).stderr)
        self.assertEqual(path.read_bytes(), b"mine")
        self.admin("cert", "csr", "key", "--subject", "/CN=a", "--out", self.root / "no" / "such.pem", *self.token, code=1)

    def test_keys_that_no_certificate_is_made_with(self):
        self.import_key("p256")
        self.assertIn("no private key \"other\"", self.with_pin("cert", "csr", "other", "--subject", "/CN=a", code=1).stderr)
        self.hsm.destroy_public_object("p256")
        refused = self.with_pin("cert", "csr", "p256", "--subject", "/CN=a", "--out", self.root / "none.pem", code=1)
        self.assertIn("no public half", refused.stderr)
        self.assertFalse(os.path.exists(self.root / "none.pem"))
        self.hsm.generate("loose", b"\x07", "exportable")
        self.assertIn("sensitive", self.with_pin("cert", "self-signed", "loose", "--subject", "/CN=a", code=1).stderr)


if __name__ == "__main__":
    unittest.main()
