"""Who may do what: identities as the kernel reports them, against `allow` lines; and who may not even connect."""

import json
import os
import pathlib
import pwd
import stat
import unittest

from tests.support import unix_http
from tests.support.peer import Peer, as_peer, as_root, connect
from tests.support.problem import assert_problem
from tests.support.process import program_path, run
from tests.support.stack import HELD, Stack

STRANGER = Peer()
UID, OTHER_UID, GID, OTHER_GID = 54321, 54322, 55001, 55002


class Allow(unittest.TestCase):
    """One key per way to write `allow`."""

    @classmethod
    def setUpClass(cls):
        cls.daemon_user = pwd.getpwnam("daemon")
        cls.stack = cls.enterClassContext(Stack(keys={
            "mine": {},
            "by-uid": {"allow": f"uid:{UID}"},
            "by-gid": {"allow": f"gid:{GID}"},
            "both": {"allow": f"uid:{UID} gid:{GID}"},
            "either": {"allow": [f"uid:{UID}", f"gid:{GID}"]},
            "by-user": {"allow": "user:daemon"},
            "by-group": {"allow": "group:daemon"},
            "nobodys": {"allow": []},
        }))

    def usable(self, peer: Peer) -> set:
        """What the peer gets a token from; what it is shown must be the same."""
        granted = set()
        connection = self.stack.connection(peer)
        try:
            for name in self.stack.options:
                answer = connection.ask("POST", f"/v1/keys/{name}/tokens")
                self.assertIn(answer.status, (200, 403), answer)
                if answer.status == 200:
                    granted.add(name)
            listed = {key["name"] for key in connection.ask("GET", "/v1/keys").json()["keys"]}
            shown = {name for name in self.stack.options if connection.ask("GET", f"/v1/keys/{name}").status == 200}
        finally:
            connection.close()
        self.assertEqual((listed, shown), (granted, granted))
        return granted

    def test_lines_are_alternatives_and_words_on_a_line_must_all_hold(self):
        cases = {
            Peer(OTHER_UID, OTHER_GID): set(),
            Peer(UID, OTHER_GID): {"by-uid", "either"},
            Peer(OTHER_UID, GID): {"by-gid", "either"},
            Peer(UID, GID): {"by-uid", "by-gid", "both", "either"},
        }
        for peer, expected in cases.items():
            with self.subTest(peer=peer):
                self.assertEqual(self.usable(peer), expected)

    def test_supplementary_groups_count(self):
        self.assertEqual(self.usable(Peer(OTHER_UID, OTHER_GID, (GID, 55003))), {"by-gid", "either"})
        self.assertEqual(self.usable(Peer(OTHER_UID, OTHER_GID, (55003,))), set())

    def test_many_supplementary_groups_are_all_seen(self):
        groups = tuple(range(60_000, 60_200)) + (GID,)
        self.assertEqual(self.usable(Peer(OTHER_UID, OTHER_GID, groups)), {"by-gid", "either"})
        who = self.stack.ask("GET", "/v1/whoami", peer=Peer(OTHER_UID, OTHER_GID, groups)).json()
        self.assertEqual(set(who["groups"]), set(groups))

    def test_names_are_looked_up(self):
        self.assertEqual(self.usable(Peer(self.daemon_user.pw_uid, OTHER_GID)), {"by-user"})
        self.assertEqual(self.usable(Peer(OTHER_UID, self.daemon_user.pw_gid)), {"by-group"})

    def test_a_key_without_allow_is_usable_by_nobody(self):
        self.assertEqual(self.usable(Peer(os.getuid(), os.getgid(), tuple(os.getgroups()))) & {"nobodys", "mine"}, {"mine"})

    def test_whoami_shows_the_caller_as_the_daemon_sees_it(self):
        who = self.stack.ask("GET", "/v1/whoami", peer=Peer(UID, GID, (OTHER_GID,))).json()
        self.assertEqual((who["uid"], who["gid"], who["user"], set(who["groups"]) - {GID}), (UID, GID, "", {OTHER_GID}))
        self.assertEqual(self.stack.ask("GET", "/v1/whoami", peer=Peer(self.daemon_user.pw_uid, GID)).json()["user"], "daemon")

    def test_another_uid_is_refused_when_it_asks_with_curl(self):
        done = run(as_peer(STRANGER, ["curl", "--silent", "--write-out", "%{http_code}", "--output", "/dev/null", "--unix-socket", str(self.stack.socket),
                                      "--request", "POST", "http://localhost/v1/keys/mine/tokens"]))
        self.assertEqual((done.returncode, done.stdout), (0, "403"), done.stderr)

    def test_health_and_jwks_show_a_stranger_nothing_of_others_keys(self):
        self.assertEqual(self.stack.ask("GET", "/v1/health", peer=Peer(OTHER_UID, OTHER_GID)).json()["tokens"], {})
        self.assertEqual(self.stack.ask("GET", "/v1/jwks", peer=Peer(OTHER_UID, OTHER_GID)).json()["keys"], [])

    def test_the_overflow_uid_is_nobody_in_particular_and_is_told_why_it_gets_nothing(self):
        overflow = int(pathlib.Path("/proc/sys/kernel/overflowuid").read_text())
        nobody = Peer(overflow, overflow)
        for method, path, body in [("GET", "/v1/whoami", None), ("POST", "/v1/keys/mine/tokens", {}), ("GET", "/nowhere", None)] * 5:
            answer = self.stack.ask(method, path, body, peer=nobody)
            self.assertEqual((answer.status, answer.code), (403, "not_permitted"))
            self.assertIn("overflow uid", answer.json()["detail"])
        self.assertIn(f"the peer has the overflow uid {overflow}", self.stack.daemon.stderr())

    def test_the_overflow_uids_answer_reaches_a_client_that_sends_in_pieces_and_ends_the_connection(self):
        overflow = int(pathlib.Path("/proc/sys/kernel/overflowuid").read_text())
        with connect(str(self.stack.socket), Peer(overflow, overflow)) as connection:
            connection.sendall(b"POST /v1/keys/mine/tokens HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{")
            connection.sendall(b"}GET /v1/whoami HTTP/1.1\r\nHost: x\r\n\r\n")
            with connection.makefile("rb") as answers:
                octets = answers.read()
        self.assertEqual(octets.count(b"HTTP/1.1 403 "), 1)
        self.assertIn(b"\r\nConnection: close\r\n", octets)
        with connect(str(self.stack.socket), Peer(overflow, overflow)) as connection:
            connection.sendall(b"HEAD /v1/whoami HTTP/1.1\r\nHost: x\r\n\r\n")
            with connection.makefile("rb") as answers:
                self.assertTrue(answers.read().endswith(b"\r\n\r\n"))

    def test_curl_as_the_overflow_uid_shows_the_sentence(self):
        overflow = int(pathlib.Path("/proc/sys/kernel/overflowuid").read_text())
        for call in [["http://x/v1/whoami"], ["--data", "{}", "http://x/v1/keys/mine/tokens"]] * 10:
            done = run(as_peer(Peer(overflow, overflow), ["curl", "--silent", "--show-error", "--unix-socket", str(self.stack.socket), *call]))
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("overflow uid", json.loads(done.stdout)["detail"])

    def test_the_log_says_which_word_of_which_line_did_not_hold_and_the_answer_does_not(self):
        other_uid = OTHER_UID + 1  # the log of OTHER_UID's refusals may be full by now
        answer = self.stack.jwt(key="either", peer=Peer(other_uid, OTHER_GID))
        self.assertEqual((answer.status, answer.code), (403, "not_permitted"))
        line = next(line for line in self.stack.daemon.stderr().splitlines() if answer.json()["request_id"] in line)
        self.assertIn(f'key either is not for this caller: allow line 1 "uid:{UID}": uid is {other_uid}; '
                      f'allow line 2 "gid:{GID}": not in every group', line)
        for secret in (UID, GID, "either", "allow line"):
            self.assertNotIn(str(secret), answer.body.decode())


