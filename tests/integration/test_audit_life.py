"""signet-admin audit verify on logs that had something happen to them: rotations, crashes, others' hands."""

import gzip
import hashlib
import json
import signal
import unittest

from tests.support.audit_chain import told_heads
from tests.support.load import Load
from tests.support.process import eventually, program_path, run, volume
from tests.support.stack import Stack

GOOD, BROKEN, ALARM = 0, 5, 6


class LifeOfALog(unittest.TestCase):
    def verify(self, stack: Stack, *words, code: int = GOOD) -> dict:
        done = run([program_path("signet-admin"), "audit", "verify", "--config", stack.daemon_conf, "--json", "--signed", stack.root / "state/token",
                    "--grace", "0s", *words])
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def heads(self, stack: Stack) -> list:
        return [word for number, digest in told_heads(stack.daemon.stderr()) for word in ("--head", f"{number}:{digest}")]

    def test_rotations_kill_9_and_half_lines_hold_together_by_the_heads_that_were_told(self):
        with Stack() as stack:
            for number in (2, 1):
                stack.jwt({"fresh": True})
                stack.audit_log.rename(stack.audit_log.with_name(f"audit.jsonl.{number}"))
                stack.daemon.signal(signal.SIGHUP)
                eventually(stack.audit_log.exists, "the new file is there")
            stack.jwt({"fresh": True})
            stack.daemon.kill()
            for torn in (b'{"seq":9,"time":"20', b'{"seq":9\n{"se'):
                with stack.audit_log.open("ab") as file:
                    file.write(torn)
                stack.daemon.start()
                stack.wait_ready()
                stack.jwt({"fresh": True})
                stack.daemon.stop()
            heads = self.heads(stack)
            report = self.verify(stack, *heads)
            self.assertEqual((report["findings"], report["torn"], report["heads_found"]), ([], 3, len(heads) // 2))
            self.assertEqual(report["signed"]["signatures"], 5)

            # One file of the three is gone.
            stack.audit_log.with_name("audit.jsonl.1").unlink()
            report = self.verify(stack, *heads, code=ALARM)
            kinds = {each["kind"] for each in report["findings"]}
            self.assertLessEqual({"missing", "without_line"}, kinds)

    def test_lines_that_were_cut_off_while_nothing_ran_are_missing_and_signetd_says_so_too(self):
        with Stack() as stack:
            stack.jwt()
            stack.daemon.stop()
            stack.audit_log.write_bytes(b"".join(stack.audit_log.read_bytes().splitlines(keepends=True)[:-2]))
            stack.daemon.start()
            stack.wait_ready()
            missing = [each for each in self.verify(stack, code=ALARM)["findings"] if each["kind"] == "missing"]
            self.assertEqual(len(missing), 1)
            self.assertIn("lines_missing", missing[0]["sentence"])


    def kinds(self, report: dict) -> list:
        return [each["kind"] for each in report["findings"]]

    def restart(self, stack: Stack):
        stack.daemon.start()
        stack.wait_ready()
        stack.jwt({"fresh": True})

    def test_a_busy_machine_raises_no_alarm(self):
        with Stack() as stack, Load(stack, 3, {"fresh": True}) as fresh, Load(stack, 2, {"lifetime": 333}):
            for _ in range(volume(30, 8)):
                fresh.wait_for_more(3)
                words = [program_path("signet-admin"), "audit", "verify", "--config", stack.daemon_conf, "--json", "--signed", stack.root / "state/token"]
                done = run(words)
                self.assertEqual(done.returncode, GOOD, done.stdout + done.stderr)
                # Without a grace a signature may be on its way into the log; no line is ever before its signature.
                report = json.loads(run([*words, "--grace", "0s"]).stdout)
                self.assertEqual(set(self.kinds(report)) - {"without_line"}, set(), report)

    def test_what_others_do_to_the_open_file_is_found(self):
        for change, why in ((lambda log: log.write_bytes(b""), "file_cut"), (lambda log: log.unlink(), "file_removed")):
            with self.subTest(why), Stack() as stack:
                stack.jwt({"fresh": True})
                change(stack.audit_log)
                # Nobody asks for a token meanwhile.
                eventually(lambda: [each.get("why") for each in stack.audit()[:1]] == [why], "it is noticed")
                stack.jwt({"fresh": True})
                report = self.verify(stack, code=BROKEN)
                self.assertEqual(self.kinds(report), ["missing"])
                self.assertIn(why, report["findings"][0]["sentence"])

    def test_octets_of_another_program_swallow_no_line(self):
        with Stack() as stack:
            stack.jwt({"fresh": True})
            with stack.audit_log.open("ab") as file:
                file.write(b"garbage")
            stack.jwt({"fresh": True})
            report = self.verify(stack)
            self.assertEqual(report["torn"], 1)
            self.assertEqual(stack.jwt().status, 200)

    def test_a_log_that_was_begun_anew_with_its_head_is_found_by_the_record(self):
        with Stack() as stack:
            stack.jwt({"fresh": True})
            stack.daemon.stop()
            stack.audit_log.unlink()
            (stack.root / "state/daemon/audit.head").unlink()
            self.restart(stack)
            self.assertEqual(self.kinds(self.verify(stack, code=BROKEN)), ["begun_anew"])

    def test_a_last_line_without_its_line_feed_stays_in_the_chain(self):
        with Stack() as stack:
            stack.jwt({"fresh": True})
            stack.daemon.kill()
            stack.audit_log.write_bytes(stack.audit_log.read_bytes()[:-1])
            self.verify(stack)
            self.restart(stack)
            self.assertIn("no_line_feed", str(self.verify(stack)["notes"]))

    def test_a_crash_between_rename_and_sighup_leaves_numbers_twice_and_a_note(self):
        with Stack() as stack:
            stack.jwt({"fresh": True})
            stack.audit_log.rename(stack.audit_log.with_name("audit.jsonl.1"))
            stack.jwt({"fresh": True})
            stack.daemon.kill()
            self.restart(stack)
            report = self.verify(stack, *self.heads(stack))
            self.assertEqual(report["signed"]["signatures"], 3)
            self.assertIn("unclean_stop", str(report["notes"]))

    def test_compressed_files_are_left_out_and_told_of(self):
        with Stack() as stack:
            stack.jwt({"fresh": True})
            old = stack.audit_log.with_name("audit.jsonl.1")
            stack.audit_log.rename(old)
            stack.daemon.signal(signal.SIGHUP)
            eventually(stack.audit_log.exists, "the new file is there")
            answer = stack.jwt({"fresh": True})
            old.with_name("audit.jsonl.1.gz").write_bytes(gzip.compress(old.read_bytes()))
            old.unlink()
            self.assertIn("audit.jsonl.1.gz", str(self.verify(stack)["notes"]))
            for words in (["live", "apple"], ["who", hashlib.sha256(answer.json()["token"].encode()).hexdigest()]):
                done = run([program_path("signet-admin"), "audit", *words, "--config", stack.daemon_conf])
                self.assertEqual(done.returncode, GOOD, done.stderr)
                self.assertIn("audit.jsonl.1.gz", done.stderr)


if __name__ == "__main__":
    unittest.main()
