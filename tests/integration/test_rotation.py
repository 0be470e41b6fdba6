"""One private key takes the place of another: published before it signs, switched by an officer or at a stated time without one refusal, and the
former one published until nothing that it signed can be alive."""

import json
import os
import time
import unittest

from tests.support.apple_key import AppleKey
from tests.support.load import Load
from tests.support.peer import Peer
from tests.support.problem import assert_problem
from tests.support.process import eventually, program_path, run
from tests.support.rotation import add_key, jwks, kids, next_line, reload, rotation_of, utc, verify, wait_published
from tests.support.stack import Stack

PROMOTE = "/v1/keys/apple/promote"


class Clients(Load):
    """A load that keeps every answer."""

    def __init__(self, stack: Stack, count: int = 4):
        self.answers: list = []
        super().__init__(stack, count)

    def _note(self, outcome, answer=None):
        if answer is not None:
            self.answers.append(answer)
        super()._note(outcome, answer)

    def signed_by(self, key: AppleKey) -> int:
        return sum(answer.status == 200 and answer.json()["kid"] == key.key_id for answer in list(self.answers))

    def wait_signed_by(self, key: AppleKey, count: int = 20):
        eventually(lambda: self.signed_by(key) >= count or self.unexpected, f"{count} tokens of {key.label}")


class Rotation(unittest.TestCase):
    def setUp(self):
        self.stack = self.enterContext(Stack(keys={"apple": {"publish": "yes"}}))
        self.second = add_key(self.stack)

    def name_next(self, **options):
        self.stack.write_key("apple", {"publish": "yes", "next": next_line(self.second), **options})
        reload(self.stack)

    def promote(self) -> dict:
        answer = self.stack.admin("POST", PROMOTE)
        self.assertEqual(answer.status, 200, answer)
        return answer.json()

    def kid(self) -> str:
        return self.stack.jwt().json()["kid"]

    def promoted(self) -> int:
        """How many lines of the audit log say so."""
        return sum(record["outcome"] == "promoted" for record in self.stack.audit())


