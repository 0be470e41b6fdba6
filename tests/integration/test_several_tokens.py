"""One signetd over several tokens, each with a signet-token of its own: what befalls one is nothing to the callers of the other."""

import concurrent.futures
import copy
import os
import pathlib
import tempfile
import unittest

import jwt

from tests.support.apple_key import AppleKey
from tests.support.fault import FaultModule
from tests.support.load import Load
from tests.support.problem import assert_problem
from tests.support.process import Program, environment, eventually, program_path
from tests.support.rotation import reload, wait_published
from tests.support.stack import Stack, option_lines

AUDIENCE = "apple-developer-enterprise-v1"


class TwoTokens(unittest.TestCase):
    """Token "build" with the key "apple", and "second" with "other": two tokens of one module, two processes."""

    def setUp(self):
        directory = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="signet-", dir="/tmp")))
        self.fault = FaultModule(directory)
        self.stack = self.enterContext(Stack(start=False))
        self.second_hsm = copy.copy(self.stack.hsm)
        self.second_hsm.token = "second"
        self.second_hsm.init_token()
        keys = self.stack.root / "second"
        keys.mkdir()
        self.other = AppleKey(keys)
        self.pool = self.enterContext(concurrent.futures.ThreadPoolExecutor(2))
        self.second_hsm.import_by_tool(self.other)
        self.second = self.second_program()
        self.stack.write_key("other", {"token": "second", "object": f"pkcs11:object={self.other.label}", "public-key": self.other.pin,
                                       "key-id": self.other.key_id})
        self.second.start()
        self.stack.start()

    def second_program(self) -> Program:
        root = self.stack.root
        conf, state, self.second_pin = root / "etc/tokens.d/second.conf", root / "state/second", root / "etc/second.pin"
        state.mkdir()
        self.second_pin.write_text(self.second_hsm.pin + "\n")
        self.second_pin.chmod(0o600)
        conf.write_text(option_lines({
            "module": self.fault.path, "token": "pkcs11:token=second", "pin-file": self.second_pin, "socket": root / "run/token/second.sock",
            "allow": f"uid:{os.getuid()}", "state-dir": state}))
        program = Program("signet-token-second", [program_path("signet-token"), "--config", conf], root / "log",
                          environment(**self.second_hsm.environment, **self.fault.environment))
        self.stack.programs.insert(0, program)
        return program

    def under_way(self, key: str):
        """The answer to come, as soon as token second signs for it."""
        before = self.fault.count("C_SignInit")
        answer = self.pool.submit(self.fresh, key)
        eventually(lambda: self.fault.count("C_SignInit") > before, "a signature is under way")
        return answer

    def state_of_second(self) -> str | None:
        return self.stack.health().get("tokens", {}).get("second", {}).get("state")

    def fresh(self, key: str):
        return self.stack.jwt({"fresh": True}, key=key)

    def test_each_key_signs_on_its_own_token(self):
        for name, key in (("apple", self.stack.key), ("other", self.other)):
            answer = self.fresh(name)
            self.assertEqual(answer.status, 200, answer)
            jwt.decode(answer.json()["token"], key.public_key, algorithms=["ES256"], audience=AUDIENCE)
        self.assertEqual(self.fault.count("C_Login"), 1)

    def test_a_token_that_is_lost_again_and_again_costs_the_other_nothing(self):
        with Load(self.stack, clients=2) as load:
            for rule in ("C_Sign rv=0x32 times=1", "* rv=0xE0 until=init", "C_Sign rv=0x101 times=1"):
                self.fault.rules(rule)
                eventually(lambda: self.fresh("other").status == 200 and self.fault.count("rule.0") > 0, "the second token signs again")
                load.wait_for_more(10)
            self.fault.rules("C_SignInit rv=0x30")
            eventually(lambda: self.fresh("other").status == 503, "callers of the lost token are told")
            load.wait_for_more(10)
            self.fault.rules()
            eventually(lambda: self.fresh("other").status == 200, "the second token signs again", 30)
        self.assertEqual(set(load.outcomes), {200}, load.unexpected[:3])
        self.assertEqual(load.cut, 0)

    def test_a_token_service_that_is_killed_costs_the_other_nothing(self):
        with Load(self.stack, clients=2) as load:
            self.second.kill()
            eventually(lambda: self.state_of_second() == "unreachable", "health names the token whose service is gone")
            load.wait_for_more(20)
            self.assertEqual(self.stack.token_state(), "ready")
            self.second.start()
            eventually(lambda: self.fresh("other").status == 200, "the second token signs again")
        self.assertEqual(set(load.outcomes), {200}, load.unexpected[:3])

    def test_a_refused_pin_stops_its_own_token_alone(self):
        self.second.stop()
        self.second_pin.write_text("0000-wrong\n")
        eventually(lambda: self.state_of_second() == "unreachable", "health knows that the service has ended")
        self.second.start()
        eventually(lambda: self.state_of_second() == "pin-refused", "the second token refuses the PIN")
        assert_problem(self, self.fresh("other"), 503, "token_unavailable")
        self.assertEqual(self.fresh("apple").status, 200)
        self.assertEqual(self.fault.count("C_Login"), 2)


class Leaving(TwoTokens):
    """Token second is needed no more while it signs."""

    def publish_other(self, **options):
        self.stack.write_key("other", {"token": "second", "object": f"pkcs11:object={self.other.label}", "public-key": self.other.pin,
                                       "key-id": self.other.key_id, "publish": "yes", **options})
        reload(self.stack)

    def assert_answered(self, answer):
        self.assertEqual(answer.result().status, 200, answer.result())
        self.assertEqual(answer.result().json()["kid"], self.other.key_id)
        self.fault.rules()

    def sockets(self) -> int:
        """How many signetd has open."""
        open_files = pathlib.Path(f"/proc/{self.stack.daemon.pid}/fd").iterdir()
        return sum(path.is_socket() for path in open_files)

    def assert_gone(self, before: int):
        self.assertNotIn("second", self.stack.health()["tokens"])
        eventually(lambda: self.sockets() < before, "the connection is closed", within=20)

    def test_a_promotion_to_another_token_refuses_nobody(self):
        first = self.stack.key
        self.publish_other(next=f"pkcs11:object={first.label} token=build key-id={first.key_id} public-key={first.pin}")
        wait_published(self.stack, first)
        before = self.sockets()
        self.fault.rules("C_Sign delay=2000")
        answer = self.under_way("other")
        self.assertEqual(self.stack.admin("POST", "/v1/keys/other/promote").status, 200)
        self.assertFalse(answer.done(), "too late to see anything")
        self.assertEqual(self.fresh("other").json()["kid"], first.key_id)
        self.assert_answered(answer)
        self.assert_gone(before)

    def test_a_reload_that_takes_the_token_away_refuses_nobody(self):
        before = self.sockets()
        self.fault.rules("C_Sign delay=2000")
        answer = self.under_way("other")
        (self.stack.root / "etc/keys.d/other.conf").unlink()
        reload(self.stack)
        self.assertFalse(answer.done(), "too late to see anything")
        self.assert_answered(answer)
        self.assert_gone(before)


if __name__ == "__main__":
    unittest.main()
