"""What a key file rules of requests, by the running daemon and by `signet-admin policy`, which has to say the same."""

import base64
import json
import os
import unittest

from tests.interop.profile_rows import ROWS, profiles_without_row
from tests.support.peer import Peer
from tests.support.process import eventually, program_path, run
from tests.support.problem import assert_problem
from tests.support.stack import SOURCE, Stack

PROFILE = {
    "language": 1, "title": "Reports", "source": "https://reports.example/tokens", "algorithms": ["ES256"],
    "claims": {"iss": "signet", "region": "eu"},
    "caller-claims": {"sub": {"type": "text"}, "roles": {"type": "texts"}, "count": {"type": "integer", "min": 1, "max": 9}},
    "scope": {"shape": "words", "entries": "text"}, "lifetime": {"default": 300, "cap": 600}}
# key-id, issuer and role belong to Apple's profiles.
ONE_SCOPE = {"language": 1, "title": "One scope", "source": "https://maps.example/tokens", "algorithms": ["ES256"], "claims": {"iss": "maps"},
             "scope": {"shape": "text", "entries": "text", "one-of": ["server_api"]}, "lifetime": {"default": 300, "cap": 600}}
REPORTS = {"profile": "reports", "key-id": None, "issuer": None, "role": None}
RULES = {"caller-claims": "sub, roles", "claim count": "3", "claim-allow sub": ["ci-*", "release"], "claim-allow roles": "read*",
         "scope-allow": "reports.*", "max-lifetime": "2min"}
SECRET = "hush-4711"
GOOD = {"claims": {"sub": "ci-7"}, "scope": "reports.read"}
# Of key `ruled`: what is asked, the answer's code, the rule.
REFUSED = [
    ({"claims": {"sub": SECRET}, "scope": "reports.read"}, "claims_rejected", "claim-allow sub", "claims.sub"),
    ({"claims": {"roles": ["read", SECRET]}, "scope": "reports.read"}, "claims_rejected", "claim-allow roles", "claims.roles[1]"),
    ({"claims": {"count": 3}, "scope": "reports.read"}, "claims_rejected", "claim count", "claims.count"),
    ({"claims": {"region": SECRET}, "scope": "reports.read"}, "claims_rejected", "profile reports", "claims.region"),
    ({"claims": {"sub": "ci-7"}, "scope": "reports.read " + SECRET}, "claims_rejected", "scope-allow", "scope[1]"),
    ({"claims": {"sub": "ci-7"}}, "claims_rejected", "scope-allow", "scope is missing"),
    ({**GOOD, "lifetime": 121}, "lifetime_rejected", "max-lifetime 120s", "121 s"),
    ({**GOOD, "lifetime": 10000}, "lifetime_rejected", "max-lifetime 120s", "120 s"),
]
# Of key `narrow`, whose file lets one claim through.
NARROW_REFUSED = [({"claims": {"count": 3}, "scope": "a"}, "claims_rejected", "caller-claims", "claims.count"),
                  ({"claims": {"sub": "x"}}, "claims_rejected", "require-scope", "scope is missing")]


def payload(jwt: str) -> dict:
    part = jwt.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def option_words(body: dict) -> list:
    words = [f"--claim={name}={json.dumps(value)}" for name, value in body.get("claims", {}).items()]
    scope = body.get("scope", [])
    words += [f"--scope={each}" for each in (scope if isinstance(scope, list) else scope.split())]
    if "lifetime" in body:
        words.append(f"--lifetime={body['lifetime']}s")
    return words


