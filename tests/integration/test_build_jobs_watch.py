"""A file with a token for a build job: written once, or kept fresh for as long as the build takes."""

import contextlib
import os
import pathlib
import re
import signal
import socket
import stat
import subprocess
import tempfile
import unittest

from tests.support.build_job import BuildJob
from tests.support.process import eventually, program_path, seconds

SHORT = "4s"  # handed out for two seconds, so renewed within three


def blocked(pid: int) -> set:
    mask = int(re.search(r"SigBlk:\s*(\w+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1], 16)
    return {number for number in range(1, 65) if mask & 1 << (number - 1)}


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
        self.file.write_text("a longer text than a JWT " * 100)
        self.file.chmod(0o644)
        done = self.stack.cli("token", "apple", "--file", str(self.file))
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        self.assertTrue(stat.S_ISREG(self.file.lstat().st_mode))
        self.assertEqual(stat.S_IMODE(self.file.lstat().st_mode), 0o600)
        self.verified(self.content().strip())
        self.assertEqual(list(self.place.iterdir()), [self.file])

    def test_only_a_regular_file_is_replaced(self):
        def listen():
            with socket.socket(socket.AF_UNIX) as listening:
                listening.bind(str(self.file))
        for make in (listen, lambda: os.mkfifo(self.file), lambda: self.file.symlink_to("/dev/full"), lambda: self.file.symlink_to("/nowhere/else")):
            make()
            before = self.file.lstat()
            for way in ([], ["--watch"]):
                done = self.stack.cli("token", "apple", "--file", str(self.file), *way)
                self.assertEqual((done.returncode, done.stdout), (1, ""))
                self.assertIn("not a regular file", done.stderr)
                self.assertEqual(self.file.lstat(), before)
                self.assertEqual(list(self.place.iterdir()), [self.file])
            self.file.unlink()

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

    def test_each_ending_comes_before_an_answer(self):
        job = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
        with socket.socket(socket.AF_UNIX) as silent, tempfile.TemporaryDirectory(prefix="signet-job-") as folder:
            path = f"{folder}/socket"
            silent.bind(path)
            silent.listen()
            for end in (lambda program: program.send_signal(signal.SIGINT), lambda program: program.send_signal(signal.SIGHUP),
                        lambda program: program.terminate(), lambda program: job.stdin.close()):
                program = self.watch("--while", str(job.pid), "--timeout", "1h", "--socket", path)
                connection = silent.accept()[0]
                with connection:
                    self.assertTrue(connection.recv(4096))
                    end(program)
                    self.assertEqual(self.finished(program), "")
        job.wait()

    def test_an_ending_comes_before_room_in_the_services_queue(self):
        with contextlib.ExitStack() as queue, tempfile.TemporaryDirectory(prefix="signet-job-") as folder:
            busy = queue.enter_context(socket.socket(socket.AF_UNIX))
            busy.bind(f"{folder}/socket")
            busy.listen(0)
            with contextlib.suppress(BlockingIOError):
                while True:
                    waiting = queue.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK))
                    waiting.connect(f"{folder}/socket")
            program = self.watch("--timeout", "1h", "--socket", f"{folder}/socket")
            eventually(lambda: signal.SIGTERM in blocked(program.pid), "it listens to signals")
            program.terminate()
            self.assertEqual(self.finished(program), "")

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

    def test_an_expired_token_goes_although_no_answer_comes(self):
        program = self.watch("--lifetime", SHORT, "--timeout", "1h")
        self.assertEqual(program.stdout.readline(), "ready\n")
        with self.stack.daemon.stopped():
            eventually(lambda: not self.file.exists(), "the expired token is gone", 20)
            program.terminate()
            self.assertIn("has expired", self.finished(program))

    def test_a_file_that_a_cleaner_takes_away_comes_back(self):
        program = self.watch()
        self.assertEqual(program.stdout.readline(), "ready\n")
        before = self.content()
        self.file.unlink()
        eventually(self.file.exists, "the file is there again", 20)
        self.assertEqual(self.content(), before)
        program.terminate()
        self.assertEqual(self.finished(program), "")

    def test_a_watch_takes_only_its_own_file_away(self):
        first, second = self.watch(), None
        self.assertEqual(first.stdout.readline(), "ready\n")
        second = self.watch()
        self.assertEqual(second.stdout.readline(), "ready\n")
        held = self.file.stat()
        first.terminate()
        self.assertEqual(first.wait(timeout=seconds(30)), 0)
        self.assertEqual(self.file.stat(), held)
        second.terminate()
        self.finished(second)

    def test_what_is_said_is_true_where_a_folder_stands_in_the_way(self):
        program = self.watch("--lifetime", SHORT)
        self.assertEqual(program.stdout.readline(), "ready\n")
        self.file.unlink()
        self.file.mkdir()
        line = program.stderr.readline()
        self.assertIn("not a regular file", line)
        self.assertIn("No token of this watch is there", line)
        self.file.rmdir()
        self.assertIn("fresh again", program.stderr.readline())
        self.verified(self.content().strip())
        program.terminate()
        self.assertEqual(self.finished(program), "")


if __name__ == "__main__":
    unittest.main()
