"""Starting, stopping and dying: nothing in flight is lost that can be kept, nothing is left behind, no secret shows."""

import concurrent.futures
import pathlib
import signal
import socket
import subprocess
import tempfile
import unittest

from tests.support.fault import FaultModule
from tests.support.load import Load
from tests.support.peer import output_as_root
from tests.support.process import environment, eventually, program_path, run, seconds, volume
from tests.support.stack import HELD, PATH, Stack
from tests.support.unix_http import RawConnection


def read_as_root(path: str) -> bytes:
    return output_as_root(["cat", path])


class Stopping(unittest.TestCase):
    def setUp(self):
        directory = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="signet-", dir="/tmp")))
        self.fault = FaultModule(directory)

    def slow_stack(self, activation: str = PATH) -> Stack:
        return self.enterContext(Stack(module=self.fault.path, environment_of_token=self.fault.environment, activation=activation))

    def test_sigterm_finishes_what_is_in_flight_and_exits_0(self):
        stack = self.slow_stack()
        idle = self.enterContext(stack.raw())
        self.fault.rules("C_Sign delay=1500")
        before = self.fault.count("C_SignInit")
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            pending = [pool.submit(stack.jwt, {"lifetime": 300 + index}) for index in range(6)]
            eventually(lambda: self.fault.count("C_SignInit") - before >= 6, "six signatures are under way")
            stack.daemon.signal(signal.SIGTERM)
            self.assertEqual([each.result().status for each in pending], [200] * 6)
        self.assertEqual(stack.daemon.wait(), 0)
        self.assertTrue(idle.closed())
        self.assertFalse(stack.socket.exists() or stack.admin_socket.exists(), "its sockets are left behind")

    def test_after_sigterm_nobody_new_is_taken(self):
        stack = self.slow_stack()
        self.fault.rules("C_Sign delay=2000")
        before = self.fault.count("C_SignInit")
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            pending = pool.submit(stack.jwt, {"fresh": True})
            eventually(lambda: self.fault.count("C_SignInit") > before, "the signature is under way")
            stack.daemon.signal(signal.SIGTERM)
            def refused() -> bool:
                try:
                    stack.raw().close()
                except (ConnectionRefusedError, FileNotFoundError):
                    return True
                return False
            eventually(refused, "new connections are refused")
            self.assertFalse(pending.done())
            self.assertEqual(pending.result().status, 200)
        self.assertEqual(stack.daemon.wait(), 0)

    def test_sigterm_under_load_with_the_socket_held_fails_nobody_who_asks_again(self):
        stack = self.slow_stack(HELD)
        with Load(stack, clients=4, repeat=True) as load:
            for _ in range(3):
                load.wait_for_more(50)
                stack.daemon.stop()
                stack.daemon.start()
            load.wait_for_more(50)
        self.assertEqual(set(load.outcomes), {200}, load.unexpected[:3])

    def test_signet_repeats_by_itself_what_kill_9_of_signetd_cut_off(self):
        stack = self.slow_stack(HELD)
        for _ in range(3):
            self.fault.rules("C_Sign delay=1500")
            before = self.fault.count("C_SignInit")
            with concurrent.futures.ThreadPoolExecutor(1) as pool:
                pending = pool.submit(stack.cli, "token", "apple", "--fresh")
                eventually(lambda: self.fault.count("C_SignInit") > before, "the signature is under way")
                stack.daemon.kill()
                self.fault.rules()
                stack.daemon.start()
                done = pending.result()
            self.assertEqual((done.returncode, done.stderr, done.stdout.count(".")), (0, "", 2), done)

    def test_signet_under_three_kills_of_signetd_never_fails(self):
        stack = self.slow_stack(HELD)
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            count = volume(90, 30)
            pending = [pool.submit(stack.cli, "token", "apple", "--fresh") for _ in range(count)]
            for part in (1, 2, 3):
                eventually(lambda: sum(each.done() for each in pending) >= count * part // 4, "some are done", within=60)
                stack.daemon.kill()
                stack.daemon.start()
            failed = [each.result() for each in pending if each.result().returncode != 0]
        self.assertEqual(failed, [])


class Sockets(unittest.TestCase):
    def test_a_socket_left_by_a_dead_process_is_replaced(self):
        with Stack() as stack:
            for program in (stack.daemon, stack.token):
                program.kill()
            self.assertTrue(stack.socket.exists() and stack.token_socket.exists())
            stack.start()
            self.assertEqual(stack.jwt({"fresh": True}).status, 200)

    def test_a_live_socket_is_never_replaced(self):
        with Stack() as stack:
            for name, conf, path in (("signetd", stack.daemon_conf, stack.socket), ("signet-token", stack.token_conf, stack.token_socket)):
                with self.subTest(program=name):
                    inode = path.stat().st_ino
                    second = run([program_path(name), "--config", conf], env=environment(**stack.hsm.environment))
                    self.assertEqual(second.returncode, 1, second)
                    self.assertIn(path.name, second.stderr)
                    self.assertEqual(path.stat().st_ino, inode)
            self.assertEqual(stack.jwt({"fresh": True}).status, 200)

    def test_what_is_no_socket_is_never_replaced(self):
        with Stack(start=False) as stack:
            stack.socket.write_text("precious")
            stack.daemon.start()
            self.assertEqual(stack.daemon.wait(), 1)
            self.assertEqual(stack.socket.read_text(), "precious")

    def test_the_service_manager_is_told_of_readiness_reload_and_stop(self):
        with Stack(start=False) as stack, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            path = stack.root / "run/notify.sock"
            manager.bind(str(path))
            manager.settimeout(seconds(20))
            received = []

            def wait_for(word: str):
                while not any(word in message for message in received):
                    received.append(manager.recv(4096).decode())

            for program in (stack.token, stack.daemon):
                program.env["NOTIFY_SOCKET"] = str(path)
                program.start()
                wait_for("READY=1")
                received.clear()
            RawConnection(stack.socket).close()  # whoever says ready can be connected to
            stack.daemon.signal(signal.SIGHUP)
            wait_for("RELOADING=1")
            self.assertRegex("\n".join(received), r"MONOTONIC_USEC=\d+")
            wait_for("READY=1")
            received.clear()
            stack.daemon.stop()
            wait_for("STOPPING=1")


class NothingIsLeft(unittest.TestCase):
    def test_twenty_quick_starts_and_stops(self):
        with Stack(start=False) as stack:
            def files() -> set:
                return {str(path.relative_to(stack.root)) for path in stack.root.rglob("*") if "hsm/tokens" not in str(path)}
            kept = None
            for index in range(20):
                stack.token.start()
                stack.daemon.start()
                if index % 4 == 0:
                    stack.wait_ready()
                    self.assertEqual(stack.jwt({"fresh": True}).status, 200)
                else:  # as soon as they listen, whatever else they are doing
                    eventually(lambda: stack.socket.exists() and stack.token_socket.exists(), "both listen")
                stack.daemon.stop()
                stack.token.stop()
                kept = kept or files()
                self.assertEqual(files(), kept)
                self.assertEqual([path.name for path in (stack.root / "run").rglob("*") if path.is_socket()], [])
                self.assertEqual(self.processes(stack), [])

    def processes(self, stack: Stack) -> list:
        """Command lines that mention the stack's directory: every program of it has its configuration as an argument."""
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    line = (entry / "cmdline").read_bytes()
                except OSError:
                    continue
                if str(stack.root).encode() in line:
                    found.append(line)
        return found


class NoSecretShows(unittest.TestCase):
    def setUp(self):
        directory = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="signet-", dir="/tmp")))
        self.fault = FaultModule(directory)
        self.stack = self.enterContext(Stack(module=self.fault.path, environment_of_token=self.fault.environment))

    def shown(self, pid: int) -> bytes:
        return read_as_root(f"/proc/{pid}/cmdline") + read_as_root(f"/proc/{pid}/environ")

    def test_no_pin_or_token_in_arguments_environment_or_logs(self):
        stack = self.stack
        tokens = [stack.jwt({"fresh": True}).json()["token"] for _ in range(3)]
        stack.hsm.unplug()
        stack.jwt({"fresh": True})
        stack.wait_token_state("absent")
        stack.hsm.plug_in()
        stack.wait_ready()
        secrets = [stack.hsm.pin.encode(), *(token.split(".")[2].encode() for token in tokens)]
        for program in stack.programs:
            shown = self.shown(program.pid) + program.stderr().encode()
            self.assertIn(b"--config", shown)
            for secret in secrets:
                self.assertNotIn(secret, shown, f"{program.name} shows a secret")
        for path in list((stack.root / "state").rglob("*")) + list((stack.root / "log").rglob("*")):
            if path.is_file():
                for secret in secrets:
                    self.assertNotIn(secret, path.read_bytes(), f"{path.name} holds a secret")

    def test_signet_shows_nothing_while_it_waits(self):
        self.fault.rules("C_Sign delay=1000")
        before = self.fault.count("C_SignInit")
        client = subprocess.Popen([program_path("signet"), "token", "apple", "--fresh"], env=environment(SIGNET_SOCKET=str(self.stack.socket)),
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        with client:
            eventually(lambda: self.fault.count("C_SignInit") > before, "the signature is under way")
            shown = self.shown(client.pid)
            token, errors = client.communicate(timeout=seconds(30))
        self.assertEqual((client.returncode, errors), (0, ""))
        self.assertNotIn(token.strip().split(".")[2].encode(), shown)

    def test_no_core_file_and_no_new_privileges(self):
        for program in self.stack.programs:
            with self.subTest(program=program.name):
                limits = read_as_root(f"/proc/{program.pid}/limits").decode()
                self.assertRegex(limits, r"Max core file size\s+0\s+0")
                status = read_as_root(f"/proc/{program.pid}/status").decode()
                self.assertRegex(status, r"NoNewPrivs:\s+1")


if __name__ == "__main__":
    unittest.main()
