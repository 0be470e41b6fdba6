"""Callers that break the rules: each gets its answer or a closed connection, and a well-behaved client beside them notices nothing."""

import contextlib
import http.client
import os
import socket
import threading
import time
import unittest

from tests.support.peer import open_descriptors
from tests.support.process import eventually, seconds
from tests.support.problem import assert_problem
from tests.support.stack import Stack
from tests.support.unix_http import request_bytes

TOKENS = "/v1/keys/apple/tokens"


class Neighbour:
    """A well-behaved client that asks for fresh and cached tokens all the while; every answer must be 200."""

    def __init__(self, stack: Stack):
        self.stack, self.answers, self.failures = stack, 0, []
        self.done = threading.Event()
        self.thread = threading.Thread(target=self.work)

    def work(self):
        connection = self.stack.connection()
        try:
            while not self.done.is_set():
                answer = connection.ask("POST", TOKENS, {"fresh": self.answers % 2 == 0})
                if answer.status != 200:
                    self.failures.append(answer)
                self.answers += 1
        except Exception as error:  # a thread's exception would be lost
            self.failures.append(error)
        finally:
            connection.close()

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, kind, *_):
        before = self.answers
        with contextlib.suppress(AssertionError):  # says more below
            eventually(lambda: self.answers > before + 10 or self.failures, "the neighbour goes on")
        self.done.set()
        self.thread.join(seconds(30))
        if kind is None:
            assert not self.failures, self.failures[:3]
            assert self.answers > before + 10, "the neighbour got no more answers"