class Policy(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = Stack(keys={"apple": {}}, start=False)
        profiles = cls.stack.root / "profiles"
        profiles.mkdir()
        (profiles / "reports.json").write_text(json.dumps(PROFILE))
        (profiles / "one-scope.json").write_text(json.dumps(ONE_SCOPE))
        for name in ("apple-enterprise", "app-store-connect"):
            (profiles / f"{name}.json").symlink_to(SOURCE / f"daemon/profiles/{name}.json")
        cls.stack.daemon_options["profiles-dir"] = profiles
        cls.stack.write_daemon_conf()
        cls.stack.write_key("ruled", {**REPORTS, **RULES})
        cls.stack.write_key("narrow", {**REPORTS, "caller-claims": "sub", "require-scope": "yes"})
        cls.stack.write_key("watched", {**REPORTS, **RULES, "mode": "audit"})
        cls.stack.write_key("half", {**REPORTS, **RULES, "mode": "audit claim-allow sub"})
        cls.stack.write_key("fixed", {**REPORTS, "claim sub": '"123"', "claim scope": "reports.read"})
        cls.stack.write_key("admin", {"role": "admin"})
        cls.stack.write_key("maps", {**REPORTS, "profile": "one-scope"})
        cls.stack.write_key("nobodys", {"allow": None})
        cls.enterClassContext(cls.stack)
        cls.stack.start()

    def admin_tool(self, *words, code: int = 0):
        done = run([program_path("signet-admin"), *words])
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def policy_test(self, key: str, *words, caller: str | None = None, code: int = 0):
        return self.admin_tool("policy", "test", key, "--config", self.stack.daemon_conf, "--as", caller or f"uid={os.getuid()}", *words, code=code)

    def test_good_requests_hold_forced_claims(self):
        claims = payload(self.stack.jwt(GOOD, key="ruled").json()["token"])
        self.assertEqual({name: claims[name] for name in ("iss", "region", "sub", "count", "scope")},
                         {"iss": "signet", "region": "eu", "sub": "ci-7", "count": 3, "scope": "reports.read"})
        self.assertEqual(claims["exp"] - claims["iat"], 120)
        claims = payload(self.stack.jwt(key="fixed").json()["token"])
        self.assertEqual((claims["sub"], claims["scope"]), ("123", "reports.read"))

    def test_a_broken_rule_is_named_and_the_value_is_not(self):
        for key, cases in (("ruled", REFUSED), ("narrow", NARROW_REFUSED)):
            for body, code, rule, place in cases:
                with self.subTest(key=key, body=body):
                    answer = self.stack.jwt(body, key=key)
                    document = assert_problem(self, answer, 422, code)
                    self.assertIn(place, document["detail"])
                    if not rule.startswith("profile"):
                        self.assertIn(rule.split()[0], document["detail"])
                    self.assertNotIn(SECRET, document["detail"])
        self.assertNotIn(SECRET, self.stack.daemon.stderr())
        self.assertNotIn(SECRET, self.stack.audit_log.read_text())

    def test_a_forced_scope_is_nobodys_to_give(self):
        for body in ({"scope": "reports.read"}, {"claims": {"scope": "reports.read"}}, {"claims": {"sub": "123"}}):
            with self.subTest(body=body):
                assert_problem(self, self.stack.jwt(body, key="fixed"), 422, "claims_rejected")

    def test_both_tools_can_ask_for_a_scope_of_one_text(self):
        shown = self.stack.cli("token", "maps", "--scope", "server_api")
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertEqual(payload(shown.stdout.strip())["scope"], "server_api")
        told = json.loads(self.policy_test("maps", "--scope", "server_api", "--json").stdout)
        self.assertEqual(told["claims"]["scope"], "server_api")
        refused = self.stack.cli("token", "maps", "--scope", "server_api", "--scope", "server_api")
        self.assertIn("scope must be one text for this key; give a single entry.", refused.stderr)
        self.assertIn("give a single entry", self.policy_test("maps", "--scope", "server_api", "--scope", "x", code=3).stdout)

    def test_an_administrators_key_signs_nothing_without_a_scope(self):
        document = assert_problem(self, self.stack.jwt(key="admin"), 422, "claims_rejected")
        self.assertIn("scope is missing", document["detail"])
        self.assertEqual(self.stack.jwt({"scope": ["GET /v1/devices"]}, key="admin").status, 200)

    def test_audit_mode_answers_and_logs(self):
        body = {"claims": {"sub": SECRET}, "scope": "other", "lifetime": 200}
        claims = payload(self.stack.jwt(body, key="watched").json()["token"])
        self.assertEqual((claims["sub"], claims["scope"], claims["count"]), (SECRET, "other", 3))
        line = "key watched would refuse it by scope-allow, claim-allow sub, max-lifetime 120s (mode = audit)"
        eventually(lambda: line in self.stack.daemon.stderr(), line)
        self.assertNotIn(SECRET, self.stack.daemon.stderr())
        assert_problem(self, self.stack.jwt({**body, "lifetime": 601}, key="watched"), 422, "lifetime_rejected")
        assert_problem(self, self.stack.jwt({"claims": {"count": 3}}, key="watched"), 422, "claims_rejected")

    def test_audit_mode_for_one_rule_leaves_the_others(self):
        self.assertEqual(self.stack.jwt({"claims": {"sub": "x"}, "scope": "reports.read"}, key="half").status, 200)
        assert_problem(self, self.stack.jwt({"claims": {"sub": "x"}, "scope": "other"}, key="half"), 422, "claims_rejected")

    def test_a_new_rule_reaches_tokens_that_are_cached(self):
        self.stack.write_key("changing", REPORTS)
        self.addCleanup(self.remove, "changing")
        self.assertEqual(self.stack.admin("POST", "/v1/reload").status, 200)
        body = {"claims": {"sub": "guest"}}
        self.assertEqual(self.stack.jwt(body, key="changing").status, 200)
        self.assertTrue(self.stack.jwt(body, key="changing").json()["cached"])
        self.stack.write_key("changing", {**REPORTS, "claim-allow sub": "ci-*"})
        self.assertEqual(self.stack.admin("POST", "/v1/reload").status, 200)
        assert_problem(self, self.stack.jwt(body, key="changing"), 422, "claims_rejected")

    def remove(self, key: str):
        (self.stack.root / f"etc/keys.d/{key}.conf").unlink()
        self.assertEqual(self.stack.admin("POST", "/v1/reload").status, 200)

    def test_callers_see_what_they_may_ask(self):
        ask = self.stack.ask("GET", "/v1/keys/half").json()["may_ask"]
        self.assertEqual(ask, {
            "claims": [{"name": "sub", "type": "text", "required": False, "allow": ["ci-*", "release"]},
                       {"name": "roles", "type": "texts", "required": False, "allow": ["read*"]}],
            "forced": ["count"], "scope": True, "scope_required": True, "scope_allow": ["reports.*"],
            "default_lifetime": 120, "max_lifetime": 120, "mode": "audit", "audited": ["claim-allow sub"]})
        shown = self.stack.cli("show", "half").stdout
        for words in ("sub (text, like ci-* or release)", "count", "required, each entry like reports.*", "audit, only recorded: claim-allow sub"):
            self.assertIn(words, shown)
        self.assertNotIn("123", self.stack.ask("GET", "/v1/keys/fixed").body.decode())

    # signet-admin policy

    def test_policy_test_says_what_the_daemon_says(self):
        for key, cases in (("ruled", REFUSED), ("narrow", NARROW_REFUSED)):
            for body, code, rule, _ in cases:
                with self.subTest(key=key, body=body):
                    told = json.loads(self.policy_test(key, *option_words(body), "--json", code=3).stdout)
                    document = self.stack.jwt(body, key=key).json()
                    self.assertEqual((told["admitted"], told["status"], told["code"], told["detail"]),
                                     (False, document["status"], document["code"], document["detail"]))
                    self.assertEqual((code, told["rule"]), (document["code"], rule))
        for key, body in (("ruled", GOOD), ("fixed", {}), ("watched", {"claims": {"sub": "x"}, "scope": "other"})):
            with self.subTest(key=key, body=body):
                told = json.loads(self.policy_test(key, *option_words(body), "--at", "2023-11-14T22:13:20Z", "--json").stdout)
                signed = payload(self.stack.jwt(body, key=key).json()["token"])
                self.assertEqual((told["admitted"], told["issued_at"]), (True, 1700000000))
                self.assertEqual(told["expires_at"] - told["issued_at"], signed["exp"] - signed["iat"])
                self.assertEqual({**told["claims"], "iat": 0, "exp": 0}, {**signed, "iat": 0, "exp": 0})
                self.assertEqual(list(told["claims"]), list(signed))
        self.assertEqual(told["would_refuse"], ["scope-allow", "claim-allow sub"])

    def test_policy_test_tells_who_is_admitted_by_which_line(self):
        self.stack.write_key("two", {"allow": ["uid:4242 gid:77", "gid:88"]})
        self.addCleanup(self.remove, "two")
        told = json.loads(self.policy_test("two", "--json", caller="uid=54321,gid=88").stdout)
        self.assertEqual((told["allow_line"], told["allow"]), (2, "gid:88"))
        self.assertIn("allow line 1: uid:4242 gid:77", self.policy_test("two", caller="uid=4242,gid=77").stdout)
        for caller in ("uid=4242", "uid=54321,gid=77"):
            told = json.loads(self.policy_test("two", "--json", caller=caller, code=3).stdout)
            self.assertEqual((told["status"], told["code"]), (403, "not_permitted"))
        refused = self.policy_test("two", caller="uid=54321", code=3)
        self.assertIn("403 not_permitted", refused.stdout)
        self.assertIn("signetd would answer 403 not_permitted", refused.stderr)

    def test_policy_test_of_a_user_knows_its_groups(self):
        self.stack.write_key("two", {"allow": "uid:0 gid:0"})
        self.addCleanup(self.remove, "two")
        for caller in ("user=root", "uid=0"):
            self.policy_test("two", caller=caller)

    def test_policy_test_refuses_what_it_cannot_mean(self):
        for caller in ("user=no-such-user-here", "group=root", "user=root,uid=7", "name=root", "user=", "root", "uid=-1", "uid=7,group=no-such-group-here",
                       "uid=7,", "uid=7,unit=a.service,unit=b.service", "uid=7,unit=build", "uid=7,slice=-.slice"):
            with self.subTest(caller=caller):
                self.assertIn("--as", self.policy_test("ruled", caller=caller, code=2).stderr)
        self.policy_test("ruled", "--claim", "sub=x", code=2)
        for time in ("yesterday", "1700000000"):
            self.assertIn("--at wants a time in UTC", self.policy_test("ruled", "--at", time, code=2).stderr)
        self.policy_test("ruled", "--lifetime", "1500ms", code=2)
        self.admin_tool("policy", "test", "--as", "uid=0", code=2)
        missing = self.admin_tool("policy", "test", "x", "--as", "uid=0", "--config", "/nowhere/signetd.conf", code=1)
        self.assertIn("/nowhere/signetd.conf: cannot be read", missing.stderr)
        told = json.loads(self.policy_test("../etc", "--json", code=3).stdout)
        self.assertEqual(told["code"], "not_permitted")

    def test_the_uid_that_stands_for_all_unknown_ones_is_never_admitted(self):
        self.stack.write_key("overflow", {"allow": "uid:65534"})
        self.addCleanup(self.remove, "overflow")
        self.assertEqual(self.stack.admin("POST", "/v1/reload").status, 200)
        # It is turned away before it has said anything, so that a client may find the connection cut while it writes.
        def answer():
            connection = type(self.stack.connection())(self.stack.socket, Peer(65534, 65534))
            try:
                return connection.ask("GET", "/v1/whoami")
            except (BrokenPipeError, ConnectionResetError):
                return None
            finally:
                connection.close()

        document = assert_problem(self, eventually(answer, "an answer"), 403, "not_permitted")
        told = json.loads(self.policy_test("overflow", "--json", caller="uid=65534", code=3).stdout)
        self.assertEqual((told["status"], told["code"], told["detail"]), (403, document["code"], document["detail"]))
        checked = json.loads(self.admin_tool("policy", "check", self.stack.root / "etc/keys.d/overflow.conf", "--profiles-dir", self.stack.root / "profiles", "--json").stdout)
        self.assertIn("allow = uid:65534: this never admits anybody", " ".join(checked["keys"][0]["warnings"]))

    def test_policy_test_knows_of_disabled_and_broken_keys(self):
        self.stack.admin("POST", "/v1/keys/narrow/disable", {"reason": "seen in a log"})
        told = json.loads(self.policy_test("narrow", "--json", code=3).stdout)
        self.assertEqual((told["status"], told["code"], told["rule"]), (423, "key_disabled", "disabled"))
        self.assertIn("seen in a log", told["log"])
        self.assertNotIn("seen in a log", told["detail"])
        self.stack.admin("POST", "/v1/keys/narrow/enable")
        self.policy_test("narrow", "--scope", "a")
        self.stack.write_key("broken", {"lifetime": "soon"})
        self.addCleanup((self.stack.root / "etc/keys.d/broken.conf").unlink)
        told = json.loads(self.policy_test("broken", "--json", code=4).stdout)
        self.assertEqual((told["status"], told["code"]), (503, "token_unavailable"))

    def test_policy_check_explains_every_key(self):
        text = self.admin_tool("policy", "check", self.stack.daemon_conf).stdout
        for words in ("Reports (profile reports), ES256", "Apple Enterprise Program API (profile apple-enterprise), ES256, key id", "role admin",
                      f"(uid {os.getuid()})", '"signet", set by the profile', "3, set by the key file", "the caller's: text, like ci-* or release",
                      "nobody's: caller-claims leaves it out", "required, each entry like reports.*", "2min, at most 2min", "no limit",
                      "audit, only recorded: claim-allow sub", "warning", "There is no allow line, so nobody may use this key.",
                      "mode = audit: rules are recorded and not enforced"):
            with self.subTest(words=words):
                self.assertIn(words, text)
        told = {key["name"]: key for key in json.loads(self.admin_tool("policy", "check", self.stack.daemon_conf, "--json").stdout)["keys"]}
        self.assertEqual(told["half"]["may_ask"], self.stack.ask("GET", "/v1/keys/half").json()["may_ask"])
        self.assertEqual(told["fixed"]["set_claims"], {"iss": "signet", "region": "eu", "sub": "123", "scope": "reports.read"})
        self.assertEqual(told["ruled"]["allow"], [{"text": f"uid:{os.getuid()}", "uid": os.getuid()}])

    def test_policy_check_tells_problems_and_doubts_of_files(self):
        path = self.stack.root / "draft.conf"
        profiles = ["--profiles-dir", self.stack.root / "profiles"]
        good = (self.stack.root / "etc/keys.d/ruled.conf").read_text()
        path.write_text(good + "claim-allow count = 1\nrate = 10/s, 2000/day\nclaim roles = [\"read\"]\n")
        done = self.admin_tool("policy", "check", path, *profiles, code=1)
        line = len(good.splitlines()) + 1
        self.assertIn(f"{path}:{line}: claim-allow count: rules a claim that is no text", done.stdout)
        self.assertIn("There is a problem", done.stderr)
        path.write_text(good + "rate = 10/s, 2000/day\nclaim roles = [\"read\"]\nallow = group:users\n")
        told = json.loads(self.admin_tool("policy", "check", path, *profiles, "--json").stdout)
        self.assertEqual((told["problems"], told["keys"][0]["rates"]), ([], {"rate": "10/s, 2000/day"}))
        self.assertEqual(len(told["keys"][0]["warnings"]), 2, told)
        self.assertIn("claim-allow roles rules nothing: no caller may give roles.", told["keys"][0]["warnings"])
        self.assertIn("everybody", told["keys"][0]["warnings"][0])
        missing = self.admin_tool("policy", "check", self.stack.root / "absent.conf", *profiles, code=1)
        self.assertIn("absent.conf", missing.stdout)
        self.admin_tool("policy", "check", path, "--profiles-dir", "/nowhere", code=1)
        self.admin_tool("policy", "check", code=2)


class EveryProfile(unittest.TestCase):
    """`policy` needs no token and no daemon, so that every profile that ships can be asked of it."""

    @classmethod
    def setUpClass(cls):
        cls.stack = cls.enterClassContext(Stack(keys={}, start=False))
        for name, row in ROWS.items():
            cls.stack.write_key(name, {"object": f"pkcs11:object={name}", "key-id": None, "issuer": None, "role": None, "public-key": None, "profile": row.profile, "alg": row.alg, **row.options})

    def policy(self, command: str, *words) -> dict:
        done = run([program_path("signet-admin"), "policy", command, *words, "--json"])
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def test_what_is_fresh_in_every_token_is_shown_by_name(self):
        self.assertEqual(profiles_without_row(), set())
        unique = set()
        for name, row in ROWS.items():
            with self.subTest(name=name):
                told = self.policy("test", name, "--config", self.stack.daemon_conf, "--as", f"uid={os.getuid()}", *option_words(row.request))
                self.assertEqual(set(told["claims"]), {*row.claims, *row.times, *row.unique})
                self.assertEqual([told["claims"][claim] for claim in row.unique], ["${uuid}"] * len(row.unique))
                unique.update(row.unique)
        self.assertIn("jti", unique)

    def test_policy_check_shows_no_mark_of_our_own(self):
        told = self.policy("check", self.stack.daemon_conf)
        self.assertNotIn("\x7f", json.dumps(told, ensure_ascii=False))
        keys = {key["name"]: key["set_claims"] for key in told["keys"]}
        for name, row in ROWS.items():
            for claim in set(row.unique) & set(keys[name]):
                self.assertEqual(keys[name][claim], "${uuid}")
        shown = run([program_path("signet-admin"), "policy", "check", self.stack.daemon_conf]).stdout
        self.assertIn('"${uuid}", set by the profile', shown)


class Disabling(unittest.TestCase):
    def test_the_reason_is_kept_over_a_kill_and_nothing_is_left_beside_it(self):
        with Stack() as stack:
            reason = "Leaked in build 4711: \u00e4rgerlich"
            self.assertEqual(stack.admin("POST", "/v1/keys/apple/disable", {"reason": reason}).status, 200)
            stack.daemon.kill()
            stack.daemon.start()
            eventually(lambda: stack.health().get("status") is not None, "the daemon answers")
            assert_problem(self, stack.jwt(), 423, "key_disabled")
            self.assertEqual(stack.admin("GET", "/v1/status").json()["keys"]["apple"]["disabled"], reason)
            folder = stack.root / "state/daemon/disabled"
            self.assertEqual([path.name for path in folder.iterdir()], ["apple"])
            (folder / "~apple").write_text("half a rea")  # what an interrupted write leaves
            self.assertEqual(stack.admin("POST", "/v1/keys/apple/disable", {"reason": "another"}).status, 200)
            self.assertEqual((folder / "apple").read_text(), "another")
            self.assertEqual(stack.admin("POST", "/v1/keys/apple/enable").status, 200)
            self.assertEqual(list(folder.iterdir()), [])
            stack.daemon.stop()
            stack.daemon.start()
            stack.wait_ready()
            self.assertEqual(stack.jwt().status, 200)

    def test_what_cannot_be_kept_on_the_disk_is_said_and_recorded_as_it_is(self):
        with Stack() as stack:
            folder = stack.root / "state/daemon/disabled"
            folder.rmdir()
            folder.write_text("a file where the directory should be")
            answer = stack.admin("POST", "/v1/keys/apple/disable", {"reason": "lost"})
            assert_problem(self, answer, 500, "internal")
            self.assertIn("disabled, but only until signetd is restarted", answer.json()["detail"])
            self.assertNotIn(str(stack.root), answer.body.decode())
            assert_problem(self, stack.jwt(), 423, "key_disabled")
            self.assertEqual(stack.audit()[-2]["outcome"], "disabled")
            answer = stack.admin("POST", "/v1/keys/apple/enable")
            assert_problem(self, answer, 500, "internal")
            self.assertIn("disabled as before", answer.json()["detail"])
            assert_problem(self, stack.jwt(), 423, "key_disabled")
            told = [record["outcome"] for record in stack.audit() if record["outcome"] in ("enabled", "disabled")]
            self.assertEqual(told, ["disabled", "enabled", "disabled"])
            folder.unlink()
            folder.mkdir()
            self.assertEqual(stack.admin("POST", "/v1/keys/apple/enable").status, 200)
            self.assertEqual(stack.jwt().status, 200)

    def test_a_key_whose_name_ends_in_new_has_a_record_like_any_other(self):
        with Stack(keys={"apple": {}, "apple.new": {}}) as stack:
            for key in ("apple.new", "apple"):
                self.assertEqual(stack.admin("POST", f"/v1/keys/{key}/disable", {"reason": "lost"}).status, 200)
            self.assertEqual(stack.admin("POST", "/v1/keys/apple/enable").status, 200)
            (stack.root / "state/daemon/disabled/.swap").mkdir()
            stack.daemon.kill()
            stack.daemon.start()
            eventually(lambda: stack.health().get("status") is not None and stack.jwt().status == 200, "the daemon serves")
            assert_problem(self, stack.jwt(key="apple.new"), 423, "key_disabled")
            self.assertIn(".swap is no file", stack.daemon.stderr())


if __name__ == "__main__":
    unittest.main()
