"""A command that is run with a token: by a variable, a descriptor or a file."""

import fcntl
import os
import resource
import select
import signal
import socket
import subprocess
import sys
import unittest

from tests.support.build_job import BuildJob
from tests.support.process import program_path, seconds


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
        done = self.exec("apple", "--header-file", str(self.place / "none" / "file"), "--", "touch", str(self.place / "ran"))
        self.assertEqual(done.returncode, 125)
        self.assertIn("cannot be written", done.stderr)
        self.assertEqual(list(self.place.iterdir()), [])

    def test_a_wrong_command_line_cannot_be_taken_for_the_commands_own_end(self):
        for words in (["apple", "--env", "A"], ["apple", "--env", "A", "true"], ["apple", "--env", "A", "-x"], ["apple", "--", "true"], ["apple", "--env", "PATH", "--", "true"]):
            done = self.exec(*words)
            self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (125, "", 1), done.stderr)

    def test_a_header_file_is_new_or_the_command_is_not_run(self):
        for make, remove in ((lambda: self.file.write_text("precious"), self.file.unlink), (lambda: self.file.symlink_to("/nowhere/else"), self.file.unlink),
                             (lambda: os.mkfifo(self.file), self.file.unlink), (self.file.mkdir, self.file.rmdir)):
            make()
            before = self.file.lstat()
            done = self.exec("apple", "--header-file", str(self.file), "--", "touch", str(self.place / "ran"))
            self.assertEqual(done.returncode, 125)
            self.assertIn("is there already", done.stderr)
            self.assertEqual(self.file.lstat(), before)
            self.assertEqual(list(self.place.iterdir()), [self.file])
            remove()

    def test_one_job_leaves_another_ones_file_alone(self):
        job = self.begin("sh", "-c", 'echo begun; read -r go; cat "$1"', "sh", str(self.file), stdin=subprocess.PIPE)
        self.assertEqual(self.exec("apple", "--header-file", str(self.file), "--", "true").returncode, 125)
        self.verified(job.communicate("go\n", timeout=seconds(30))[0].strip().removeprefix("Authorization: Bearer "))
        self.assertFalse(self.file.exists())

    def test_a_file_that_the_command_puts_there_stays(self):
        done = self.exec("apple", "--header-file", str(self.file), "--", "sh", "-c", f'rm "{self.file}"; echo mine >"{self.file}"')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.file.read_text(), "mine\n")

    def test_the_command_finds_limits_umask_and_signals_as_they_were(self):
        resource.setrlimit(resource.RLIMIT_CORE, (4096, resource.getrlimit(resource.RLIMIT_CORE)[1]))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
        show = "umask; ulimit -S -c; grep -E 'SigIgn|SigBlk|NoNewPrivs' /proc/self/status"
        plain = subprocess.run(["sh", "-c", show], capture_output=True, text=True, check=True).stdout
        for way in (("--env", "A"), ("--header-file", str(self.file))):
            self.assertEqual(self.exec("apple", *way, "--", "sh", "-c", show).stdout, plain)

    def test_the_end_of_the_command_is_heard_where_the_caller_ignores_the_signal_of_it(self):
        ignoring = "import os, signal, sys; signal.signal(signal.SIGCHLD, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])"
        # No shell: it would set the signal as it wants it itself.
        command = "import signal, sys; print(signal.getsignal(signal.SIGCHLD) == signal.SIG_IGN); sys.exit(9)"
        done = subprocess.run([sys.executable, "-c", ignoring, program_path("signet"), "exec", "apple", "--header-file", str(self.file), "--",
                               sys.executable, "-c", command], env=self.environment(), capture_output=True, text=True, timeout=seconds(30))
        self.assertEqual((done.returncode, done.stderr), (9, ""))
        self.assertEqual(done.stdout, "True\n", "the command finds it ignored as before")
        self.assertFalse(self.file.exists())

    def begin(self, *command, **more) -> subprocess.Popen:
        """A command that has said "begun" and finds a header file."""
        job = subprocess.Popen([program_path("signet"), "exec", "apple", "--header-file", str(self.file), "--", *command],
                               env=self.environment(), stdout=subprocess.PIPE, text=True, **more)
        self.addCleanup(job.stdout.close)
        self.addCleanup(job.wait)
        self.addCleanup(job.kill)
        self.assertEqual(job.stdout.readline(), "begun\n")
        self.assertTrue(self.file.exists())
        return job

    def begin_listening(self, number: int) -> subprocess.Popen:
        return self.begin(sys.executable, "-c", f"import signal; signal.pthread_sigmask(signal.SIG_BLOCK, [{number}]); "
                          f"print('begun', flush=True); print('told', signal.sigwait([{number}]) == {number}); exit(3)")

    def told(self, job):
        self.assertEqual(job.communicate(timeout=seconds(30))[0], "told True\n")
        self.assertEqual(job.returncode, 3)
        self.assertFalse(self.file.exists())

    def test_a_signal_reaches_the_command_and_the_file_goes(self):
        for name in ("TERM", "HUP", "INT", "QUIT", "USR1", "USR2", "ABRT", "ALRM", "VTALRM", "PROF", "XCPU", "WINCH", "CONT", "IO", "PWR", "RTMAX"):
            with self.subTest(name):
                number = getattr(signal, f"SIG{name}")
                job = self.begin_listening(number)
                job.send_signal(number)
                self.told(job)

    def test_a_signal_of_the_kernel_to_us_alone_reaches_it_too(self):
        job = self.begin_listening(signal.SIGIO)
        ours, others = socket.socketpair()
        with ours, others:
            fcntl.fcntl(ours, fcntl.F_SETOWN, job.pid)
            fcntl.fcntl(ours, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
            others.send(b"x")
            self.told(job)

    def test_a_signal_that_the_command_does_not_listen_to_kills_it_and_the_file_goes(self):
        job = self.begin("sh", "-c", "echo begun; exec sleep 1000")
        job.send_signal(signal.SIGUSR1)
        self.assertEqual(job.wait(timeout=seconds(30)), 128 + signal.SIGUSR1)
        self.assertFalse(self.file.exists())

    def test_a_command_does_not_outlive_us(self):
        job = self.begin("sh", "-c", "echo begun; echo $$; exec sleep 1000")
        command = os.pidfd_open(int(job.stdout.readline()))
        self.addCleanup(os.close, command)
        job.kill()
        self.assertTrue(select.select([command], [], [], seconds(30))[0], "the command has ended")


if __name__ == "__main__":
    unittest.main()