class HostileClients(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = cls.enterClassContext(Stack(daemon={"idle-timeout": "2s"}))

    def setUp(self):
        self.enterContext(Neighbour(self.stack))

    def test_a_body_of_one_megabyte_gets_413(self):
        with self.stack.raw() as raw:
            raw.send(request_bytes("POST", TOKENS, b"x" * 1_000_000))
            assert_problem(self, raw.answer(), 413, "payload_too_large")
            self.assertTrue(raw.closed())

    def test_a_client_that_sends_its_megabyte_before_it_reads_still_reads_413(self):
        """http.client writes the whole body first: the daemon must drain it, or the answer is lost in a reset."""
        answer = self.stack.jwt(b"x" * 1_000_000)
        assert_problem(self, answer, 413, "payload_too_large")

    def test_a_body_without_end_is_cut_off(self):
        with self.stack.raw() as raw:
            raw.send(f"POST {TOKENS} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
            chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
            sent = 0
            with contextlib.suppress(ConnectionError):
                while sent < 64 << 20:
                    raw.send(chunk)
                    sent += len(chunk)
            self.assertLess(sent, 64 << 20, "took 64 MiB of a body limited to 64 KiB")

    def test_content_length_and_chunked_together_are_refused(self):
        """RFC 9112 section 6.1: the shape of request smuggling."""
        with self.stack.raw() as raw:
            raw.send(f"POST {TOKENS} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".encode())
            answer = raw.answer()
            self.assertTrue(answer is None or answer.status == 400, answer)

    def test_two_content_lengths_are_refused(self):
        for lengths in ("Content-Length: 2\r\nContent-Length: 3", "Content-Length: 2, 3", "Content-Length: -1", "Content-Length: 99999999999999999999999"):
            with self.subTest(lengths=lengths), self.stack.raw() as raw:
                raw.send(f"POST {TOKENS} HTTP/1.1\r\nHost: x\r\n{lengths}\r\n\r\n{{}}".encode())
                answer = raw.answer()
                self.assertTrue(answer is None or answer.status in (400, 413), answer)

    def test_half_a_request_and_gone(self):
        whole = request_bytes("POST", TOKENS, b'{"fresh":true}')
        for cut in range(1, len(whole), 7):
            with self.stack.raw() as raw:
                raw.send(whole[:cut])

    def test_half_a_request_then_a_half_closed_connection(self):
        whole = request_bytes("POST", TOKENS, b'{"fresh":true}')
        with self.stack.raw() as raw:
            raw.send(whole[:-3])
            raw.half_close()
            answer = raw.answer()
            self.assertTrue(answer is None or answer.status in (400, 408), answer)
            self.assertTrue(raw.closed())

    def test_a_whole_request_then_a_half_closed_connection_gets_its_answer(self):
        with self.stack.raw() as raw:
            raw.send(request_bytes("POST", TOKENS, b'{"fresh":true}'))
            raw.half_close()
            self.assertEqual(raw.answer().status, 200)
            self.assertTrue(raw.closed())

    def test_a_slow_sender_does_not_hold_its_connection_for_ever(self):
        """One octet at a time: each arrives in time, the request as a whole does not."""
        with self.stack.raw() as raw:
            end = time.monotonic() + seconds(20)
            octets = iter(request_bytes("POST", TOKENS, headers="X-Slow: " + "z" * 4000 + "\r\n"))
            with contextlib.suppress(ConnectionError):
                raw.sock.settimeout(0.1)
                while time.monotonic() < end:
                    raw.send(bytes([next(octets)]))
                    try:
                        if raw.sock.recv(1, socket.MSG_PEEK) is not None:
                            break
                    except TimeoutError:
                        pass
            self.assertLess(time.monotonic(), end, "the slow sender was never told")
            raw.sock.settimeout(seconds(20))
            answer = raw.answer()
            if answer is not None:
                assert_problem(self, answer, 408, "request_timeout")

    def test_a_client_that_never_reads_harms_nobody(self):
        with self.stack.raw() as raw:
            raw.sock.setblocking(False)
            request = request_bytes("POST", TOKENS, b'{"fresh":true}')
            with contextlib.suppress(BlockingIOError, ConnectionError):
                for _ in range(20_000):
                    raw.sock.sendall(request)
            self.assertEqual(self.stack.jwt().status, 200)

    def test_garbage(self):
        for octets in (os.urandom(4096), b"\0" * 4096, b"\r\n" * 2000, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"POST / HTTP/1.1\r\n\xff: \xff\r\n\r\n",
                       b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"GET / HTTP/1.1\r\nA b: c\r\n\r\n",
                       b"GET http:// HTTP/1.1\r\nHost: x\r\n\r\n", b"* * *\r\n\r\n"):
            with self.subTest(octets=octets[:32]), self.stack.raw() as raw:
                with contextlib.suppress(ConnectionError):
                    raw.send(octets)
                    raw.half_close()
                answer = raw.answer()
                self.assertTrue(answer is None or 400 <= answer.status < 600, answer)

    def test_a_header_that_never_ends(self):
        with self.stack.raw() as raw:
            with contextlib.suppress(ConnectionError):
                raw.send(b"POST " + TOKENS.encode() + b" HTTP/1.1\r\nX: " + b"y" * 200_000)
            answer = raw.answer()
            self.assertTrue(answer is None or answer.status == 431, answer)

    def test_pipelined_requests_are_answered_in_order(self):
        targets = [("POST", TOKENS, b'{"lifetime":%d}' % (300 + index)) if index % 3 else ("GET", "/v1/whoami", b"") for index in range(60)]
        with self.stack.raw() as raw:
            raw.send(b"".join(request_bytes(*target) for target in targets))
            for index, target in enumerate(targets):
                answer = raw.answer()
                self.assertEqual(answer.status, 200, (index, answer))
                if target[0] == "POST":
                    body = answer.json()
                    self.assertEqual(body["expires_at"] - body["issued_at"], 60 + 300 + index)
                else:
                    self.assertEqual(answer.json()["uid"], os.getuid())

    def test_an_error_in_a_pipeline_is_answered_in_its_place(self):
        with self.stack.raw() as raw:
            raw.send(request_bytes("GET", "/v1/whoami") + request_bytes("POST", TOKENS, b"{") + request_bytes("GET", "/v1/health"))
            self.assertEqual([raw.answer().status for _ in range(3)], [200, 400, 200])

    def test_expect_100_continue(self):
        with self.stack.raw() as raw:
            raw.send(request_bytes("POST", TOKENS, b"{}", "Expect: 100-continue\r\n")[:-2])
            self.assertEqual(raw.stream.readline(), b"HTTP/1.1 100 Continue\r\n")
            self.assertEqual(raw.stream.readline(), b"\r\n")
            raw.send(b"{}")
            self.assertEqual(raw.answer().status, 200)

    def test_http_1_0_and_connection_close_end_the_connection(self):
        for octets in (f"POST {TOKENS} HTTP/1.0\r\n\r\n".encode(), request_bytes("POST", TOKENS, b"{}", "Connection: close\r\n")):
            with self.subTest(octets=octets), self.stack.raw() as raw:
                raw.send(octets)
                self.assertEqual(raw.answer().status, 200)
                self.assertTrue(raw.closed())

    def test_a_body_in_chunks_is_read(self):
        with self.stack.raw() as raw:
            raw.send(f"POST {TOKENS} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
            for chunk in (b'{"life', b'time":', b"333}"):
                raw.send(b"%x\r\n%s\r\n" % (len(chunk), chunk))
            raw.send(b"0\r\n\r\n")
            body = raw.answer().json()
            self.assertEqual(body["expires_at"] - body["issued_at"], 393)

    def test_head_has_the_headers_of_get_and_no_body(self):
        answer = self.stack.ask("HEAD", "/v1/whoami")
        self.assertEqual((answer.status, answer.body), (200, b""))


class ManyConnections(unittest.TestCase):
    def test_five_hundred_connections_are_each_answered_or_closed(self):
        with Stack(daemon={"max-connections": 600}) as stack, contextlib.ExitStack() as held:
            raws = [held.enter_context(stack.raw()) for _ in range(500)]
            for index, raw in enumerate(raws):
                with contextlib.suppress(ConnectionError):
                    raw.send(request_bytes("POST", TOKENS, b'{"fresh":%s}' % (b"true" if index % 5 == 0 else b"false")))
            statuses = []
            for raw in raws:
                answer = raw.answer()
                statuses.append(answer.status if answer else None)
            self.assertLessEqual(set(statuses), {200, 503, None})
            self.assertGreater(statuses.count(200), 100)
            for raw in raws:
                raw.close()
            eventually(lambda: stack.jwt({"fresh": True}).status == 200, "a new caller is served")

    def test_at_the_limit_those_inside_are_served_on_and_room_returns(self):
        with Stack(daemon={"max-connections": 20}) as stack, contextlib.ExitStack() as held:
            inside = held.enter_context(stack.raw())
            inside.send(request_bytes("POST", TOKENS))
            self.assertEqual(inside.answer().status, 200)
            crowd = [held.enter_context(stack.raw()) for _ in range(60)]
            inside.send(request_bytes("POST", TOKENS, b'{"fresh":true}'))
            self.assertEqual(inside.answer().status, 200)
            for raw in crowd:
                raw.close()
            eventually(lambda: self.served(stack), "a new caller is served")

    def test_knocking_at_a_full_house_does_not_fill_the_log(self):
        with Stack(daemon={"max-connections": 4}) as stack, contextlib.ExitStack() as held:
            for _ in range(2):
                held.enter_context(eventually(lambda: self.inside(stack), "there is room"))
            for _ in range(200):
                with stack.raw() as raw:
                    self.assertEqual(raw.answer().status, 503)
            self.assertEqual(stack.daemon.stderr().count("no room for another connection"), 60)

    def inside(self, stack: Stack):
        """A connection that is served, or nothing."""
        raw = stack.raw()
        with contextlib.suppress(OSError):
            raw.send(request_bytes("GET", "/v1/whoami"))
            answer = raw.answer()
            if answer and answer.status == 200:
                return raw
        raw.close()
        return None

    def served(self, stack: Stack) -> bool:
        try:
            return stack.jwt({"fresh": True}).status == 200
        except (OSError, http.client.HTTPException):
            return False

    def test_open_descriptors_do_not_grow(self):
        with Stack() as stack:
            stack.jwt({"fresh": True})
            before = open_descriptors(stack.daemon.pid)
            for _ in range(200):
                with stack.raw() as raw:
                    raw.send(b"POST / HT")
            eventually(lambda: open_descriptors(stack.daemon.pid) <= before + 2, "descriptors are given back")

    def test_an_idle_connection_is_closed(self):
        with Stack(daemon={"idle-timeout": "500ms"}) as stack, stack.raw() as raw:
            raw.send(request_bytes("GET", "/v1/whoami"))
            self.assertEqual(raw.answer().status, 200)
            self.assertTrue(raw.closed())

    def test_a_connection_has_a_maximum_age_even_when_busy(self):
        with Stack(daemon={"connection-max-age": "1s"}) as stack, stack.raw() as raw:
            end = time.monotonic() + seconds(20)
            with contextlib.suppress(ConnectionError):
                while time.monotonic() < end:
                    raw.send(request_bytes("GET", "/v1/whoami"))
                    answer = raw.answer()
                    if answer is None or answer.headers["Connection"] == "close":
                        break
            self.assertLess(time.monotonic(), end, "the connection outlived its age")


if __name__ == "__main__":
    unittest.main()