class ByAnOfficer(Rotation):
    def test_no_request_is_refused_and_every_token_verifies_with_the_keys_published_before_the_switch(self):
        self.name_next()
        before = wait_published(self.stack, self.second)
        with Clients(self.stack) as clients:
            clients.wait_signed_by(self.stack.key)
            self.assertEqual(clients.signed_by(self.second), 0, "signed before the switch")
            self.promote()
            clients.wait_signed_by(self.second)
        self.assertEqual(clients.unexpected, [])
        for answer in clients.answers:
            verify(answer.json()["token"], before)
        self.assertEqual(kids(before), [self.stack.key.key_id, self.second.key_id])

    def test_after_the_switch_nobody_gets_a_token_of_the_former_key_and_it_stays_published(self):
        former = self.stack.jwt().json()
        self.name_next()
        wait_published(self.stack, self.second)
        self.assertEqual(self.stack.jwt().json()["token"], former["token"])
        told = self.promote()
        self.assertEqual((told["key"], told["kid"]), ("apple", self.second.key_id))
        self.assertGreaterEqual(told["former_published_until"], former["expires_at"])
        now = self.stack.jwt().json()
        self.assertEqual((now["kid"], now["cached"]), (self.second.key_id, False))
        after = jwks(self.stack)
        verify(former["token"], after)
        verify(now["token"], after)
        self.assertEqual(self.stack.ask("GET", "/v1/keys/apple").json()["kid"], self.second.key_id)

    def test_the_switch_is_recorded_and_outlasts_a_restart(self):
        self.name_next()
        wait_published(self.stack, self.second)
        self.promote()
        (record,) = (record for record in self.stack.audit() if record["outcome"] == "promoted")
        self.assertEqual((record["key"], record["kid"], record["uid"]), ("apple", self.second.key_id, 0))
        self.stack.daemon.kill()
        self.stack.daemon.start()
        self.stack.wait_ready()
        self.assertEqual(self.kid(), self.second.key_id)
        self.assertEqual(sorted(kids(jwks(self.stack))), sorted([self.stack.key.key_id, self.second.key_id]))

    def test_the_key_file_may_be_brought_up_to_date_at_any_time(self):
        self.name_next()
        wait_published(self.stack, self.second)
        self.promote()
        before = self.stack.jwt().json()
        self.stack.write_key("apple", {"publish": "yes", "object": f"pkcs11:object={self.second.label}", "key-id": self.second.key_id, "public-key": self.second.pin})
        reload(self.stack)
        self.assertEqual(self.stack.jwt().json()["token"], before["token"], "the cached token")
        self.assertIn(self.stack.key.key_id, kids(jwks(self.stack)), "its tokens still live")

    def test_first_uses_are_pinned_object_by_object(self):
        self.stack.write_key("apple", {"publish": "yes", "public-key": None})
        reload(self.stack)
        eventually(lambda: self.stack.jwt().status == 200, "the first use is recorded")
        self.assertEqual(self.kid(), self.stack.key.key_id)
        self.stack.write_key("apple", {"publish": "yes", "public-key": None, "next": f"pkcs11:object={self.second.label} key-id={self.second.key_id}"})
        reload(self.stack)
        wait_published(self.stack, self.second)
        self.promote()
        self.assertEqual(self.kid(), self.second.key_id)
        self.stack.write_key("apple", {"publish": "yes", "object": f"pkcs11:object={self.second.label}", "key-id": self.second.key_id, "public-key": None,
                                       "next": f"pkcs11:object={self.stack.key.label} key-id={self.stack.key.key_id}"})
        reload(self.stack)
        self.assertEqual(self.kid(), self.second.key_id)
        eventually(lambda: rotation_of(self.stack)["next"]["usable"], "the former key can be used again")
        self.promote()
        self.assertEqual(self.kid(), self.stack.key.key_id, "back again")
        pins = {path.read_text().strip() for path in (self.stack.root / "state/daemon/pins").iterdir()}
        self.assertEqual(pins, {self.stack.key.pin, self.second.pin})

    def test_another_key_in_the_place_of_the_pinned_next_one_is_not_promoted(self):
        other = AppleKey(self.stack.root)
        self.name_next(next=f"pkcs11:object={self.second.label} key-id={self.second.key_id} public-key={other.pin}")
        eventually(lambda: "not the one" in rotation_of(self.stack)["next"]["message"], "the wrong key is noticed")
        assert_problem(self, self.stack.admin("POST", PROMOTE), 503, "token_unavailable")
        self.assertEqual(self.kid(), self.stack.key.key_id)
        self.assertEqual(kids(jwks(self.stack)), [self.stack.key.key_id])

    def test_promotions_that_cannot_be_are_refused_with_a_sentence(self):
        assert_problem(self, self.stack.admin("POST", PROMOTE), 400, "invalid_request")
        assert_problem(self, self.stack.admin("POST", "/v1/keys/nobodys/promote"), 404, "not_found")
        assert_problem(self, self.stack.ask("POST", PROMOTE), 404, "not_found")
        self.name_next(next=f"pkcs11:object=missing key-id={self.second.key_id}")
        answer = eventually(lambda: "cannot be used" in self.stack.admin("POST", PROMOTE).json()["detail"] and self.stack.admin("POST", PROMOTE), "the token has spoken")
        assert_problem(self, answer, 503, "token_unavailable")
        self.name_next()
        wait_published(self.stack, self.second)
        self.promote()
        assert_problem(self, self.stack.admin("POST", PROMOTE), 400, "invalid_request")
        self.assertEqual(self.kid(), self.second.key_id)

    def test_nothing_is_switched_that_cannot_be_recorded(self):
        self.name_next()
        wait_published(self.stack, self.second)
        rotation = self.stack.root / "state/daemon/rotation"
        rotation.rmdir()
        rotation.write_text("a file where the directory should be")
        answer = self.stack.admin("POST", PROMOTE)
        self.assertEqual(answer.status, 500, answer)
        self.assertNotIn(str(self.stack.root), answer.body.decode())
        self.assertEqual(self.kid(), self.stack.key.key_id)
        self.assertEqual(self.promoted(), 0, "told of a switch that was none")
        rotation.unlink()
        rotation.mkdir()
        self.promote()
        self.assertEqual(self.kid(), self.second.key_id)

    def test_status_tells_who_still_holds_tokens_of_the_former_key(self):
        former = self.stack.jwt({"lifetime": 900}).json()
        self.stack.jwt({"lifetime": 300})
        self.name_next()
        wait_published(self.stack, self.second)
        self.assertEqual(rotation_of(self.stack)["next"]["kid"], self.second.key_id)
        self.promote()
        self.stack.jwt()
        told = rotation_of(self.stack)
        self.assertEqual((told["signs"]["kid"], told["next"]), (self.second.key_id, None))
        (retiring,) = told["retiring"]
        self.assertEqual(retiring["kid"], self.stack.key.key_id)
        self.assertTrue(self.stack.admin("GET", "/v1/status").json()["started_at"] <= told["holders_since"] <= time.time())
        (holder,) = retiring["holders"]
        self.assertEqual((holder["uid"], holder["count"], holder["last_expiry"]), (os.getuid(), 2, former["expires_at"]))


