"""Every code of the error catalogue that a caller can bring about (all but `internal`), with everything its answer must carry."""

import contextlib
import time
import unittest

from tests.support.peer import Peer
from tests.support.problem import assert_problem
from tests.support.process import eventually
from tests.support.stack import Stack
from tests.support.unix_http import request_bytes


class RequestErrors(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = cls.enterClassContext(Stack(keys={"apple": {}, "slow": {"rate": "2/h"}, "locked": {}}, daemon={"idle-timeout": "1s"}))

    def test_invalid_request(self):
        assert_problem(self, self.stack.jwt(b"{"), 400, "invalid_request")
        self.assertIn("$.claims", assert_problem(self, self.stack.jwt({"claims": 1}), 400, "invalid_request")["detail"])

    def test_not_http_at_all(self):
        with self.stack.raw() as raw:
            raw.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n")
            assert_problem(self, raw.answer(), 400, "invalid_request")
            self.assertTrue(raw.closed())

    def test_not_permitted(self):
        assert_problem(self, self.stack.jwt(peer=Peer()), 403, "not_permitted")
        assert_problem(self, self.stack.ask("GET", "/v1/keys/apple", peer=Peer()), 403, "not_permitted")

    def test_not_found(self):
        for target in ("/", "/v1", "/v2/keys", "/v1/keys/apple/tokens/1", "/v1/keys/apple/", "/v1/nothing", "//v1/keys", "/V1/keys", "/v1/keys//tokens"):
            with self.subTest(target=target):
                answer = self.stack.ask("GET", target)
                self.assertIn(answer.status, (403, 404), answer)
        assert_problem(self, self.stack.ask("GET", "/v1/nothing"), 404, "not_found")

    def test_admin_calls_do_not_exist_on_the_public_socket(self):
        for method, target in (("POST", "/v1/reload"), ("GET", "/v1/status"), ("POST", "/v1/keys/apple/disable"), ("POST", "/v1/keys/apple/enable")):
            with self.subTest(target=target):
                assert_problem(self, self.stack.ask(method, target, {"reason": "x"} if method == "POST" else None), 404, "not_found")

    def test_method_not_allowed_names_what_is(self):
        cases = {("GET", "/v1/keys/apple/tokens"): "POST", ("POST", "/v1/keys"): "GET", ("POST", "/v1/whoami"): "GET",
                 ("DELETE", "/v1/keys/apple"): "GET", ("PUT", "/v1/health"): "GET", ("PATCH", "/v1/jwks"): "GET"}
        for (method, target), allowed in cases.items():
            with self.subTest(method=method, target=target):
                answer = self.stack.ask(method, target)
                assert_problem(self, answer, 405, "method_not_allowed")
                self.assertIn(allowed, [word.strip() for word in answer.headers["Allow"].split(",")])

    def test_not_implemented(self):
        assert_problem(self, self.stack.ask("BREW", "/v1/keys/apple/tokens"), 501, "not_implemented")

    def test_request_timeout(self):
        for octets in (b"POST /v1/keys/apple/tok", request_bytes("POST", "/v1/keys/apple/tokens", b"{}")[:-1]):
            with self.subTest(octets=octets), self.stack.raw() as raw:
                raw.send(octets)
                assert_problem(self, raw.answer(), 408, "request_timeout")
                self.assertTrue(raw.closed())

    def test_payload_too_large(self):
        assert_problem(self, self.stack.jwt(b'{"claims":{"a":"' + b"x" * 65536 + b'"}}'), 413, "payload_too_large")
        self.assertIn(self.stack.jwt(b'{"lifetime":600' + b" " * (65536 - 16) + b"}").status, (200, 400), "64 KiB itself is allowed")

    def test_headers_too_large(self):
        for header in ({"X-Long": "x" * 70_000}, {f"X-{index}": "y" * 100 for index in range(1000)}):
            with self.stack.raw() as raw:
                raw.send(request_bytes("POST", "/v1/keys/apple/tokens", headers="".join(f"{name}: {value}\r\n" for name, value in header.items())))
                assert_problem(self, raw.answer(), 431, "headers_too_large")

    def test_claims_rejected(self):
        assert_problem(self, self.stack.jwt({"claims": {"iss": "secret-issuer"}}), 422, "claims_rejected")

    def test_lifetime_rejected(self):
        detail = assert_problem(self, self.stack.jwt({"lifetime": 1141}), 422, "lifetime_rejected")["detail"]
        self.assertIn("1140", detail)

    def test_rate_limited(self):
        for _ in range(2):
            self.assertEqual(self.stack.jwt({"fresh": True}, "slow").status, 200)
        answer = self.stack.jwt({"fresh": True}, "slow")
        assert_problem(self, answer, 429, "rate_limited")
        self.assertLessEqual(int(answer.headers["Retry-After"]), 2 * 3600)

    def test_key_disabled_until_it_is_enabled(self):
        self.assertEqual(self.stack.jwt(key="locked").status, 200)
        disabled = self.stack.admin("POST", "/v1/keys/locked/disable", {"reason": "seen in a public log"})
        self.assertEqual((disabled.status, disabled.json()), (200, {"key": "locked", "disabled": True, "reason": "seen in a public log"}))
        document = assert_problem(self, self.stack.jwt(key="locked"), 423, "key_disabled")
        self.assertNotIn("public log", str(document))
        self.assertEqual(self.stack.ask("GET", "/v1/keys/locked").json()["state"], "disabled")
        assert_problem(self, self.stack.jwt(key="locked", peer=Peer()), 403, "not_permitted")
        self.assertEqual(self.stack.admin("POST", "/v1/keys/locked/enable").status, 200)
        self.assertEqual(self.stack.jwt(key="locked").status, 200)

    def test_the_admin_socket_answers_in_the_same_form(self):
        assert_problem(self, self.stack.admin("POST", "/v1/keys/nobodys/disable", {"reason": "x"}), 404, "not_found")
        assert_problem(self, self.stack.admin("POST", "/v1/keys/locked/disable", {}), 400, "invalid_request")
        assert_problem(self, self.stack.admin("GET", "/v1/reload"), 405, "method_not_allowed")
        status = self.stack.admin("GET", "/v1/status")
        self.assertEqual((status.status, status.headers["Cache-Control"]), (200, "no-store"))

    def test_request_ids_differ(self):
        ids = {self.stack.jwt(b"{").json()["request_id"] for _ in range(20)}
        self.assertEqual(len(ids), 20)


class Disabled(unittest.TestCase):
    def test_a_key_stays_disabled_over_a_restart(self):
        with Stack() as stack:
            self.assertEqual(stack.admin("POST", "/v1/keys/apple/disable", {"reason": "leaked"}).status, 200)
            stack.daemon.stop()
            stack.daemon.start()
            eventually(stack.health, "signetd answers")
            assert_problem(self, stack.jwt(), 423, "key_disabled")


class ServiceErrors(unittest.TestCase):
    def test_token_unavailable_for_a_key_that_is_not_on_the_token(self):
        with Stack(keys={"apple": {}, "missing": {"object": "pkcs11:object=nothing"}}, start=False) as stack:
            stack.token.start()
            stack.daemon.start()
            eventually(lambda: stack.token_state() == "ready", "token is ready")
            assert_problem(self, stack.jwt(key="missing"), 503, "token_unavailable")
            self.assertEqual(stack.jwt().status, 200)
            self.assertEqual(stack.health()["status"], "degraded")
            self.assertIn("missing", stack.health()["keys"])

    def test_token_unavailable_for_a_key_that_is_not_the_pinned_one(self):
        with Stack(keys={"apple": {}, "other": {"public-key": "sha256:" + "0" * 64}}, start=False) as stack:
            stack.token.start()
            stack.daemon.start()
            eventually(lambda: stack.token_state() == "ready", "token is ready")
            assert_problem(self, stack.jwt(key="other"), 503, "token_unavailable")

    def test_a_broken_key_file_is_an_error_of_that_key_alone(self):
        with Stack(keys={"apple": {}, "broken": {"role": "emperor"}}, start=False) as stack:
            stack.token.start()
            stack.daemon.start()
            eventually(lambda: stack.token_state() == "ready", "token is ready")
            assert_problem(self, stack.jwt(key="broken"), 503, "token_unavailable")
            self.assertEqual(stack.jwt().status, 200)
            self.assertIn("broken", stack.health()["keys"])

    def test_deadline_exceeded_when_the_token_does_not_answer(self):
        with Stack(daemon={"deadline": "1s"}) as stack:
            cached = stack.jwt().json()["token"]
            with stack.token.stopped():
                began = time.monotonic()
                assert_problem(self, stack.jwt({"fresh": True}), 504, "deadline_exceeded")
                self.assertGreater(time.monotonic() - began, 0.9, "gave up before the deadline")
                self.assertEqual(stack.jwt().json()["token"], cached, "cached tokens are served on")
            eventually(lambda: stack.jwt({"fresh": True}).status == 200, "signing works again")

    def test_overloaded_when_more_waits_than_may(self):
        """A stopped token service: the queue before it fills, and what finds no room is told so at once."""
        with Stack(daemon={"deadline": "6s", "max-connections": 2000}) as stack, contextlib.ExitStack() as held:
            waiting = [held.enter_context(stack.raw()) for _ in range(800)]
            with stack.token.stopped():
                for index, raw in enumerate(waiting):
                    raw.send(request_bytes("POST", "/v1/keys/apple/tokens", b'{"fresh":true,"lifetime":%d}' % (100 + index)))
                answers = [raw.answer() for raw in waiting]
            self.assertLessEqual({answer.code for answer in answers}, {"overloaded", "deadline_exceeded"})
            for answer in answers:
                assert_problem(self, answer, 503 if answer.code == "overloaded" else 504, answer.code)
            self.assertGreater(sum(answer.code == "overloaded" for answer in answers), 50)
            self.assertGreater(sum(answer.code == "deadline_exceeded" for answer in answers), 50)
            eventually(lambda: stack.jwt({"fresh": True}).status == 200, "signing works again")


if __name__ == "__main__":
    unittest.main()
