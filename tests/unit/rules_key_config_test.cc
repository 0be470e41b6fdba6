#include "daemon/rules/key_config.h"
#include "proto/public_key.h"
#include "tests/unit/rules_fixture.h"

using namespace signet;
using namespace signet::rules;
using namespace std::chrono_literals;

namespace {

// A P-256 point (RFC 7515 appendix A.3.1) and its SubjectPublicKeyInfo as openssl(1) prints it.
const std::string kP256Spki =
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEf83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEXH8UTNG72bfocs3+"
    "257rn0s2ldbqkLJK2KRiMohYjlrQ==";
const std::string kEd25519Spki =
    "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";  // RFC 8037 appendix A.2

}  // namespace

TEST_CASE("A key file for Apple's Enterprise Program is read whole") {
  const auto key = key_of(kAppleKey +
                          "rate = 10/s, 2000/day\nrate-total = 50/min\nrate-cached = 100/s\nlifetime = 14min\npublish "
                          "= yes\nprobe = no\nallow = group:builders uid:7\n");
  CHECK(key.name == "apple");
  CHECK(key.token == "build");
  CHECK(key.object == "pkcs11:object=AuthKey_2X9R4HXF34");
  CHECK_FALSE(key.pin);
  CHECK(key.profile->name == "apple-enterprise");
  CHECK(key.algorithm == Algorithm::es256);
  CHECK(key.role == "developer");
  CHECK_FALSE(key.unscoped_allowed);
  CHECK_FALSE(key.long_lived_allowed);
  CHECK(key.allow.size() == 2);
  CHECK(key.rate == std::vector<RateLimit>{{10, 1s}, {2000, 24h}});
  CHECK(key.rate_total == std::vector<RateLimit>{{50, 60s}});
  CHECK(key.rate_cached == std::vector<RateLimit>{{100, 1s}});
  CHECK(key.default_lifetime == 840s);
  CHECK(key.publish);
  CHECK_FALSE(key.probe);
  CHECK(key.kid == "2X9R4HXF34");
  CHECK(key.header_json == R"({"alg":"ES256","kid":"2X9R4HXF34","typ":"JWT"})");
}

TEST_CASE("What a key file leaves out has the safe value") {
  const auto key = key_of(kAppleKey);
  CHECK(key.default_lifetime == 840s);
  CHECK(key.rate.empty());
  CHECK(key.rate_total.empty());
  CHECK(key.rate_cached.empty());
  CHECK_FALSE(key.publish);
  CHECK(key.probe);
  CHECK_FALSE(key.unscoped_allowed);
}

TEST_CASE("A key file without allow is good and admits nobody") {
  CHECK(key_of(replaced(kAppleKey, "allow   = user:ci\n", "")).allow.empty());
}

TEST_CASE("The longest default lifetime is the cap less backdate") {
  CHECK(key_of(kAppleKey + "lifetime = 1140s\n").default_lifetime == 1140s);
  CHECK(key_of(kAppleKey + "lifetime = 19min\n").default_lifetime == 1140s);
  const auto reading = read_key(kAppleKey + "lifetime = 1141s\n");
  CHECK(has_problem(reading.problems,
                    "/k/apple.conf:8: lifetime: is above 1140s, the longest that profile apple-enterprise allows: "
                    "1200s less the 60s by which iat lies back"));
  CHECK_FALSE(reading.key);
  CHECK(has_problem(read_key(kAppleKey + "lifetime = 0s\n").problems,
                    "/k/apple.conf:8: lifetime: must be whole seconds"));
  CHECK(has_problem(read_key(kAppleKey + "lifetime = 1500ms\n").problems,
                    "/k/apple.conf:8: lifetime: must be whole seconds"));
}