class ByAnEdit(Rotation):
    """Without a promotion: the file alone makes another object sign."""

    def roll_back(self) -> dict:
        """Promotes the second key, takes its line away, and gives a token that it signed meanwhile."""
        self.name_next()
        wait_published(self.stack, self.second)
        self.promote()
        signed = self.stack.jwt({"lifetime": 900}).json()
        self.assertEqual(signed["kid"], self.second.key_id)
        self.name_next(next=None)
        return signed

    def test_taking_next_away_after_the_switch_leaves_the_key_published_that_signed(self):
        signed = self.roll_back()
        self.assertEqual(self.kid(), self.stack.key.key_id)
        verify(signed["token"], jwks(self.stack))
        (retiring,) = rotation_of(self.stack)["retiring"]
        self.assertEqual(retiring["kid"], self.second.key_id)
        self.assertGreaterEqual(retiring["until"], signed["expires_at"])
        self.assertIn("without a promotion", self.stack.daemon.stderr())
        self.stack.daemon.kill()
        self.stack.daemon.start()
        self.stack.wait_ready()
        verify(signed["token"], jwks(self.stack))

    def test_a_key_that_is_next_anew_waits_for_its_time(self):
        self.roll_back()
        self.name_next(next=next_line(self.second, after=86400))
        wait_published(self.stack, self.second)
        self.assertEqual(self.kid(), self.stack.key.key_id)
        self.assertEqual(rotation_of(self.stack)["next"]["kid"], self.second.key_id)
        self.promote()
        self.assertEqual(self.kid(), self.second.key_id)

    def test_an_edit_while_the_daemon_is_down_is_seen_at_its_start(self):
        self.name_next()
        wait_published(self.stack, self.second)
        self.promote()
        signed = self.stack.jwt({"lifetime": 900}).json()
        self.stack.daemon.stop()
        self.stack.write_key("apple", {"publish": "yes"})
        self.stack.daemon.start()
        self.stack.wait_ready()
        self.assertEqual(self.kid(), self.stack.key.key_id)
        verify(signed["token"], jwks(self.stack))

    def test_a_published_object_that_is_replaced_in_the_file_stays_published(self):
        signed = self.stack.jwt({"lifetime": 900}).json()
        self.stack.write_key("apple", {"publish": "yes", "object": f"pkcs11:object={self.second.label}", "key-id": self.second.key_id, "public-key": self.second.pin})
        reload(self.stack)
        wait_published(self.stack, self.second)
        self.assertEqual(self.kid(), self.second.key_id)
        verify(signed["token"], jwks(self.stack))

    def test_the_object_under_another_uri_is_not_its_own_successor(self):
        same = f"pkcs11:object={self.stack.key.label};type=private key-id={self.second.key_id}"
        self.stack.write_key("apple", {"publish": "yes", "next": same})
        answer = self.stack.admin("POST", "/v1/reload")
        self.assertEqual(answer.status, 400, answer)
        self.assertIn("names an object that another line", answer.body.decode())
        self.name_next(next=f"pkcs11:id={self.stack.key.key_id} key-id={self.second.key_id}")
        eventually(lambda: rotation_of(self.stack)["next"]["usable"], "the token has spoken")
        assert_problem(self, self.stack.admin("POST", PROMOTE), 400, "invalid_request")
        self.assertEqual(self.kid(), self.stack.key.key_id)


