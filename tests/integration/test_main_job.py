"""The main job: a build job asks over the socket and gets a JWT that an independent library verifies with the public half of the .p8."""

import json
import os
import subprocess
import time
import unittest

import jwt

from tests.support.apple_key import ISSUER
from tests.support.process import environment, run
from tests.support.stack import Stack

AUDIENCE = "apple-developer-enterprise-v1"
GET_PROFILES, GET_DEVICES = "GET /v1/profiles?limit=200", "GET /v1/devices"


class MainJob(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = cls.enterClassContext(Stack(keys={
            "apple": {},
            "store": {"profile": "app-store-connect"},
            "admin": {"role": "admin"},
            "open-admin": {"role": "admin", "unscoped": "allow"},
        }))

    def verified(self, token: str, audience: str = AUDIENCE) -> dict:
        """PyJWT's view of the token: signature, exp, iat and aud all checked by it, algorithms limited to ES256."""
        return jwt.decode(token, self.stack.key.public_key, algorithms=["ES256"], audience=audience, options={"require": ["iss", "iat", "exp", "aud"]})

    def granted(self, body=None, key: str = "apple") -> dict:
        answer = self.stack.jwt(body, key)
        self.assertEqual(answer.status, 200, answer)
        return answer.json()

    def test_plain_request_gives_a_jwt_with_exactly_the_documented_header_and_claims(self):
        before = int(time.time())
        answer = self.stack.jwt({"fresh": True})
        after = int(time.time())
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(answer.headers["Content-Type"], "application/json")
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        granted = answer.json()
        self.assertEqual(set(granted), {"token", "key", "kid", "alg", "issued_at", "expires_at", "reusable_until", "cached"})
        self.assertEqual({name: granted[name] for name in ("key", "kid", "alg", "cached")},
                         {"key": "apple", "kid": self.stack.key.key_id, "alg": "ES256", "cached": False})
        self.assertEqual(jwt.get_unverified_header(granted["token"]), {"alg": "ES256", "kid": self.stack.key.key_id, "typ": "JWT"})
        claims = self.verified(granted["token"])
        self.assertEqual(set(claims), {"iss", "aud", "iat", "exp"})
        self.assertEqual((claims["iss"], claims["aud"]), (ISSUER, AUDIENCE))
        self.assertTrue(before - 60 <= claims["iat"] <= after - 60, (before, claims, after))
        self.assertEqual(claims["exp"] - claims["iat"], 60 + 840)
        self.assertEqual((granted["issued_at"], granted["expires_at"]), (claims["iat"], claims["exp"]))
        self.assertEqual(granted["reusable_until"], claims["exp"] - 840 // 2)

    def test_an_empty_body_and_an_empty_object_are_the_same_request(self):
        first = self.granted({"lifetime": 1001})
        for body in (b"", b"{}", None):
            self.assertEqual(self.stack.jwt(body).status, 200)
        self.assertEqual(self.granted({"lifetime": 1001, "claims": {}, "fresh": False})["token"], first["token"])

    def test_a_second_request_is_answered_from_the_cache_and_fresh_is_not(self):
        first, second = self.granted({"lifetime": 900}), self.granted({"lifetime": 900})
        self.assertEqual((first["cached"], second["cached"]), (False, True))
        self.assertEqual({**first, "cached": None}, {**second, "cached": None})
        fresh = self.granted({"lifetime": 900, "fresh": True})
        self.assertFalse(fresh["cached"])
        self.assertNotEqual(fresh["token"], first["token"])
        self.verified(fresh["token"])

    def test_accept_application_jwt_gives_the_bare_token(self):
        answer = self.stack.jwt({"fresh": True}, headers={"Accept": "application/jwt"})
        self.assertEqual((answer.status, answer.headers["Content-Type"], answer.headers["Cache-Control"]), (200, "application/jwt", "no-store"))
        self.verified(answer.body.decode("ascii"))

    def test_an_error_is_a_problem_document_even_where_a_bare_token_was_asked_for(self):
        answer = self.stack.jwt({"lifetime": 9999}, headers={"Accept": "application/jwt"})
        self.assertEqual((answer.status, answer.headers["Content-Type"]), (422, "application/problem+json"))

    def test_scope_is_an_array_of_get_requests_in_the_order_given(self):
        granted = self.granted({"scope": [GET_PROFILES, GET_DEVICES]})
        self.assertEqual(self.verified(granted["token"])["scope"], [GET_PROFILES, GET_DEVICES])

    def test_scope_may_be_given_as_a_claim(self):
        granted = self.granted({"claims": {"scope": [GET_DEVICES]}})
        self.assertEqual(self.verified(granted["token"])["scope"], [GET_DEVICES])

    def test_scopes_that_apple_would_refuse_are_refused(self):
        for scope in (["POST /v1/devices"], ["GET v1/devices"], ["/v1/devices"], [], "", [""], ["GET /v1/devices\n"], ["get /v1/devices"],
                      "GET /v1/devices", ["GET /v1/../users"], ["GET //v1"], ["GET /v1/%zz"], ["GET /v1/a b"], ["GET /v1/devices"] * 65):
            with self.subTest(scope=scope):
                answer = self.stack.jwt({"scope": scope})
                self.assertEqual((answer.status, answer.code), (422, "claims_rejected"), answer)

    def test_scope_of_another_type_is_an_invalid_request(self):
        for scope in (7, True, {"a": 1}, [1], [["GET /v1/devices"]], None):
            with self.subTest(scope=scope):
                answer = self.stack.jwt({"scope": scope})
                self.assertIn((answer.status, answer.code), {(400, "invalid_request"), (422, "claims_rejected")}, answer)

    def test_scope_twice_is_an_error(self):
        answer = self.stack.jwt({"scope": [GET_DEVICES], "claims": {"scope": [GET_DEVICES]}})
        self.assertIn((answer.status, answer.code), {(400, "invalid_request"), (422, "claims_rejected")}, answer)

    def test_role_admin_needs_a_scope_unless_the_officer_allowed_none(self):
        refused = self.stack.jwt({}, key="admin")
        self.assertEqual((refused.status, refused.code), (422, "claims_rejected"), refused)
        self.assertEqual(self.verified(self.granted({"scope": [GET_DEVICES]}, "admin")["token"])["scope"], [GET_DEVICES])
        self.assertNotIn("scope", self.verified(self.granted({}, "open-admin")["token"]))

    def test_the_longest_lifetime_is_the_cap_less_the_back_dating(self):
        claims = self.verified(self.granted({"lifetime": 1140})["token"])
        self.assertEqual(claims["exp"] - claims["iat"], 1200)
        answer = self.stack.jwt({"lifetime": 1141})
        self.assertEqual((answer.status, answer.code), (422, "lifetime_rejected"), answer)

    def test_a_lifetime_that_is_no_count_of_seconds_is_an_invalid_request(self):
        for lifetime in (0, -1, 1.5, 600.0, "600", None, True, 315360001, 2**63, 2**64, 1e300):
            with self.subTest(lifetime=lifetime):
                answer = self.stack.jwt({"lifetime": lifetime})
                self.assertEqual((answer.status, answer.code), (400, "invalid_request"), answer)

    def test_claims_outside_the_profile_are_refused_by_name_and_not_by_value(self):
        for name in ("iss", "aud", "exp", "iat", "kid", "alg", "bid", "sub", "anything"):
            with self.subTest(name=name):
                answer = self.stack.jwt({"claims": {name: "v4lue-of-claim"}})
                self.assertEqual((answer.status, answer.code), (422, "claims_rejected"), answer)
                self.assertIn(name, answer.json()["detail"])
                self.assertNotIn(b"v4lue-of-claim", answer.body)

    def test_unknown_members_and_duplicates_are_refused(self):
        for body in (b'{"claim":{}}', b'{"fresh":false,"fresh":true}', b'{"claims":{"a":1,"a":2}}', b'[]', b'"x"', b'{', b'{"fresh":1}', b'{} x',
                     b'{"claims":[]}', b'\xff', b'{"claims":{"a":"\xc3\x28"}}', b'{"lifetime":600,}', b'{"a":' * 60 + b"1" + b"}" * 60):
            with self.subTest(body=body):
                answer = self.stack.jwt(body)
                self.assertEqual((answer.status, answer.code), (400, "invalid_request"), answer)

    def test_the_content_type_of_a_request_is_ignored(self):
        for kind in ("application/x-www-form-urlencoded", "text/plain", "application/json; charset=x", ""):
            with self.subTest(kind=kind):
                self.assertEqual(self.stack.jwt({"lifetime": 700}, headers={"Content-Type": kind}).status, 200)

    def test_app_store_connect_has_its_own_audience(self):
        claims = self.verified(self.granted({}, "store")["token"], audience="appstoreconnect-v1")
        self.assertEqual(set(claims), {"iss", "aud", "iat", "exp"})

    def test_plain_curl_gets_a_token(self):
        done = run(["curl", "--silent", "--show-error", "--fail", "--unix-socket", self.stack.socket, "--request", "POST",
                    "http://localhost/v1/keys/apple/tokens"])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.verified(json.loads(done.stdout)["token"])

    def test_curl_sends_a_body_as_a_form_and_is_understood(self):
        done = run(["curl", "--silent", "--fail", "--unix-socket", self.stack.socket, "--data", '{"lifetime":120,"fresh":true}',
                    "--header", "Accept: application/jwt", "http://localhost/v1/keys/apple/tokens"])
        claims = self.verified(done.stdout)
        self.assertEqual(claims["exp"] - claims["iat"], 180)

    def test_listings_show_the_key_with_the_public_half_of_the_p8(self):
        keys = self.stack.ask("GET", "/v1/keys").json()["keys"]
        self.assertEqual([key["name"] for key in keys], sorted(["apple", "store", "admin", "open-admin"]))
        expected = {"name": "apple", "profile": "apple-enterprise", "alg": "ES256", "kid": self.stack.key.key_id, "state": "ready"}
        self.assertIn(expected, keys)
        shown = self.stack.ask("GET", "/v1/keys/apple").json()
        self.assertEqual({name: shown[name] for name in expected}, expected)
        self.assertEqual({name: shown["jwk"][name] for name in ("kty", "crv", "x", "y")}, self.stack.key.jwk)

    def test_whoami_is_what_the_kernel_says(self):
        who = self.stack.ask("GET", "/v1/whoami").json()
        self.assertEqual((who["uid"], who["gid"]), (os.getuid(), os.getgid()))
        self.assertEqual(set(who["groups"]), set(os.getgroups()))

    def test_health_is_ok(self):
        health = self.stack.ask("GET", "/v1/health")
        self.assertEqual((health.status, health.json()["status"], health.json()["api"]), (200, "ok", 1))
        self.assertEqual(health.json()["tokens"]["build"]["state"], "ready")


class CommandLine(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = cls.enterClassContext(Stack(keys={"apple": {"publish": "yes"}, "hidden": {}}))

    def run_signet(self, *words: str, code: int = 0) -> subprocess.CompletedProcess:
        done = self.stack.cli(*words)
        self.assertEqual(done.returncode, code, done)
        return done

    def claims(self, token: str) -> dict:
        return jwt.decode(token, self.stack.key.public_key, algorithms=["ES256"], audience=AUDIENCE)

    def test_token_prints_the_token_alone(self):
        done = self.run_signet("token", "apple")
        self.assertEqual(done.stdout.count("\n"), 1)
        self.assertEqual(done.stderr, "")
        self.claims(done.stdout.strip())

    def test_scope_claim_and_lifetime_arrive(self):
        done = self.run_signet("token", "apple", "--scope", GET_PROFILES, "--scope", GET_DEVICES, "--lifetime", "10min")
        claims = self.claims(done.stdout.strip())
        self.assertEqual((claims["scope"], claims["exp"] - claims["iat"]), ([GET_PROFILES, GET_DEVICES], 660))
        done = self.run_signet("token", "apple", "--claim", f'scope=["{GET_DEVICES}"]')
        self.assertEqual(self.claims(done.stdout.strip())["scope"], [GET_DEVICES])

    def test_fresh_json_and_header(self):
        tokens = {self.run_signet("token", "apple", "--fresh").stdout for _ in range(3)}
        self.assertEqual(len(tokens), 3)
        self.claims(json.loads(self.run_signet("token", "apple", "--json").stdout)["token"])
        header = self.run_signet("token", "apple", "--header").stdout.strip()
        self.assertTrue(header.startswith("Authorization: Bearer "), "no header line")
        self.claims(header.removeprefix("Authorization: Bearer "))

    def test_the_socket_may_be_named_by_option(self):
        done = self.stack.cli("token", "apple", "--socket", str(self.stack.socket), env=environment())
        self.assertEqual(done.returncode, 0, done)
        self.claims(done.stdout.strip())

    def test_published_keys_alone_are_in_the_jwks(self):
        keys = json.loads(self.run_signet("jwks").stdout)["keys"]
        self.assertEqual(len(keys), 1)
        self.assertEqual({name: keys[0][name] for name in ("kty", "crv", "x", "y")}, self.stack.key.jwk)
        self.assertEqual((keys[0]["use"], keys[0]["alg"], keys[0]["kid"]), ("sig", "ES256", self.stack.key.key_id))
        self.assertEqual(self.stack.ask("GET", "/v1/jwks").json()["keys"], keys)

    def test_the_jwks_verifies_a_token_in_pyjwt(self):
        key = jwt.PyJWKSet.from_dict(self.stack.ask("GET", "/v1/jwks").json()).keys[0]
        token = self.run_signet("token", "apple").stdout.strip()
        self.assertEqual(jwt.decode(token, key.key, algorithms=["ES256"], audience=AUDIENCE)["iss"], ISSUER)

    def test_the_other_commands_answer(self):
        for words in (("keys",), ("show", "apple"), ("why", "apple"), ("whoami",), ("health",)):
            with self.subTest(words=words):
                self.assertNotEqual(self.run_signet(*words).stdout, "")

    def test_why_tells_the_line_that_admits_and_nothing_of_others_keys(self):
        self.assertRegex(self.run_signet("why", "apple").stdout, rf"(?m)^admitted by +uid:{os.getuid()}$")
        self.assertEqual(self.stack.ask("GET", "/v1/keys/apple").json()["admitted_by"], f"uid:{os.getuid()}")
        for words in (("why", "nobodys"), ("why", "no-such-key")):
            self.assertEqual(self.run_signet(*words, code=3).stdout, "")
        self.run_signet("why", code=2)

    def test_exit_codes_tell_usage_refusal_rejection_and_unavailability_apart(self):
        self.run_signet("token", code=2)
        self.run_signet("token", "apple", "--nonsense", code=2)
        self.run_signet("frobnicate", code=2)
        self.run_signet("token", "nobodys", code=3)
        rejected = self.run_signet("token", "apple", "--lifetime", "1141s", code=5)
        self.assertEqual((rejected.stdout, rejected.stderr.count("\n")), ("", 1))
        gone = self.stack.cli("token", "apple", env=environment(SIGNET_SOCKET=str(self.stack.root / "no.sock")))
        self.assertEqual(gone.returncode, 4, gone)


if __name__ == "__main__":
    unittest.main()