TEST_CASE("All problems of a key file are reported in one run, with file, line and mend") {
  const auto reading = read_key(R"(token   = Build
object  = pkcs11:token=x
profile = apple-enterprise
key-id  = short
role    = owner
unscoped = yes
long-lived = allow
allow   = user:nobody-here
allow   = user:ci
rate    = fast
alg     = RS256
publish = maybe
isuer   = x
public-key = sha256:12
)");
  const auto& problems = reading.problems;
  CHECK(has_problem(problems, "/k/apple.conf:1: token: is not a name"));
  CHECK(has_problem(problems, "/k/apple.conf:2: object: names no key; write pkcs11:object="));
  CHECK(has_problem(problems, "/k/apple.conf:4: key-id: must be 10 characters of A-Z0-9"));
  CHECK(has_problem(problems,
                    "/k/apple.conf:5: role: is not one that the service knows; write one of: admin, developer"));
  CHECK(has_problem(problems, "/k/apple.conf:6: unscoped: can only be allow"));
  CHECK(has_problem(problems, "/k/apple.conf:7: long-lived: means nothing to profile apple-enterprise"));
  CHECK(has_problem(problems, "/k/apple.conf:8: allow: no user nobody-here"));
  CHECK(has_problem(problems, "/k/apple.conf:10: rate: is not a rate"));
  CHECK(
      has_problem(problems, "/k/apple.conf:11: alg: is not what profile apple-enterprise allows; write one of: ES256"));
  CHECK(has_problem(problems, "/k/apple.conf:12: publish: is neither yes nor no"));
  CHECK(has_problem(problems, "/k/apple.conf:13: isuer: is not an option of this file; did you mean issuer?"));
  CHECK(has_problem(problems, "/k/apple.conf:14: public-key: is neither sha256:"));
  CHECK(has_problem(problems, "/k/apple.conf: issuer: is missing; profile apple-enterprise needs it"));
  CHECK(problems.size() == 13);
  CHECK(reading.allow.size() == 1);
}

TEST_CASE("A missing profile does not make its variables look unknown") {
  const auto reading = read_key(replaced(kAppleKey, "apple-enterprise", "apple-enterprize"));
  CHECK(texts_of(reading.problems) ==
        std::vector<std::string>{
            "/k/apple.conf:3: profile: is the name of no file in profiles-dir; write one of those, without .json"});
}

TEST_CASE("A broken profile is named as the reason") {
  const auto reading = read_key_config("/k/apple.conf", kAppleKey, {{"apple-enterprise", nullptr}}, accounts());
  CHECK(texts_of(reading.problems) ==
        std::vector<std::string>{"/k/apple.conf:3: profile: names a profile whose own file is wrong; mend that first"});
  CHECK(reading.allow.size() == 1);
}

TEST_CASE("Options that must be there are missed by name") {
  const auto reading = read_key("");
  CHECK(texts_of(reading.problems) ==
        std::vector<std::string>{"/k/apple.conf: token: is missing; the file needs it",
                                 "/k/apple.conf: object: is missing; the file needs it",
                                 "/k/apple.conf: profile: is missing; the file needs it"});
}

TEST_CASE("A number sign belongs to a value unless white space stands before it") {
  const auto key = key_of(replaced(kAppleKey, "pkcs11:object=AuthKey_2X9R4HXF34", "pkcs11:id=%23   # the key's id"));
  CHECK(key.object == "pkcs11:id=%23");
  const auto reading = read_key(replaced(kAppleKey, "2X9R4HXF34\nissuer", "2X9R4HX#34\nissuer"));
  CHECK(has_problem(reading.problems, "/k/apple.conf:4: key-id: must be 10 characters"));
}

TEST_CASE("The role is demanded where the service has roles") {
  const auto reading = read_key(replaced(kAppleKey, "role    = developer\n", ""));
  CHECK(has_problem(
      reading.problems,
      "/k/apple.conf: role: is missing; write the one this key was given by the service: admin, developer"));
}

TEST_CASE("A key of an App Store Connect user has no issuer, and a team's key needs one") {
  const auto individual =
      replaced(kStoreKey, "issuer  = 57246542-96fe-1a63-e053-0824d011072a\n", "key-kind = individual\n");
  CHECK(key_of(individual).fixed_claims ==
        parse_json(R"({"sub":"user","aud":"appstoreconnect-v1"})").value().as_object());
  CHECK(key_of(kStoreKey).fixed_claims ==
        parse_json(R"({"iss":"57246542-96fe-1a63-e053-0824d011072a","aud":"appstoreconnect-v1"})").value().as_object());
  CHECK(has_problem(
      read_key(kStoreKey + "key-kind = individual\n").problems,
      "/k/apple.conf:5: issuer: belongs to another kind of key: it stands only beside key-kind = team; remove it"));
  CHECK(
      has_problem(read_key(replaced(individual, "individual", "team")).problems, "/k/apple.conf: issuer: is missing"));
  CHECK(has_problem(read_key(replaced(individual, "individual", "other")).problems,
                    "/k/apple.conf:5: key-kind: must be one of: team, individual"));
}

