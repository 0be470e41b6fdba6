"""The cache: one signature for many equal requests, never an entry for somebody who may not have it. Signatures are counted in the PKCS#11
calls themselves, by a module between signet-token and SoftHSM."""

import concurrent.futures
import contextlib
import os
import pathlib
import tempfile
import time
import unittest

import jwt

from tests.support.fault import FaultModule
from tests.support.peer import Peer
from tests.support.problem import assert_problem
from tests.support.process import eventually, volume
from tests.support.stack import Stack
from tests.support.unix_http import request_bytes

SECOND = Peer(54321, 54321)
STRANGER = Peer(54399, 54399)
TOKENS = "/v1/keys/apple/tokens"


class Cache(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        directory = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="signet-", dir="/tmp")))
        cls.fault = FaultModule(directory)
        both = [f"uid:{os.getuid()}", f"uid:{SECOND.uid}"]
        cls.stack = cls.enterClassContext(Stack(module=cls.fault.path, environment_of_token=cls.fault.environment, daemon={"deadline": "30s"},
                                                token={"call-timeout": "25s"}, keys={"apple": {"allow": both}, "mine": {}, "theirs": {"allow": f"uid:{SECOND.uid}"}}))
        cls.lifetime = 300

    def setUp(self):
        type(self).lifetime += 1  # requests of one test are equal to each other and to none of another test
        self.body = {"lifetime": self.lifetime}
        self.addCleanup(self.fault.rules)

    @contextlib.contextmanager
    def signatures(self, expected: int):
        before = self.fault.count("C_Sign")
        yield
        self.assertEqual(self.fault.count("C_Sign") - before, expected)

    def test_fifty_concurrent_equal_requests_make_one_signature(self):
        self.fault.rules("C_Sign delay=500")
        with self.signatures(1), concurrent.futures.ThreadPoolExecutor(50) as pool:
            answers = list(pool.map(lambda _: self.stack.jwt(self.body), range(50)))
        self.assertEqual({answer.status for answer in answers}, {200})
        self.assertEqual(len({answer.json()["token"] for answer in answers}), 1)

    def test_equal_requests_written_differently_share_one_signature(self):
        scope = ["GET /v1/devices"]
        bodies = [{"lifetime": self.lifetime, "scope": scope}, {"scope": scope, "lifetime": self.lifetime, "claims": {}},
                  {"claims": {"scope": scope}, "lifetime": self.lifetime, "fresh": False}]
        with self.signatures(1):
            self.assertEqual(len({self.stack.jwt(body).json()["token"] for body in bodies}), 1)

    def test_requests_that_differ_share_nothing(self):
        bodies = [self.body, {**self.body, "scope": ["GET /v1/a"]}, {**self.body, "scope": ["GET /v1/b"]}, {**self.body, "scope": ["GET /v1/a", "GET /v1/b"]},
                  {"lifetime": self.lifetime + 400}]
        with self.signatures(len(bodies)):
            self.assertEqual(len({self.stack.jwt(body).json()["token"] for body in bodies}), len(bodies))

    def test_two_keys_with_the_same_private_key_share_nothing(self):
        with self.signatures(2):
            self.assertNotEqual(self.stack.jwt(self.body, "apple").json()["token"], self.stack.jwt(self.body, "mine").json()["token"])

    def test_an_entry_serves_another_caller_with_the_same_right(self):
        with self.signatures(1):
            mine, theirs = self.stack.jwt(self.body).json(), self.stack.jwt(self.body, peer=SECOND).json()
        self.assertEqual((theirs["token"], theirs["cached"]), (mine["token"], True))

    def test_an_entry_never_serves_a_caller_without_the_right(self):
        with self.signatures(2):
            self.assertEqual(self.stack.jwt(self.body, "mine").status, 200)
            self.assertEqual(self.stack.jwt(self.body, "theirs", peer=SECOND).status, 200)
            for peer, key in ((SECOND, "mine"), (STRANGER, "mine"), (STRANGER, "apple"), (None, "theirs"), (STRANGER, "theirs")):
                with self.subTest(peer=peer, key=key):
                    assert_problem(self, self.stack.jwt(self.body, key, peer=peer), 403, "not_permitted")

    def test_a_caller_without_the_right_does_not_join_a_signature_under_way(self):
        self.fault.rules("C_Sign delay=1000")
        with self.signatures(1), concurrent.futures.ThreadPoolExecutor(1) as pool:
            before = self.fault.count("C_Sign")
            mine = pool.submit(self.stack.jwt, self.body, "mine")
            eventually(lambda: self.fault.count("C_SignInit") > before or mine.done(), "the signature is under way")
            assert_problem(self, self.stack.jwt(self.body, "mine", peer=SECOND), 403, "not_permitted")
            self.assertEqual(mine.result().status, 200)

    def test_a_caller_that_leaves_first_fails_nobody_else(self):
        self.fault.rules("C_Sign delay=1000")
        with self.signatures(1), concurrent.futures.ThreadPoolExecutor(8) as pool:
            before = self.fault.count("C_SignInit")
            first = self.stack.raw()
            first.send(request_bytes("POST", TOKENS, b'{"lifetime":%d}' % self.lifetime))
            eventually(lambda: self.fault.count("C_SignInit") > before, "the signature is under way")
            waiting = [pool.submit(self.stack.jwt, self.body) for _ in range(8)]
            first.close()
            self.assertEqual({each.result().status for each in waiting}, {200})

    def test_fresh_is_signed_each_time(self):
        with self.signatures(5):
            tokens = {self.stack.jwt({**self.body, "fresh": True}).json()["token"] for _ in range(5)}
        self.assertEqual(len(tokens), 5)

    def test_a_refused_request_is_never_signed(self):
        with self.signatures(0):
            for body in ({"lifetime": 1141}, {"claims": {"iss": "x"}}, {"scope": ["PUT /v1/x"]}):
                self.assertEqual(self.stack.jwt(body).status, 422)

    def test_a_failed_signature_is_asked_for_once_more_and_not_remembered(self):
        self.fault.rules("C_Sign rv=0x30 times=1")  # CKR_DEVICE_ERROR
        self.assertEqual(self.stack.jwt(self.body).status, 200)
        self.assertEqual(self.stack.jwt(self.body).json()["cached"], True)

    def test_a_wrong_signature_never_leaves(self):
        """The module says CKR_OK and leaves nonsense in the buffer: verification in signet-token is what notices."""
        self.fault.rules("C_Sign rv=0 times=1")
        answer = self.stack.jwt({**self.body, "fresh": True}, headers={"Accept": "application/jwt"})
        if answer.status != 200:  # else it was signed once more, and that one must be good
            return assert_problem(self, answer, 503, "token_unavailable")
        jwt.decode(answer.body.decode(), self.stack.key.public_key, algorithms=["ES256"], audience="apple-developer-enterprise-v1")

    def test_cached_answers_need_no_token_service(self):
        cached = self.stack.jwt(self.body).json()["token"]
        with self.signatures(0):
            self.assertEqual({self.stack.jwt(self.body).json()["token"] for _ in range(volume(200, 50))}, {cached})


class Reuse(unittest.TestCase):
    def test_a_token_is_handed_out_while_half_of_its_lifetime_is_left(self):
        with Stack() as stack:
            first = stack.jwt({"lifetime": 6}).json()
            self.assertEqual(first["reusable_until"], first["expires_at"] - 3)
            eventually(lambda: stack.jwt({"lifetime": 6}).json()["token"] != first["token"], "a new token is signed", within=10)
            self.assertGreater(int(time.time()), first["reusable_until"])

    def test_the_number_of_entries_is_bounded(self):
        with Stack(daemon={"cache-entries": "10"}) as stack:
            first = stack.jwt({"lifetime": 300}).json()["token"]
            for lifetime in range(301, 331):
                self.assertEqual(stack.jwt({"lifetime": lifetime}).status, 200)
            self.assertNotEqual(stack.jwt({"lifetime": 300}).json()["token"], first, "31 tokens in a cache of 10")


if __name__ == "__main__":
    unittest.main()
