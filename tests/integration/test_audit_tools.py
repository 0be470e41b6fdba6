"""signet-admin audit: on the log of the real signetd, and the record of the real signet-token, as they are and as somebody left them."""

import hashlib
import json
import os
import pathlib
import time
import unittest

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

from tests.support.link import Link, decoded, encoded
from tests.support.peer import Peer
from tests.support.process import program_path, run
from tests.support.stack import Stack

GOOD, BROKEN, ALARM, NOBODY = 0, 5, 6, 7
FORGED = "0" * 64
ORDER_OF_P256 = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551  # SEC 2 section 2.4.2


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def utc(second: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(second))


class AuditTools(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = cls.enterClassContext(Stack(keys={"apple": {"allow": [f"uid:{os.getuid()}", "uid:54321"]}}))
        cls.jwts = [cls.stack.jwt({"fresh": True, "scope": ["GET /v1/apps"]}).json()["token"] for _ in range(4)]
        cls.shared = cls.stack.jwt({"lifetime": 500}).json()["token"]
        assert cls.stack.jwt({"lifetime": 500}, peer=Peer()).json()["token"] == cls.shared
        assert cls.stack.jwt({"lifetime": 5000}).status == 422

    def setUp(self):
        self.copies = self.stack.root / self.id()
        self.copies.mkdir()
        self.lines = self.stack.audit_log.read_bytes().splitlines(keepends=True)

    def audit(self, *words, code: int = GOOD, stdin: bytes = b""):
        done = run([program_path("signet-admin"), "audit", *words], stdin=stdin)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        for jwt in [*self.jwts, self.shared]:
            self.assertNotIn(jwt, done.stdout + done.stderr)
        return done

    def of_json(self, *words, **more) -> dict:
        return json.loads(self.audit(*words, "--json", **more).stdout)

    def copy(self, lines: list, name: str = "audit.jsonl") -> pathlib.Path:
        path = self.copies / name
        path.write_bytes(b"".join(lines))
        return path

    def head(self, count: int | None = None) -> str:
        """Of the first `count` lines, made here and not by the programs under test."""
        line = self.lines[(count or len(self.lines)) - 1].rstrip(b"\n")
        return f"{json.loads(line)['seq']}:{hashlib.sha256(line).hexdigest()}"

    def findings(self, lines: list, *words, code: int = BROKEN) -> list:
        report = self.of_json("verify", self.copy(lines), *words, code=code)
        return [(each["kind"], each.get("line")) for each in report["findings"]]


class Verify(AuditTools):
    def test_a_real_log_holds_together(self):
        report = self.of_json("verify", "--config", self.stack.daemon_conf, "--head", self.head(), "--head", self.head(2))
        self.assertTrue(report["good"], report)
        self.assertEqual((report["lines"], report["heads_found"], report["head"]), (len(self.lines), 2, self.head()))

    def test_rotated_files_are_one_log_whatever_their_order(self):
        older, newer = self.copy(self.lines[:3], "audit.jsonl.1"), self.copy(self.lines[3:])
        for files in ([older, newer], [newer, older]):
            self.assertEqual(self.of_json("verify", *files)["lines"], len(self.lines))
        self.assertEqual(self.of_json("verify", "-", stdin=b"".join(self.lines))["lines"], len(self.lines))
        # It begins in the middle of a file.
        self.assertIn("cut off", self.audit("verify", newer, code=BROKEN).stdout)

    def test_what_was_done_to_it_is_named(self):
        lines, last = self.lines, len(self.lines)
        changed = [*lines[:2], lines[2].replace(b'"uid":', b'"uid":1'), *lines[3:]]
        self.assertEqual(self.findings(changed), [("changed", 3)])
        self.assertEqual(self.findings([*lines[:2], *lines[3:]]), [("missing", 3)])
        self.assertEqual(self.findings([*lines[:3], *lines[2:]]), [("out_of_place", 4)])
        self.assertEqual(self.findings([*lines[:2], lines[2][:40] + b"\n", *lines[3:]]), [("unreadable", 3)])
        self.assertEqual(self.findings([*lines[:-1], lines[-1][:-2]]), [("unreadable", last)])
        self.assertEqual(self.findings([*lines[:-1], lines[-1][:-1]], code=GOOD), [])
        self.assertEqual(self.findings(lines[1:]), [("missing", 1)])
        self.assertIn(("missing", 2), self.findings([lines[0], lines[2], lines[1], *lines[3:]]))

    def test_a_cut_end_and_a_log_written_anew_show_by_a_head(self):
        self.assertEqual(self.findings(self.lines[:-1], code=GOOD), [])
        self.assertEqual(self.findings(self.lines[:-1], "--head", self.head()), [("head", len(self.lines) - 1)])
        anew, prev = [], FORGED
        for line in self.lines:
            text = line.decode().rstrip("\n").replace("apple", "mango")
            anew.append((text[:text.rindex('"prev"')] + f'"prev":"{prev}"}}\n').encode())
            prev = hashlib.sha256(anew[-1].rstrip(b"\n")).hexdigest()
        self.assertEqual(self.findings(anew, code=GOOD), [])
        self.assertEqual(self.findings(anew, "--head", self.head(4)), [("head", 4)])


class Signatures(AuditTools):
    def record(self) -> pathlib.Path:
        return self.stack.root / "state/token"

    def test_log_and_record_agree(self):
        report = self.of_json("verify", "--config", self.stack.daemon_conf, "--signed", self.record(), "--grace", "0s")
        self.assertEqual(report["signed"]["signatures"], 5)
        self.assertEqual((report["signed"]["without_line"], report["signed"]["never_signed"], report["signed"]["other_keys"]), (0, 0, 0), report)

    def test_a_line_of_a_jwt_that_was_never_signed_is_named(self):
        issued = [number for number, line in enumerate(self.lines) if b'"jwt_sha256"' in line]
        line = json.loads(self.lines[issued[-1]])
        claimed = self.lines[-1].rstrip(b"\n")
        line.update(seq=json.loads(claimed)["seq"] + 1, jwt_sha256=FORGED, cached=False, prev=hashlib.sha256(claimed).hexdigest())
        forged = json.dumps(line, separators=(",", ":")).encode() + b"\n"
        self.assertEqual(self.findings([*self.lines, forged], "--signed", self.record(), "--grace", "0s"), [("never_signed", len(self.lines) + 1)])

    def test_a_damaged_line_of_the_record_is_named(self):
        record = self.copy([line.replace(b'"alg"', b'"alg') if number == 1 else line
                            for number, line in enumerate((self.record() / "signed.jsonl").read_bytes().splitlines(keepends=True))], "signed.jsonl")
        self.assertIn(("damaged", 2), self.findings(self.lines, "--signed", record, "--grace", "0s"))

    def test_lines_that_were_taken_away_leave_signatures_without_a_line(self):
        first = next(number for number, line in enumerate(self.lines) if b'"jwt_sha256"' in line)
        findings = self.findings([*self.lines[:first + 1], *self.lines[first + 2:]], "--signed", self.record(), "--grace", "0s", code=ALARM)
        self.assertIn("without_line", [kind for kind, _ in findings])
        self.assertIn("missing", [kind for kind, _ in findings])


class BehindSignetd(unittest.TestCase):
    def test_a_signature_made_behind_signetd_raises_the_alarm(self):
        with Stack() as stack:
            stack.jwt({"fresh": True})
            record = stack.root / "state/token/signed.jsonl"

            def verify(grace: str):
                return run([program_path("signet-admin"), "audit", "verify", "--config", stack.daemon_conf, "--signed", record, "--grace", grace])

            self.assertEqual(verify("0s").returncode, GOOD)
            with Link(stack.token_socket) as link:
                jwt = link.sign(stack.key.label, hashlib.sha256(stack.key.spki).digest(), {"iss": "thief"})
            done = verify("0s")
            self.assertEqual(done.returncode, ALARM, done.stdout + done.stderr)
            self.assertIn(digest(jwt), done.stdout)
            self.assertIn(f"{record}:2: ", done.stdout)
            # Within the grace it may be a token on its way.
            self.assertEqual(verify("1h").returncode, GOOD)


class WhoAndLive(AuditTools):
    def test_who_got_a_token(self):
        for words, stdin in ((["-"], self.shared.encode() + b"\n"), ([digest(self.shared)], b""), ([self.copy([self.shared.encode()], "jwt")], b"")):
            answer = self.of_json("who", *words, "--config", self.stack.daemon_conf, stdin=stdin)
            self.assertEqual(answer["jwt_sha256"], digest(self.shared))
            self.assertEqual([(each["uid"], each["cached"], each["key"]) for each in answer["lines"]],
                             [(os.getuid(), False, "apple"), (54321, True, "apple")])
        self.assertIn("54321", self.audit("who", digest(self.shared), self.stack.audit_log).stdout)

    def test_a_token_whose_signature_was_altered_is_known_all_the_same(self):
        text, signature = self.shared.rsplit(".", 1)
        octets = decoded(signature)
        altered = text + "." + encoded(octets[:32] + (ORDER_OF_P256 - int.from_bytes(octets[32:], "big")).to_bytes(32, "big"))
        self.key_accepts(altered)
        done = self.audit("who", "-", self.stack.audit_log, "--json", stdin=altered.encode())
        answer = json.loads(done.stdout)
        self.assertEqual((len(answer["lines"]), answer["altered"]), (2, True))
        self.assertIn("altered", done.stderr)
        self.assertFalse(self.of_json("who", "-", self.stack.audit_log, stdin=self.shared.encode())["altered"])

    def key_accepts(self, jwt: str):
        text, signature = jwt.rsplit(".", 1)
        octets = decoded(signature)
        der = utils.encode_dss_signature(int.from_bytes(octets[:32], "big"), int.from_bytes(octets[32:], "big"))
        self.stack.key.public_key.verify(der, text.encode(), ec.ECDSA(hashes.SHA256()))

    def test_a_token_that_nobody_got(self):
        self.assertEqual(self.of_json("who", FORGED, self.stack.audit_log, code=NOBODY)["lines"], [])

    def test_a_jwt_is_never_an_argument(self):
        done = self.audit("who", self.shared, self.stack.audit_log, code=2)
        self.assertIn("--jwt-fd", done.stderr)
        self.assertEqual(self.audit("who", "Bearer " + self.shared, self.stack.audit_log, code=2).stderr, done.stderr)

    def test_what_is_still_valid(self):
        rows = self.of_json("live", "apple", "--config", self.stack.daemon_conf)["jwts"]
        self.assertEqual(sorted(row["jwt_sha256"] for row in rows), sorted(map(digest, [*self.jwts, self.shared])))
        shared = next(row for row in rows if row["jwt_sha256"] == digest(self.shared))
        self.assertEqual([holder["uid"] for holder in shared["holders"]], [os.getuid(), 54321])
        self.assertEqual((shared["times_given"], shared["spki_sha256"]), (2, hashlib.sha256(self.stack.key.spki).hexdigest()))
        ends = [row["expires_at"] for row in rows]
        self.assertEqual(ends, sorted(ends, reverse=True))

        def count(*words) -> int:
            return len(self.of_json("live", "apple", self.stack.audit_log, *words)["jwts"])

        self.assertEqual(count("--at", utc(max(ends))), 0)
        self.assertEqual(count("--at", utc(shared["expires_at"])), 4)
        self.assertEqual(count("--spki", self.stack.key.pin), 5)
        self.assertEqual(count("--spki", FORGED), 0)
        self.assertEqual(count("--kid", self.stack.key.key_id), 5)
        self.assertIn("No JWT of key", self.audit("live", "apple", self.stack.audit_log, "--spki", FORGED).stdout)
        self.assertIn('names a key "appel"', self.audit("live", "appel", self.stack.audit_log, code=NOBODY).stderr)


if __name__ == "__main__":
    unittest.main()