TEST_CASE("public-key pins a hash, or a whole key that fits the algorithm") {
  const std::string hash(64, 'a');
  const auto by_hash = key_of(kAppleKey + "public-key = sha256:" + hash + "\n");
  REQUIRE(by_hash.pin);
  CHECK(hex(by_hash.pin->spki_sha256) == hash);
  CHECK(by_hash.pin->spki.empty());
  const auto capital = key_of(kAppleKey + "public-key = sha256:" + std::string(64, 'A') + "\n");
  REQUIRE(capital.pin);
  CHECK(capital.pin->spki_sha256 == by_hash.pin->spki_sha256);

  const auto whole = key_of(kAppleKey + "public-key = spki:" + kP256Spki + "\n");
  REQUIRE(whole.pin);
  const auto key = PublicKey::from_spki(whole.pin->spki);
  REQUIRE_OK(key);
  CHECK(key.value().spki_sha256() == whole.pin->spki_sha256);

  CHECK(has_problem(read_key(kAppleKey + "public-key = spki:" + kEd25519Spki + "\n").problems,
                    "/k/apple.conf:8: public-key: is a key of type Ed25519, which cannot sign ES256"));
  for (const auto& bad : std::vector<std::string>{"", "sha256:", "sha1:00", "spki:", "spki:AAAA", "spki:A",
                                                  "spki:MCow-_==", "sha256:" + std::string(64, 'g')})
    CHECK(has_problem(read_key(kAppleKey + "public-key = " + bad + "\n").problems, "/k/apple.conf:8: public-key: is "));
}

TEST_CASE("A key file's name is the key's name and must be one that a caller can say") {
  CHECK(key_name_of("/etc/signet/keys.d/apple.conf").value() == "apple");
  CHECK(key_name_of("a.b-c_1.conf").value() == "a.b-c_1");
  for (const char* bad : {"/k/Apple.conf", "/k/.conf", "/k/...conf", "/k/apple", "/k/a b.conf", "/k/apple.conf.bak"})
    CHECK_FALSE(key_name_of(bad));
  CHECK_FALSE(key_name_of("/k/" + std::string(65, 'a') + ".conf"));
  CHECK(has_problem(read_key(kAppleKey, "/k/Apple.conf").problems,
                    "/k/Apple.conf: names a key that no caller could ask for"));
}

TEST_CASE("A key may choose among its profile's algorithms, and the first is the default") {
  const auto profile =
      profile_of(R"({"language":1,"title":"t","source":"https://e.test/","algorithms":["RS256","PS256"],
    "lifetime":{"default":60,"cap":60}})");
  const std::string file = "token = build\nobject = pkcs11:object=x\nprofile = test\n";
  CHECK(key_of(file, {{"test", profile}}).header_json == R"({"alg":"RS256"})");
  CHECK(key_of(file + "alg = PS256\n", {{"test", profile}}).header_json == R"({"alg":"PS256"})");
  for (const char* bad : {"none", "HS256", "ES256", "ps256"})
    CHECK(has_problem(
        read_key_config("/k/a.conf", file + "alg = " + bad + "\n", {{"test", profile}}, accounts()).problems,
        "/k/a.conf:4: alg: is not what profile test allows; write one of: RS256, PS256"));
}

TEST_CASE("A switch that means nothing to the profile is a problem") {
  const auto profile = profile_of(
      R"({"language":1,"title":"t","source":"https://e.test/","algorithms":["ES256"],"lifetime":{"default":60,"cap":60}})");
  const std::string file = "token = build\nobject = pkcs11:object=x\nprofile = test\n";
  for (const char* option : {"unscoped = allow", "long-lived = allow", "role = admin"}) {
    const auto reading = read_key_config("/k/a.conf", file + option + "\n", {{"test", profile}}, accounts());
    INFO(option);
    CHECK(reading.problems.size() == 1);
    CHECK(reading.problems.front().message.starts_with("means nothing to profile test"));
  }
}