class AtAStatedTime(Rotation):
    def test_the_next_key_signs_from_then_on_and_not_before(self):
        at = int(time.time()) + 3
        self.name_next(next=f"{next_line(self.second)} from={utc(at)}")
        before = wait_published(self.stack, self.second)
        with Clients(self.stack, 2) as clients:
            clients.wait_signed_by(self.second)
        self.assertEqual(clients.unexpected, [])
        for answer in clients.answers:
            claims = verify(answer.json()["token"], before)
            if answer.json()["kid"] == self.second.key_id:
                self.assertGreaterEqual(claims["iat"] + 60, at, "signed before the stated time")
        (record,) = (record for record in self.stack.audit() if record["outcome"] == "promoted")
        self.assertEqual((record.get("uid"), record.get("request_id")), (None, None), "nobody asked")

    def test_it_waits_for_the_next_key_to_be_there(self):
        third = AppleKey(self.stack.root)
        self.name_next(next=next_line(third, after=-60))
        warning = "the time of its next object has come"
        eventually(lambda: warning in self.stack.daemon.stderr(), "the log says why", within=20)
        self.assertEqual(self.kid(), self.stack.key.key_id)
        self.assertFalse(rotation_of(self.stack)["next"]["usable"])
        self.stack.hsm.import_by_tool(third)
        reload(self.stack)
        eventually(lambda: self.kid() == third.key_id, "the next key signs", within=20)

    def test_while_the_switch_cannot_be_kept_nothing_says_that_it_was_made(self):
        rotation = self.stack.root / "state/daemon/rotation"
        rotation.rmdir()
        rotation.write_text("a file where the directory should be")
        self.name_next(next=next_line(self.second, after=-60))
        eventually(lambda: "the time of its next object has come: the daemon's state cannot be written" in self.stack.daemon.stderr(), "the log says why", within=20)
        self.assertEqual((self.promoted(), self.kid()), (0, self.stack.key.key_id))
        rotation.unlink()
        rotation.mkdir()
        reload(self.stack)
        eventually(lambda: self.kid() == self.second.key_id, "the next key signs", within=20)
        self.assertEqual(self.promoted(), 1)

    def test_a_time_that_passed_while_the_daemon_was_down_is_made_up_for(self):
        self.name_next(next=next_line(self.second, after=3600))
        wait_published(self.stack, self.second)
        self.assertEqual(self.kid(), self.stack.key.key_id)
        self.stack.daemon.stop()
        self.stack.write_key("apple", {"publish": "yes", "next": next_line(self.second, after=-5)})
        self.stack.daemon.start()
        self.stack.wait_ready()
        eventually(lambda: self.kid() == self.second.key_id, "the next key signs", within=20)


class Retiring(Rotation):
    def test_a_retiring_key_is_published_until_the_stated_time(self):
        self.stack.write_key("apple", {"publish": "yes", "retiring": f"pkcs11:object={self.second.label} key-id={self.second.key_id} until={utc(time.time() + 4)}"})
        reload(self.stack)
        wait_published(self.stack, self.second)
        self.assertEqual(self.kid(), self.stack.key.key_id)
        eventually(lambda: kids(jwks(self.stack)) == [self.stack.key.key_id], "it drops out")

    def test_several_public_keys_with_one_kid_are_told_of(self):
        self.assertEqual(self.stack.admin("GET", "/v1/status").json()["problems"], [])
        self.stack.write_key("other", {"publish": "yes", "object": f"pkcs11:object={self.second.label}", "public-key": self.second.pin})
        reload(self.stack)
        eventually(lambda: kids(jwks(self.stack)) == [self.stack.key.key_id] * 2, "both are published")
        (problem,) = eventually(lambda: self.stack.admin("GET", "/v1/status").json()["problems"], "status tells")
        self.assertIn(f"several published keys have the kid {self.stack.key.key_id}", problem)
        self.assertIn(problem, self.stack.daemon.stderr())
        self.stack.write_key("other", {"publish": "yes", "object": f"pkcs11:object={self.second.label}", "public-key": self.second.pin, "key-id": self.second.key_id})
        reload(self.stack)
        eventually(lambda: self.stack.admin("GET", "/v1/status").json()["problems"] == [], "it is mended")

    def test_the_former_key_drops_out_when_the_record_of_the_switch_says_so(self):
        self.name_next()
        wait_published(self.stack, self.second)
        self.promote()
        self.stack.daemon.stop()
        record = self.stack.root / "state/daemon/rotation/apple"
        switches = json.loads(record.read_text())
        switches["switches"][-1]["until"] = int(time.time()) + 5
        record.write_text(json.dumps(switches))
        self.stack.daemon.start()
        self.stack.wait_ready()
        eventually(lambda: kids(jwks(self.stack)) == [self.second.key_id], "it drops out", within=20)
        self.assertEqual(self.kid(), self.second.key_id)

    def test_a_damaged_record_takes_its_key_out_of_use_instead_of_signing_with_the_wrong_one(self):
        self.stack.write_key("other")
        self.name_next()
        wait_published(self.stack, self.second)
        self.promote()
        self.stack.daemon.stop()
        record = self.stack.root / "state/daemon/rotation/apple"
        record.write_text(record.read_text()[:-9])
        self.stack.daemon.start()
        eventually(lambda: self.stack.health().get("status") is not None and self.stack.jwt(key="other").status == 200, "the other key serves")
        answer = self.stack.jwt()
        assert_problem(self, answer, 503, "token_unavailable")
        self.assertNotIn(str(self.stack.root), answer.body.decode())
        (problem,) = self.stack.admin("GET", "/v1/status").json()["problems"]
        self.assertIn(f"{record}: is damaged", problem)
        self.assertIn("remove this record", problem)
        record.unlink()
        reload(self.stack)
        self.stack.wait_ready()
        self.assertEqual(self.kid(), self.stack.key.key_id)


