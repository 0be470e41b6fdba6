"""What a build job does with a token: a command run with it, and a file that stays fresh while a long build needs it."""

import os
import pathlib
import resource
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import unittest

import jwt

from tests.support.process import environment, eventually, program_path, seconds
from tests.support.stack import Stack

AUDIENCE = "apple-developer-enterprise-v1"
SHORT = "4s"  # handed out for two seconds, so renewed within three


class BuildJob(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = cls.enterClassContext(Stack(keys={"apple": {}, "others": {"allow": "uid:54321"}}))

    def setUp(self):
        self.place = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="signet-job-")))
        self.file = self.place / "jwt"

    def verified(self, token: str) -> dict:
        return jwt.decode(token, self.stack.key.public_key, algorithms=["ES256"], audience=AUDIENCE)

    def environment(self, **extra) -> dict:
        return environment(SIGNET_SOCKET=str(self.stack.socket), **extra)

    def exec(self, *words, **more):
        return subprocess.run([program_path("signet"), "exec", *words], env=self.environment(), capture_output=True, text=True,
                              timeout=seconds(60), cwd=self.place, **more)


class Exec(BuildJob):
    def test_a_variable_holds_the_jwt_and_the_arguments_do_not(self):
        done = self.exec("apple", "--env", "ASC_JWT", "--", "sh", "-c", 'printf %s "$ASC_JWT"; tr "\\0" " " </proc/$$/cmdline >&2')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.verified(done.stdout)
        self.assertNotIn(done.stdout, done.stderr)

    def test_a_descriptor_can_be_read_again_and_not_written(self):
        done = self.exec("apple", "--fd", "9", "--", "sh", "-c",
                         'cat /dev/fd/9; cat /dev/fd/9; cat <&9; if echo x >/dev/fd/9; then echo written; fi')
        first, second, third = done.stdout.splitlines()
        self.assertEqual((first, third), (second, first))
        self.verified(first)

    def test_a_descriptor_may_hold_a_header_line(self):
        done = self.exec("apple", "--fd", "3", "--header", "--", "cat", "/dev/fd/3")
        self.verified(done.stdout.removeprefix("Authorization: Bearer ").strip())

    def test_a_header_file_is_for_us_alone_and_gone_afterwards(self):
        done = self.exec("apple", "--header-file", str(self.file), "--", "sh", "-c", f'stat -c %a "{self.file}"; cat "{self.file}"; exit 7')
        self.assertEqual(done.returncode, 7, done.stderr)
        mode, line = done.stdout.splitlines()
        self.assertEqual(mode, "600")
        self.verified(line.removeprefix("Authorization: Bearer "))
        self.assertEqual(list(self.place.iterdir()), [])

    def test_the_exit_code_is_the_commands(self):
        for way in (("--env", "A"), ("--fd", "5"), ("--header-file", str(self.file))):
            for code in (0, 1, 6, 125, 255):
                self.assertEqual(self.exec("apple", *way, "--", "sh", "-c", f"exit {code}").returncode, code)
        self.assertEqual(self.exec("apple", "--header-file", str(self.file), "--", "sh", "-c", "kill -TERM $$").returncode, 128 + signal.SIGTERM)

    def test_no_token_no_command(self):
        done = self.exec("others", "--env", "A", "--", "touch", str(self.place / "ran"))
        self.assertEqual(done.returncode, 125)
        self.assertRegex(done.stderr, r"^signet: .+\(request .+\)\n$")
        self.assertEqual(list(self.place.iterdir()), [])

    def test_a_command_that_cannot_be_run_is_named(self):
        (self.place / "plain").write_text("")
        for way in (("--env", "A"), ("--header-file", str(self.file))):
            missing = self.exec("apple", *way, "--", "no-such-program")
            self.assertEqual((missing.returncode, missing.stderr.count("no-such-program")), (127, 1), missing.stderr)
            self.assertEqual(self.exec("apple", *way, "--", str(self.place / "plain")).returncode, 126)
        self.assertFalse(self.file.exists())

    def test_a_header_file_that_cannot_be_written_stops_before_the_command(self):
        done = self.exec("apple", "--header-file", str(self.place / "none" / "file"), "--", "true")
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot be written", done.stderr)

    def test_the_command_finds_limits_umask_and_signals_as_they_were(self):
        resource.setrlimit(resource.RLIMIT_CORE, (4096, resource.getrlimit(resource.RLIMIT_CORE)[1]))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
        show = "umask; ulimit -S -c; grep -E 'SigIgn|SigBlk|NoNewPrivs' /proc/self/status"
        plain = subprocess.run(["sh", "-c", show], capture_output=True, text=True, check=True).stdout
        for way in (("--env", "A"), ("--header-file", str(self.file))):
            self.assertEqual(self.exec("apple", *way, "--", "sh", "-c", show).stdout, plain)

    def test_the_end_of_the_command_is_heard_where_the_caller_ignores_the_signal_of_it(self):
        ignoring = "import os, signal, sys; signal.signal(signal.SIGCHLD, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])"
        done = subprocess.run([sys.executable, "-c", ignoring, program_path("signet"), "exec", "apple", "--header-file", str(self.file), "--", "sh", "-c",
                               "grep SigIgn /proc/self/status; exit 9"], env=self.environment(), capture_output=True, text=True, timeout=seconds(30))
        self.assertEqual(done.returncode, 9, done.stderr)
        self.assertTrue(int(done.stdout.split()[1], 16) & 1 << (signal.SIGCHLD - 1), "the command finds it ignored as before")
        self.assertFalse(self.file.exists())

    def test_a_signal_reaches_the_command_and_the_file_goes(self):
        job = subprocess.Popen([program_path("signet"), "exec", "apple", "--header-file", str(self.file), "--", "sh", "-c",
                                "trap 'echo told; exit 3' TERM; echo begun; while :; do sleep 0.01; done"],
                               env=self.environment(), stdout=subprocess.PIPE, text=True)
        self.assertEqual(job.stdout.readline(), "begun\n")
        self.assertTrue(self.file.exists())
        job.terminate()
        self.assertEqual(job.communicate(timeout=seconds(30))[0], "told\n")
        self.assertEqual(job.returncode, 3)
        self.assertFalse(self.file.exists())


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
