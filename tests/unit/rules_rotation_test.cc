#include "daemon/rules/rotation.h"
#include "daemon/rules/rotation_record.h"
#include "tests/unit/rules_fixture.h"

using namespace signet;
using namespace signet::rules;
using namespace std::chrono_literals;
using std::chrono::sys_seconds;

namespace {

constexpr sys_seconds kNow{std::chrono::seconds(1'800'000'000)};
const std::string kFirst = "build pkcs11:object=AuthKey_2X9R4HXF34";
const std::string kSecond = "build pkcs11:object=K2";
const std::string kThird = "build pkcs11:object=K3";
const std::string kNextLine = "next = pkcs11:object=K2 key-id=ABCDEFGH12";

/// The key file after the switch.
std::string updated() { return replaced(replaced(kAppleKey, "AuthKey_2X9R4HXF34", "K2"), "2X9R4HXF34", "ABCDEFGH12"); }

/// RFC 8037 appendix A.2, or another of the same length.
KeyCondition shown(std::string_view x) {
  return {.public_key = PublicKey::from_ed25519(base64url_decode(x).value()).value()};
}

KeySwitch to(const std::string& object, const std::string& former, sys_seconds at = kNow) {
  return {.at = at,
          .until = at + 1200s,
          .former = former,
          .object = object,
          .jwk = {{"kid", former}},
          .object_jwk = {{"kid", object}}};
}

std::vector<std::string> retiring(const KeyPolicy& key) {
  std::vector<std::string> places;
  for (const auto& each : key.rotation.retiring) places.push_back(place_of(*each.key));
  return places;
}

std::vector<std::string> former(const KeyPolicy& key) {
  std::vector<std::string> places;
  for (const auto& each : key.rotation.former) places.push_back(each.place);
  return places;
}

using Places = std::vector<std::string>;

}  // namespace

TEST_CASE("The object of the key file signs until a switch, and the next one after it") {
  const auto written = key_of(kAppleKey + kNextLine + "\n");
  const auto before = in_force(written, {});
  CHECK(place_of(before) == kFirst);
  CHECK(before.kid == "2X9R4HXF34");
  CHECK(before.rotation.next);

  const auto after = in_force(written, {to(kSecond, kFirst)});
  CHECK(place_of(after) == kSecond);
  CHECK(after.kid == "ABCDEFGH12");
  CHECK(after.name == "apple");
  CHECK(after.allow.size() == written.allow.size());
  CHECK_FALSE(after.rotation.next);
  CHECK(former(after) == Places{kFirst});
}

TEST_CASE("A key file that was brought up to date after the switch changes nothing") {
  const std::vector<KeySwitch> switches{to(kSecond, kFirst)};
  const auto key = in_force(key_of(updated()), switches);
  CHECK(place_of(key) == kSecond);
  CHECK(former(key) == Places{kFirst});
}

TEST_CASE("Only the last switch counts, and only for the object that is next") {
  const auto written = key_of(kAppleKey + kNextLine + "\n");
  CHECK(place_of(in_force(written, {to(kThird, kFirst)})) == kFirst);
  CHECK(place_of(in_force(written, {to(kSecond, kFirst), to(kFirst, kSecond, kNow + 9s)})) == kFirst);
}

TEST_CASE("Going back is a switch like any other, with the two objects exchanged in the file") {
  const auto exchanged = key_of(updated() + "next = pkcs11:object=AuthKey_2X9R4HXF34 key-id=2X9R4HXF34\n");
  const std::vector<KeySwitch> switches{to(kSecond, kFirst), to(kFirst, kSecond, kNow + 9s)};
  const auto key = in_force(exchanged, switches);
  CHECK(place_of(key) == kFirst);
  CHECK(former(key) == Places{kSecond});
}

TEST_CASE("A retiring line says until when, or leaves it to the switch, or stands for itself") {
  const std::vector<KeySwitch> switches{to(kSecond, kFirst)};
  const std::string line = "retiring = pkcs11:object=AuthKey_2X9R4HXF34 key-id=2X9R4HXF34";

  const auto said = in_force(key_of(updated() + line + " until=2026-12-01T00:00:00Z\n"), switches);
  CHECK(retiring(said) == Places{kFirst});
  CHECK(former(said).empty());
  const auto left = in_force(key_of(updated() + line + "\n"), switches);
  CHECK(retiring(left).empty());
  CHECK(former(left) == Places{kFirst});
  const auto alone = in_force(key_of(updated() + line + "\n"), {});
  CHECK(retiring(alone) == Places{kFirst});
  CHECK_FALSE(alone.rotation.retiring.front().until);
}

TEST_CASE("A switch is due when its time has come") {
  const auto timed = key_of(kAppleKey + kNextLine + " from=2027-01-15T08:00:00Z\n");  // kNow
  CHECK_FALSE(switch_is_due(timed, kNow - 1s));
  CHECK(switch_is_due(timed, kNow));
  CHECK(switch_is_due(timed, kNow + 1000h));
  CHECK_FALSE(switch_is_due(in_force(timed, {to(kSecond, kFirst)}), kNow));
  CHECK_FALSE(switch_is_due(key_of(kAppleKey + kNextLine + "\n"), kNow));
}

TEST_CASE("Nothing is promoted that cannot sign") {
  const auto key = key_of(kAppleKey + kNextLine + "\n");
  const KeyCondition refused{.usable = false, .message = "It can leave the token."};
  REQUIRE_ERROR(check_promotion(key, {}), ErrorCode::token_unavailable);
  const auto unusable = check_promotion(key, {.next = &refused});
  REQUIRE_ERROR(unusable, ErrorCode::token_unavailable);
  CHECK(unusable.error().message.find("It can leave the token.") != std::string::npos);
  REQUIRE_ERROR(check_promotion(key_of(kAppleKey), {}), ErrorCode::invalid_request);
  REQUIRE_ERROR(check_promotion(in_force(key, {to(kSecond, kFirst)}), {}), ErrorCode::invalid_request);
}

TEST_CASE("An object under two URIs is not its own successor, but a key may move to another token") {
  const auto one = shown("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
  const auto another = shown("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURk");
  const auto key = key_of(kAppleKey + kNextLine + "\n");
  CHECK(check_promotion(key, {.signs = &one, .next = &another}));
  REQUIRE_ERROR(check_promotion(key, {.signs = &one, .next = &one}), ErrorCode::invalid_request);
  CHECK(check_promotion(key_of(kAppleKey + kNextLine + " token=another\n"), {.signs = &one, .next = &one}));
}

TEST_CASE("An edit that takes a promotion back is a switch, and the object that signed stays published") {
  const std::vector<KeySwitch> promoted{to(kSecond, kFirst)};
  const auto in_use = in_force(key_of(kAppleKey + kNextLine + "\n"), promoted);
  const auto rolled_back = key_of(kAppleKey);
  const auto made = switch_by_edit(rolled_back, promoted, {&in_use, {{"kid", "ABCDEFGH12"}}}, kNow + 100s);
  REQUIRE(made);
  CHECK((made->former == kSecond && made->object == kFirst && made->by_edit));
  CHECK(made->until == kNow + 1300s);
  CHECK(made->jwk.at("kid") == "ABCDEFGH12");
  const auto switches = add_switch(promoted, *made);
  const auto key = in_force(rolled_back, switches);
  CHECK(place_of(key) == kFirst);
  CHECK(former(key) == Places{kSecond});
  CHECK_FALSE(switch_by_edit(rolled_back, switches, {&key, {}}, kNow + 200s));

  INFO("the same object may be next anew, and waits for its time");
  const auto anew = key_of(kAppleKey + kNextLine + " from=2027-01-16T08:00:00Z\n");
  CHECK(place_of(in_force(anew, switches)) == kFirst);
  CHECK(in_force(anew, switches).rotation.next);
  CHECK_FALSE(switch_by_edit(anew, switches, {&key, {}}, kNow + 200s));
  const auto again = add_switch(switches, to(kSecond, kFirst, kNow + 300s));
  CHECK(place_of(in_force(anew, again)) == kSecond);
}

TEST_CASE("An edit while the daemon was down is seen by the record alone") {
  const std::vector<KeySwitch> promoted{to(kSecond, kFirst)};
  const auto made = switch_by_edit(key_of(kAppleKey), promoted, {}, kNow + 5000s);
  REQUIRE(made);
  CHECK((made->former == kSecond && made->object == kFirst));
  CHECK(made->jwk.at("kid").as_string() == kSecond);
  CHECK(made->until == kNow + 5000s + 1200s);
  CHECK_FALSE(switch_by_edit(key_of(kAppleKey), add_switch(promoted, *made), {}, kNow + 6000s));
  CHECK_FALSE(switch_by_edit(key_of(kAppleKey + kNextLine + "\n"), promoted, {}, kNow + 5000s));
  CHECK_FALSE(switch_by_edit(key_of(updated()), promoted, {}, kNow + 5000s));
  CHECK_FALSE(switch_by_edit(key_of(updated()), {}, {}, kNow));
}

TEST_CASE("An edit of the object itself is a switch where the key is published, and promotes nothing") {
  const auto published = key_of(kAppleKey + "publish = yes\n");
  const auto made = switch_by_edit(key_of(updated() + "publish = yes\n"), {}, {&published, {{"kid", "a"}}}, kNow);
  REQUIRE(made);
  CHECK(former(in_force(key_of(updated()), {*made})) == Places{kFirst});
  CHECK(place_of(in_force(key_of(kAppleKey + kNextLine + "\n"), {*made})) == kFirst);
  const auto unpublished = key_of(kAppleKey);
  CHECK_FALSE(switch_by_edit(key_of(updated()), {}, {&unpublished, {{"kid", "a"}}}, kNow));
}

TEST_CASE("Nothing is promoted where the record of a switch that still matters would have to go") {
  std::vector<KeySwitch> switches;
  int made = 0;
  while (check_room(switches, kFirst, kNow + 100s)) {
    REQUIRE(made < 100);
    const auto at = kNow + std::chrono::seconds(made);
    switches = add_switch(std::move(switches), to("b", "a" + std::to_string(made), at));
    ++made;
    REQUIRE(switches.size() == static_cast<std::size_t>(made));
  }
  CHECK(made > 4);
  const auto refused = check_room(switches, kFirst, kNow + 100s);
  REQUIRE_ERROR(refused, ErrorCode::rate_limited);
  CHECK(refused.error().retry_after == 1100s);
  CHECK(check_room(switches, kFirst, kNow + 1200s));
  INFO("an object whose own record is replaced needs no room");
  CHECK(check_room(switches, "a0", kNow + 100s));
}

TEST_CASE("The former object stays published while the longest of its JWTs may live") {
  CHECK(retired_by(key_of(kAppleKey), kNow) == kNow + 1140s + 60s);
  CHECK(retired_by(key_of(kStoreKey + "long-lived = allow\n"), kNow) == kNow + 15'551'940s + 60s);
  const auto without_expiry = profile_of(
      R"({"language":1,"title":"t","source":"https://e.test/","algorithms":["ES256"],"lifetime":{"expires":false},"reuse":{"max-age":3000}})");
  const auto key = key_of("token = build\nobject = pkcs11:object=x\nprofile = test\n", {{"test", without_expiry}});
  CHECK(retired_by(key, kNow) == kNow + 3000s + 60s);
}

TEST_CASE("Switches that nothing depends on any more are forgotten, the last one never") {
  std::vector<KeySwitch> switches = add_switch({}, to(kSecond, kFirst, kNow));
  switches = add_switch(std::move(switches), to(kThird, kSecond, kNow + 10s));
  CHECK(switches.size() == 2);
  switches = add_switch(std::move(switches), to(kFirst, kThird, kNow + 5000s));
  REQUIRE(switches.size() == 1);
  CHECK(switches.back().object == kFirst);
  for (int i = 0; i < 100; ++i)
    switches = add_switch(std::move(switches), to("b", "a" + std::to_string(i), kNow + 5000s));
  CHECK(switches.size() < 20);
  CHECK(switches.back().former == "a99");
  CHECK(switches.back().object_jwk.at("kid") == "b");
  CHECK(switches.front().object_jwk.empty());
}

TEST_CASE("Switches are read back as they were written, and a damaged record is not guessed at") {
  const std::vector<KeySwitch> switches{to(kSecond, kFirst), to(kFirst, kSecond, kNow + 9s)};
  const std::string text = write_switches(switches);
  const auto read = read_switches(text);
  REQUIRE_OK(read);
  CHECK(*read == switches);
  for (std::size_t length = 0; length + 1 < text.size(); ++length)
    REQUIRE_ERROR(read_switches(std::string_view(text).substr(0, length)), ErrorCode::bad_input);
  REQUIRE_ERROR(read_switches(replaced(text, "former", "farmer")), ErrorCode::bad_input);
}

TEST_CASE("Records put switches in force, and a damaged one takes its key alone out of use") {
  Configuration written{.daemon = {.state_dir = "/state"}, .keys = {}, .broken = {}, .problems = {}};
  for (const char* name : {"apple", "pear", "plum"}) {
    KeyPolicy key = key_of(kAppleKey + kNextLine + "\n");
    key.name = name;
    written.keys.emplace(name, std::move(key));
  }
  const auto records =
      read_records({{"apple", write_switches({to(kSecond, kFirst)})}, {"pear", "{"}, {"gone", "no text of ours"}});
  const Configuration force = in_force(written, records);
  CHECK(place_of(force.keys.at("apple")) == kSecond);
  CHECK(place_of(force.keys.at("plum")) == kFirst);
  CHECK_FALSE(force.keys.contains("pear"));
  REQUIRE(force.broken.contains("pear"));
  CHECK(force.broken.at("pear").allow.size() == 1);
  CHECK(force.broken.at("pear").message.find("/state") == std::string::npos);
  CHECK(force.problems.size() == 1);
  CHECK(has_problem(force.problems, "/state/rotation/pear: "));
}