class ByTheCommandLine(Rotation):
    def promote_by(self, *words, code: int = 0):
        done = run([program_path("signet-admin"), "key", "promote", *words, "--socket", self.stack.admin_socket])
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def test_it_says_what_signs_from_now_on(self):
        self.name_next()
        wait_published(self.stack, self.second)
        done = self.promote_by("apple")
        self.assertIn(f"{self.second.label} (kid {self.second.key_id}) signs from now on", done.stdout)
        self.assertEqual(done.stderr, "")
        self.assertEqual(self.kid(), self.second.key_id)

    def test_a_script_gets_the_daemon_s_answer(self):
        self.name_next()
        wait_published(self.stack, self.second)
        self.assertEqual(json.loads(self.promote_by("apple", "--json").stdout)["kid"], self.second.key_id)

    def test_refusals_end_with_one_sentence_and_a_code(self):
        for words, code, sentence in ((("apple",), 1, "names no next object"), (("nobodys",), 1, "No key file has this name"), (("../etc",), 2, "wants one key"),
                                      ((), 2, "wants one key"), (("apple", "store"), 2, "wants one key"), (("apple", "--config", "x"), 2, "leave --config out")):
            with self.subTest(words=words):
                done = self.promote_by(*words, code=code)
                self.assertIn(sentence, done.stderr)
                self.assertEqual((done.stdout, done.stderr.count("\n")), ("", 1))
        self.name_next(next=f"pkcs11:object=missing key-id={self.second.key_id}")
        self.assertTrue(self.promote_by("apple", code=4).stderr)
        self.stack.daemon.stop()
        self.assertIn("admin.sock", self.promote_by("apple", code=4).stderr)
        self.stack.daemon.start()
        self.stack.wait_ready()


class ByThePolicyTool(Rotation):
    def policy(self, command: str, *words):
        done = run([program_path("signet-admin"), "policy", command, *words])
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(done.stderr, "")
        return done.stdout

    def tested_kid(self) -> str:
        return json.loads(self.policy("test", "apple", "--config", self.stack.daemon_conf, "--as", f"uid={os.getuid()}", "--json"))["header"]["kid"]

    def test_policy_test_knows_which_object_signs(self):
        self.name_next()
        wait_published(self.stack, self.second)
        self.assertEqual(self.tested_kid(), self.stack.key.key_id)
        self.promote()
        self.assertEqual((self.tested_kid(), self.kid()), (self.second.key_id, self.second.key_id))
        record = self.stack.root / "state/daemon/rotation/apple"
        record.write_text("{")
        done = run([program_path("signet-admin"), "policy", "test", "apple", "--config", self.stack.daemon_conf, "--as", f"uid={os.getuid()}"])
        self.assertEqual(done.returncode, 4, done.stdout)
        self.assertIn("503 token_unavailable", done.stdout)

    def test_policy_check_says_what_follows_and_what_retires(self):
        third = add_key(self.stack)
        self.name_next(next=next_line(self.second, after=86400), retiring=f"pkcs11:object={third.label} key-id={third.key_id}")
        shown = self.policy("check", self.stack.daemon_conf)
        for words in (f"pkcs11:object={self.second.label} (token build), key id {self.second.key_id}; signs from 20", "on, or once promoted",
                      f"pkcs11:object={third.label} (token build), key id {third.key_id}; signs no more, published as long as its line stands",
                      "yes: GET /v1/jwks has the public keys of all these objects"):
            self.assertIn(words, shown)
        (key,) = json.loads(self.policy("check", self.stack.daemon_conf, "--json"))["keys"]
        self.assertEqual((key["object"], key["publish"]), (f"pkcs11:object={self.stack.key.label}", True))
        self.assertEqual((key["next"]["object"], key["next"]["kid"]), (f"pkcs11:object={self.second.label}", self.second.key_id))
        self.assertGreater(key["next"]["from"], time.time())
        self.assertEqual([(each["kid"], each["until"]) for each in key["retiring"]], [(third.key_id, None)])
        self.name_next()
        self.assertIn("signs after signet-admin key promote apple", self.policy("check", self.stack.daemon_conf))


class WhoMay(unittest.TestCase):
    def test_only_an_officer_promotes(self):
        with Stack() as stack:
            stack.admin_socket.chmod(0o666)
            nobody = Peer(54321, 54321)
            connection = type(stack.connection())(stack.admin_socket, nobody)
            assert_problem(self, connection.ask("POST", PROMOTE), 403, "not_permitted")
            connection.close()


if __name__ == "__main__":
    unittest.main()
