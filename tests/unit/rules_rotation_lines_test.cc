#include "daemon/rules/one_algorithm.h"
#include "daemon/rules/rotation.h"
#include "tests/unit/rules_fixture.h"

using namespace signet;
using namespace signet::rules;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::sys_seconds kDecember{std::chrono::seconds(1'796'083'200)};  // 2026-12-01T00:00:00Z
const std::string kPin = "sha256:" + std::string(64, 'a');

/// The problem of one more line in a file that is good without it: the ninth.
void check_problem(const std::string& line, const std::string& beginning) {
  INFO(line);
  const auto reading = read_key(kAppleKey + "\n" + line + "\n");
  CHECK_FALSE(reading.key);
  CHECK(reading.problems.size() == 1);
  CHECK(has_problem(reading.problems, "/k/apple.conf:9: " + beginning));
}

}  // namespace

TEST_CASE("next names an object and what differs for it, and takes the rest from the file") {
  const auto key =
      key_of(kAppleKey + "public-key = sha256:" + std::string(64, 'b') +
             "\nnext = pkcs11:object=K2 key-id=ABCDEFGH12 public-key=" + kPin + " from=2026-12-01T00:00:00Z\n");
  REQUIRE(key.rotation.next);
  const KeyPolicy& next = *key.rotation.next->key;
  CHECK(key.rotation.next->from == kDecember);
  CHECK(next.object == "pkcs11:object=K2");
  CHECK(next.kid == "ABCDEFGH12");
  CHECK(next.header_json == replaced(key.header_json, "2X9R4HXF34", "ABCDEFGH12"));
  CHECK(hex(next.pin->spki_sha256) == std::string(64, 'a'));
  CHECK(next.fixed_claims == key.fixed_claims);
  CHECK(next.name == "apple");
  CHECK(next.in_rotation);
  CHECK_FALSE(key.in_rotation);
  CHECK(key.object == "pkcs11:object=AuthKey_2X9R4HXF34");
}

TEST_CASE("The file's public key is not taken for another object's") {
  const auto key = key_of(kAppleKey + "public-key = " + kPin + "\nnext = pkcs11:object=K2 key-id=ABCDEFGH12\n");
  CHECK(key.pin);
  CHECK_FALSE(key.rotation.next->key->pin);
  CHECK_FALSE(key.rotation.next->from);
}

TEST_CASE("Several objects may retire, on other tokens too") {
  const auto key = key_of(kAppleKey +
                          "retiring = pkcs11:object=K0 key-id=AAAAAAAAA0 until=2026-12-01T00:00:00Z\n"
                          "retiring = pkcs11:object=K1 key-id=AAAAAAAAA1 token=old\n");
  REQUIRE(key.rotation.retiring.size() == 2);
  CHECK(key.rotation.retiring[0].until == kDecember);
  CHECK(key.rotation.retiring[1].key->token == "old");
  CHECK_FALSE(key.rotation.retiring[1].until);
  CHECK(objects_of(key).size() == 3);
}

TEST_CASE("A line that cannot be meant is a problem of that line, with its mend") {
  check_problem("next =", "next: names no object; write pkcs11:object=LABEL");
  check_problem("next = K2", "next: ");
  check_problem("next = pkcs11:object=K2 key-id=short", "next: key-id: ");
  check_problem("next = pkcs11:object=K2 key-id=ABCDEFGH12 alg=RS256",
                "next: alg: is not what profile apple-enterprise allows");
  check_problem("next = pkcs11:object=K2 key-id=ABCDEFGH12 public-key=md5:1", "next: public-key: is neither sha256:");
  check_problem("next = pkcs11:object=K2 allow=user:eve", "next: holds allow, which cannot differ for one object");
  check_problem("next = pkcs11:object=K2 until=2026-12-01T00:00:00Z",
                "next: holds until, but the time of a next object is from; write from=2026-");
  check_problem("retiring = pkcs11:object=K2 from=2026-12-01T00:00:00Z",
                "retiring: holds from, but the time of a retiring object is until; write until=2026-");
  check_problem("next = pkcs11:object=K2 from=tomorrow", "next: from is no time; write it as from=2026-12-01T");
  check_problem("next = pkcs11:object=K2 from=2026-02-30T00:00:00Z", "next: from is no time");
  check_problem("next = pkcs11:object=K2 soon", "next: holds soon, which is no word of the form option=value");
  check_problem("next = pkcs11:object=K2 colour=red", "next: colour: is not an option");
  for (const char* same : {"pkcs11:object=AuthKey_2X9R4HXF34", "pkcs11:type=private;object=AuthKey_2X9R4HXF34"})
    check_problem("next = " + std::string(same) + " key-id=ABCDEFGH12",
                  "next: names an object that another line of this file names");
}

TEST_CASE(
    "Objects that a verifier could not tell from each other are a problem of the line that is short of a key-id") {
  check_problem("next = pkcs11:object=K2", "next: has the key-id of another object of this file; say key-id=…");
  check_problem("retiring = pkcs11:object=K2", "retiring: has the key-id of another object of this file");
  check_problem("next = pkcs11:object=K2 key-id=2X9R4HXF34 public-key=" + kPin, "next: has the key-id of another");
  const auto both = read_key(kAppleKey +
                             "next = pkcs11:object=K2 key-id=ABCDEFGH12\nretiring = pkcs11:object=K0 "
                             "key-id=ABCDEFGH12\n");
  CHECK(both.problems.size() == 2);
  INFO("one key that moves to another token keeps its key-id");
  CHECK(read_key(kAppleKey + "public-key = " + kPin + "\nnext = pkcs11:object=K2 token=new public-key=" + kPin + "\n")
            .problems.empty());
}

TEST_CASE("There is one next object, and no object has two parts") {
  CHECK(has_problem(read_key(kAppleKey + "next = pkcs11:object=K2\nnext = pkcs11:object=K3\n").problems,
                    "/k/apple.conf:9: next: "));
  const auto twice = read_key(
      kAppleKey + "next = pkcs11:object=K2 key-id=AAAAAAAAA1\nretiring = pkcs11:object=K2 key-id=AAAAAAAAA2\n");
  CHECK(twice.problems.size() == 2);
  CHECK_FALSE(twice.key);
}

TEST_CASE("Problems of the file itself are told once, and those of its rotation as well") {
  const auto reading = read_key(kAppleKey + "rate = often\nnext = pkcs11:object=K2 key-id=short\n");
  CHECK(reading.problems.size() == 2);
  CHECK(has_problem(reading.problems, "/k/apple.conf:8: rate: "));
  CHECK(has_problem(reading.problems, "/k/apple.conf:9: next: key-id: "));
}

TEST_CASE("An object that will sign counts where one key serves one algorithm") {
  const auto profile = profile_of(
      R"({"language":1,"title":"t","source":"https://e.test/","algorithms":["RS256","PS256"],"lifetime":{"default":60,"cap":60}})");
  const auto named = [&](const char* name, const std::string& text) {
    auto key = key_of("token = build\nprofile = test\n" + text, {{"test", profile}});
    key.name = name;
    return key;
  };
  const auto build = [](std::vector<KeyPolicy> list) {
    std::map<std::string, KeyPolicy, std::less<>> keys;
    for (KeyPolicy& key : list) keys.emplace(key.name, std::move(key));
    return keys;
  };
  const std::string next = "object = pkcs11:object=a\nnext = pkcs11:object=b";
  const KeyPolicy other = named("other", "object = pkcs11:object=b\nalg = PS256\n");
  const auto conflicts = find_conflicts(build({named("apple", next + "\n"), other}));
  CHECK(conflicts.contains("other"));
  CHECK(find_conflicts(build({named("apple", next + " alg=PS256\n"), other})).empty());
}
