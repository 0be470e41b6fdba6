"""A file with a token for a build job: written once, or kept fresh for as long as the build takes."""

import os
import signal
import socket
import stat
import subprocess
import unittest

from tests.support.build_job import BuildJob
from tests.support.process import eventually, program_path, seconds

SHORT = "4s"  # handed out for two seconds, so renewed within three


class Watch(BuildJob):
    def watch(self, *words, **extra):
        program = subprocess.Popen([program_path("signet"), "token", "apple", "--watch", "--file", str(self.file), *words],
                                   env=self.environment(**extra), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(program.stdout.close)
        self.addCleanup(program.stderr.close)
        self.addCleanup(program.wait)
        self.addCleanup(program.kill)
        return program

    def finished(self, program) -> str:
        """Its exit code was 0 and its file is gone; what it said on stderr."""
        errors = program.communicate(timeout=seconds(30))[1]
        self.assertEqual(program.returncode, 0, errors)
        self.assertEqual(list(self.place.iterdir()), [])
        return errors

    def content(self) -> str:
        return self.file.read_text() if self.file.exists() else ""

    def test_one_writing_leaves_a_file_for_us_alone(self):
        os.symlink("/nowhere/else", self.file)
        done = self.stack.cli("token", "apple", "--file", str(self.file))
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        self.assertTrue(stat.S_ISREG(self.file.lstat().st_mode))
        self.assertEqual(stat.S_IMODE(self.file.lstat().st_mode), 0o600)
        self.verified(self.content().strip())
        self.assertEqual(list(self.place.iterdir()), [self.file])

    def test_a_folder_that_does_not_take_it_is_named(self):
        for path in (self.place, self.place / "none" / "jwt"):
            done = self.stack.cli("token", "apple", "--file", str(path))
            self.assertEqual(done.returncode, 1)
            self.assertIn(str(path), done.stderr)

    def test_ready_is_said_when_the_file_is_there_and_it_stays_fresh(self):
        program = self.watch("--lifetime", SHORT)
        self.assertEqual(program.stdout.readline(), "ready\n")
        seen = [self.content()]
        for _ in range(2):
            eventually(lambda: self.content() != seen[-1], "a new token", 20)
            seen.append(self.content())
        for each in seen:
            self.assertTrue(each.endswith("\n"))
        times = [self.verified(each.strip())["exp"] for each in seen[1:]]
        self.assertLess(times[0], times[1])
        self.assertEqual(stat.S_IMODE(self.file.stat().st_mode), 0o600)
        program.send_signal(signal.SIGTERM)
        self.assertEqual(self.finished(program), "")

    def test_each_ending_takes_the_file_away(self):
        for ending in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
            program = self.watch()
            self.assertEqual(program.stdout.readline(), "ready\n")
            self.assertTrue(self.content())
            program.send_signal(ending)
            self.finished(program)

    def test_it_ends_with_the_job_that_it_serves(self):
        job = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
        program = self.watch("--while", str(job.pid), "--header")
        self.assertEqual(program.stdout.readline(), "ready\n")
        self.verified(self.content().removeprefix("Authorization: Bearer ").strip())
        job.stdin.close()
        job.wait()
        self.finished(program)

    def test_a_job_that_has_ended_already_is_a_wrong_command_line(self):
        job = subprocess.Popen(["true"])
        job.wait()
        program = self.watch("--while", str(job.pid))
        self.assertEqual(program.wait(timeout=seconds(30)), 2)
        self.assertFalse(self.file.exists())

    def test_a_service_manager_is_told(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            path = self.place / "notify"
            manager.bind(str(path))
            manager.settimeout(seconds(20))
            program = self.watch(NOTIFY_SOCKET=str(path))
            self.assertIn(b"READY=1", manager.recv(4096))
            self.verified(self.content().strip())
            program.terminate()
            self.assertIn(b"STOPPING=1", manager.recv(4096))
            path.unlink()
        self.finished(program)

    def test_a_first_failure_ends_it(self):
        program = subprocess.run([program_path("signet"), "token", "others", "--watch", "--file", str(self.file)], env=self.environment(),
                                 capture_output=True, text=True, timeout=seconds(30))
        self.assertEqual((program.returncode, program.stdout), (3, ""))
        self.assertFalse(self.file.exists())

    def test_a_later_failure_is_said_once_and_an_expired_token_goes_until_there_is_a_new_one(self):
        program = self.watch("--lifetime", SHORT)
        self.assertEqual(program.stdout.readline(), "ready\n")
        self.assertEqual(self.stack.admin("POST", "/v1/keys/apple/disable", {"reason": "lost laptop"}).status, 200)
        self.addCleanup(self.stack.admin, "POST", "/v1/keys/apple/enable")
        eventually(lambda: not self.file.exists(), "the expired token is gone", 20)
        self.assertIsNone(program.poll())
        self.stack.admin("POST", "/v1/keys/apple/enable")
        eventually(self.file.exists, "a new token", 90)
        self.verified(self.content().strip())
        program.terminate()
        errors = self.finished(program).splitlines()
        self.assertEqual([line.startswith("signet: ") for line in errors], [True] * 3, errors)
        self.assertIn("disabled", errors[0])
        self.assertIn("expired", errors[1])
        self.assertIn("fresh again", errors[2])
        self.assertNotIn("lost laptop", "".join(errors))


if __name__ == "__main__":
    unittest.main()
