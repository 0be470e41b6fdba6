"""The token or its service disappears and comes back: requests wait or are told, cached tokens are served on, nobody has to intervene."""

import pathlib
import tempfile
import unittest

from tests.support.fault import FaultModule
from tests.support.load import Load
from tests.support.peer import open_descriptors, output_as_root
from tests.support.problem import assert_problem
from tests.support.process import eventually
from tests.support.stack import HELD, PATH, SOCKET_ACTIVATE, Stack


class Loss(unittest.TestCase):
    """SoftHSM's token directory is moved away under the running service."""

    def lose_and_find(self, activation: str):
        with Stack(activation=activation) as stack:
            pid, inode = stack.token.pid, stack.token_socket.stat().st_ino
            for _ in range(2):
                cached = stack.jwt().json()["token"]
                stack.hsm.unplug()
                answer = stack.jwt({"fresh": True})
                self.assertIn(answer.status, (503, 504), answer)
                stack.wait_token_state("absent")
                assert_problem(self, stack.jwt({"fresh": True}), 503, "token_unavailable")
                self.assertEqual(stack.jwt().json()["token"], cached, "cached tokens are served on")
                stack.hsm.plug_in()
                stack.wait_ready()
                self.assertEqual(stack.jwt({"fresh": True}).status, 200)
            self.assertTrue(stack.token.running)
            self.assertEqual((stack.token.pid, stack.token_socket.stat().st_ino), (pid, inode), "the same process on the same socket")
            self.assertLess(open_descriptors(pid), 60, "descriptors pile up over epochs")
            names = [entry.partition(b"=")[0] for entry in output_as_root(["cat", f"/proc/{pid}/environ"]).split(b"\0")]
            self.assertIn(b"SOFTHSM2_CONF", names)
            self.assertEqual(len(names), len(set(names)), "the environment grows over epochs")

    def test_bound_to_a_path(self):
        self.lose_and_find(PATH)

    def test_under_systemd_socket_activate(self):
        self.lose_and_find(SOCKET_ACTIVATE)

    def test_with_its_socket_held_by_another(self):
        self.lose_and_find(HELD)

    def test_under_load_every_answer_is_a_token_or_says_that_there_is_none(self):
        with Stack() as stack, Load(stack) as load:
            load.wait_for_more(50)
            stack.hsm.unplug()
            stack.wait_token_state("absent")
            stack.hsm.plug_in()
            stack.wait_ready()
            load.unexpected.clear()
            load.wait_for_more(50)
            self.assertEqual(load.unexpected, [])
        self.assertLessEqual(set(load.outcomes), {200, 503})


class KilledUnderLoad(unittest.TestCase):
    def kill_three_times(self, activation: str):
        with Stack(activation=activation) as stack:
            with Load(stack, clients=4) as fresh, Load(stack, clients=2, body={"lifetime": 333}) as cached:
                for _ in range(3):
                    fresh.wait_for_more(50)
                    stack.token.kill()
                    stack.token.start()  # as systemd would
                fresh.wait_for_more(50)
                cached.wait_for_more(50)
            for load in (fresh, cached):
                self.assertEqual(set(load.outcomes), {200}, load.unexpected[:3])
                self.assertEqual(load.cut, 0)

    def test_bound_to_a_path(self):
        self.kill_three_times(PATH)

    def test_with_its_socket_held_as_systemd_does(self):
        self.kill_three_times(HELD)

    def test_stopped_politely_under_load(self):
        with Stack(activation=HELD) as stack, Load(stack, clients=4) as load:
            for _ in range(3):
                load.wait_for_more(50)
                stack.token.stop()
                stack.token.start()
            load.wait_for_more(50)
        self.assertEqual(set(load.outcomes), {200}, load.unexpected[:3])


class Faults(unittest.TestCase):
    """What a module may answer, injected between signet-token and SoftHSM."""

    def setUp(self):
        directory = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="signet-", dir="/tmp")))
        self.fault = FaultModule(directory)

    def start(self, daemon: dict | None = None, token: dict | None = None) -> Stack:
        return self.enterContext(Stack(module=self.fault.path, environment_of_token=self.fault.environment, daemon=daemon, token=token))

    def test_each_kind_of_loss_is_cured_by_itself(self):
        stack = self.start()
        for name, rule in {"device error": "C_Sign rv=0x30 times=1", "session lost": "C_Sign rv=0xB3 times=1", "login lost": "C_SignInit rv=0x101 times=1",
                           "stale handle": "C_SignInit rv=0x82 times=1", "device gone until initialised again": "* rv=0xE0 until=init",
                           "vendor code": "C_Sign rv=0x80000001 times=1"}.items():
            with self.subTest(name):
                self.fault.rules(rule)
                eventually(lambda: stack.jwt({"fresh": True}).status == 200, "signing works again")
                self.fault.rules()
                stack.wait_ready()
        self.assertTrue(stack.token.running)

    def test_an_edit_of_the_configuration_waits_for_the_next_start(self):
        stack = self.start()
        edited = stack.token_conf.read_text() + "sesions = 4\n"
        stack.token_conf.write_text(edited.replace(str(stack.token_socket), f"{stack.token_socket}.new"))
        for _ in range(2):
            self.fault.rules("C_Sign rv=0x30 times=1")
            eventually(lambda: stack.jwt({"fresh": True}).status == 200, "signing works again")
            self.fault.rules()
            stack.wait_ready()
        names = [entry.partition(b"=")[0] for entry in output_as_root(["cat", f"/proc/{stack.token.pid}/environ"]).split(b"\0")]
        self.assertEqual(names.count(b"SIGNET_TOKEN_CONFIG"), 1, "the environment grows over epochs")
        self.assertTrue(stack.token.running)
        stack.token.stop()
        self.assertFalse(stack.token_socket.exists(), "the socket that was bound is removed")

    def test_a_call_that_hangs_costs_its_callers_a_504_and_the_service_a_new_epoch(self):
        stack = self.start(daemon={"deadline": "2s"}, token={"call-timeout": "1s", "sessions": "2"})
        cached = stack.jwt().json()["token"]
        self.fault.rules("C_Sign delay=600000")
        answer = stack.jwt({"fresh": True})
        self.assertIn((answer.status, answer.code), {(504, "deadline_exceeded"), (503, "token_unavailable")}, answer)
        self.assertEqual(stack.jwt().json()["token"], cached)
        self.fault.rules()
        eventually(lambda: stack.jwt({"fresh": True}).status == 200, "a new epoch signs")
        self.assertTrue(stack.token.running)

    def test_a_slow_token_is_waited_for(self):
        stack = self.start()
        self.fault.rules("C_Sign delay=1500")
        self.assertEqual(stack.jwt({"fresh": True}).status, 200)


if __name__ == "__main__":
    unittest.main()