class Refusals(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = cls.enterClassContext(Stack(keys={"apple": {}, "broken": {"profile": "no-such-profile", "allow": "uid:1"}}))

    def refusal(self, name: str, peer: Peer | None, method: str = "POST", suffix: str = "/tokens"):
        answer = self.stack.ask(method, f"/v1/keys/{name}{suffix}", peer=peer)
        body = answer.json()
        request_id = body["request_id"]
        self.assertTrue(request_id)
        headers = sorted((name, value) for name, value in answer.headers.items() if name.lower() != "date")
        self.assertEqual(int(answer.headers["Content-Length"]), len(answer.body))
        headers = [(name, value.replace(request_id, "*")) for name, value in headers if name != "Content-Length"]
        return answer.status, headers, answer.body.replace(request_id.encode(), b"*")

    def test_unknown_misnamed_and_forbidden_keys_answer_the_same_octets(self):
        forbidden = self.refusal("apple", STRANGER)
        self.assertEqual(forbidden[0], 403)
        names = ["unknown", "UPPER", "a" * 64, "a" * 65, "a" * 2000, "%61pple", "apple.conf", "..", ".", "%2e%2e", "a%20b", "a%00b", "~", "%ff", "broken"]
        for name in names:
            with self.subTest(name=name):
                self.assertEqual(self.refusal(name, STRANGER), forbidden)
        for name in ("unknown", "UPPER", "a" * 65, "..", "a%00b"):
            with self.subTest(name=name, peer="own uid"):
                self.assertEqual(self.refusal(name, None), forbidden)

    def test_looking_at_a_key_is_refused_the_same_way(self):
        forbidden = self.refusal("apple", STRANGER, "GET", "")
        self.assertEqual(forbidden[0], 403)
        for name in ("unknown", "UPPER", "a" * 65, "broken"):
            with self.subTest(name=name):
                self.assertEqual(self.refusal(name, STRANGER, "GET", ""), forbidden)

    def test_a_wrong_claim_does_not_tell_a_stranger_that_the_key_exists(self):
        bodies = [{"lifetime": 9999}, {"claims": {"iss": "x"}}, {"scope": []}]
        for body in bodies:
            with self.subTest(body=body):
                self.assertEqual(self.stack.jwt(body, "apple", peer=STRANGER).status, self.stack.jwt(body, "unknown", peer=STRANGER).status)
                self.assertEqual(self.stack.jwt(body, "apple", peer=STRANGER).code, "not_permitted")


class Outsiders(unittest.TestCase):
    """The file mode and group of the socket decide who connects at all."""

    @classmethod
    def setUpClass(cls):
        # An ordinary user can give a socket only to a group of its own.
        cls.group = GID if os.geteuid() == 0 else os.getgid()
        name = {"socket-mode": "0660"}
        cls.stack = cls.enterClassContext(Stack(daemon=name, keys={"apple": {"allow": [f"uid:{os.getuid()}", f"gid:{cls.group}"]}}))
        os.chown(cls.stack.socket, -1, cls.group)

    def test_an_outsider_cannot_connect(self):
        with self.assertRaises(PermissionError):
            self.stack.connection(STRANGER).connect()

    def test_a_member_of_the_sockets_group_can(self):
        self.assertEqual(self.stack.jwt(peer=Peer(OTHER_UID, OTHER_GID, (self.group,))).status, 200)

    def test_nobody_else_reaches_the_admin_socket_or_the_token_link(self):
        member = Peer(OTHER_UID, OTHER_GID, (self.group,))
        for path, peer in ((self.stack.admin_socket, STRANGER), (self.stack.token_socket, STRANGER), (self.stack.token_socket, member)):
            with self.subTest(path=path.name, peer=peer), self.assertRaises(PermissionError):
                unix_http.ask(path, "GET", "/v1/status", peer=peer)

    def test_who_reaches_the_admin_socket_and_is_no_officer_is_refused(self):
        self.stack.admin_socket.chmod(0o666)
        for method, target in (("GET", "/v1/status"), ("POST", "/v1/reload"), ("POST", "/v1/keys/apple/disable")):
            answer = unix_http.ask(self.stack.admin_socket, method, target, b'{"reason":"x"}', peer=STRANGER)
            assert_problem(self, answer, 403, "not_permitted")
        self.assertEqual(self.stack.jwt().status, 200)

    def test_the_modes_are_those_configured(self):
        self.assertEqual(stat.S_IMODE(self.stack.socket.stat().st_mode), 0o660)
        self.assertEqual(stat.S_IMODE(self.stack.token_socket.stat().st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(self.stack.admin_socket.stat().st_mode) & 0o007, 0)


class Namespace(unittest.TestCase):
    def test_a_daemon_in_a_mapped_user_namespace_does_not_start_and_says_why(self):
        with Stack(start=False) as stack:
            done = run(as_root(["unshare", "--user", "--map-root-user", program_path("signetd"), "--config", str(stack.daemon_conf)]))
            self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
            self.assertIn("runs in a user namespace and cannot tell callers apart; start it without PrivateUsers=", done.stderr)
            self.assertFalse(stack.socket.exists())


class TokenLink(unittest.TestCase):
    def test_the_link_admits_the_configured_user_alone_even_where_the_socket_lets_others_in(self):
        with Stack(token={"socket-mode": "0666"}, activation=HELD) as stack:
            connection = stack.connection(STRANGER)
            connection.path = str(stack.token_socket)
            connection.connect()
            try:
                connection.sock.sendall(b"\0\0\0\4\x08\x01\x12\0")  # a Hello of version 0
                self.assertEqual(connection.sock.recv(4096), b"", "the link answered a stranger")
            except ConnectionError:
                pass  # closed before it could be asked
            finally:
                connection.close()
            self.assertEqual(stack.jwt({"fresh": True}).status, 200)

    def test_garbage_on_the_link_closes_that_connection_only(self):
        with Stack() as stack:
            for octets in (b"\xff" * 64, b"\0\0\0\0", b"GET / HTTP/1.1\r\n\r\n", b"\0\0\0\5abcde", b"\0\1\0\0" + b"x" * 70_000):
                with self.subTest(octets=octets[:8]):
                    connection = stack.connection()
                    connection.path = str(stack.token_socket)
                    connection.connect()
                    try:
                        connection.sock.sendall(octets)
                        while connection.sock.recv(4096):
                            pass
                    except ConnectionError:
                        pass
                    connection.close()
                    self.assertEqual(stack.jwt({"fresh": True}).status, 200)


if __name__ == "__main__":
    unittest.main()
