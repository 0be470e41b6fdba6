"""What signet-token keeps to itself whatever signetd asks: its rate, its record of what it signed, and the probes of an idle token."""

import json
import pathlib
import tempfile
import unittest

from tests.support.fault import FaultModule
from tests.support.problem import assert_problem
from tests.support.process import eventually
from tests.support.stack import Stack


def record(stack: Stack) -> list:
    path = stack.root / "state/token/signed.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines() if line] if path.exists() else []


class Record(unittest.TestCase):
    def test_it_and_the_audit_log_can_be_held_against_each_other(self):
        with Stack(token={"probe-interval": "100ms"}) as stack:
            for number in range(20):
                self.assertEqual(stack.jwt({"fresh": number % 2 == 0}).status, 200)
            issued = [line for line in stack.audit() if line["outcome"] == "issued" and not line["cached"]]
            signed = record(stack)
            self.assertEqual({line["jwt_sha256"] for line in issued}, {line["jwt_sha256"] for line in signed})
            self.assertEqual(len(signed), len(issued), "a probe is no signature for anybody")
            self.assertEqual({(line["alg"], "sha256:" + line["spki_sha256"]) for line in signed}, {("ES256", stack.key.pin)})
            self.assertEqual((stack.root / "state/token/signed.jsonl").stat().st_mode & 0o137, 0, "others may not read or change it")

    def test_without_it_no_signature_leaves(self):
        with Stack() as stack:
            cached = stack.jwt().json()["token"]
            path = stack.root / "state/token/signed.jsonl"
            path.rename(path.with_suffix(".away"))
            path.mkdir()
            stack.token.signal(1)  # SIGHUP: a record that was rotated away is opened anew
            eventually(lambda: stack.jwt({"fresh": True}).status == 503, "the record cannot be opened")
            assert_problem(self, stack.jwt({"fresh": True}), 503, "token_unavailable")
            self.assertEqual(stack.jwt().json()["token"], cached, "it left with its line before")
            path.rmdir()
            self.assertEqual(stack.jwt({"fresh": True}).status, 200)


class Rate(unittest.TestCase):
    def test_more_than_max_rate_is_refused_with_the_time_to_wait(self):
        with Stack(token={"max-rate": "3/h"}) as stack:
            statuses = [stack.jwt({"fresh": True}).status for _ in range(5)]
            self.assertEqual(statuses, [200, 200, 200, 503, 503])
            answer = stack.jwt({"fresh": True})
            assert_problem(self, answer, 503, "overloaded")
            self.assertGreater(int(answer.headers["Retry-After"]), 3000)
            self.assertEqual(len(record(stack)), 3)


class Probes(unittest.TestCase):
    def setUp(self):
        directory = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="signet-", dir="/tmp")))
        self.fault = FaultModule(directory)

    def start(self, **keys) -> Stack:
        return self.enterContext(Stack(module=self.fault.path, environment_of_token=self.fault.environment, token={"probe-interval": "100ms"}, keys=keys))

    def test_an_idle_token_signs_with_each_of_the_keys_in_use(self):
        stack = self.start(apple={})
        eventually(lambda: self.fault.count("C_Sign") > 3, "probes are signed")
        self.assertEqual(record(stack), [], "probes stand in no record")

    def test_a_key_whose_file_says_so_is_left_alone(self):
        stack = self.start(apple={"probe": "no"})
        eventually(lambda: self.fault.count("C_GenerateRandom") > 3, "the token is asked for random numbers")
        self.assertEqual(self.fault.count("C_Sign"), 0)
        self.assertEqual(stack.jwt().status, 200)

    def test_a_token_lost_while_idle_is_ready_again_before_anybody_asks(self):
        stack = self.start(apple={})
        eventually(lambda: self.fault.count("C_Sign") > 0, "a probe was signed")
        logins = self.fault.count("C_Login")
        self.fault.rules("C_Sign rv=0x30 times=1")
        eventually(lambda: self.fault.count("C_Login") == logins + 1, "the token is opened again")
        stack.wait_ready()
        self.assertEqual(stack.jwt({"fresh": True}).status, 200)


if __name__ == "__main__":
    unittest.main()
