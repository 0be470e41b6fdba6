#include "daemon/rules/may_ask.h"
#include "daemon/rules/views.h"
#include "tests/unit/profile_texts.h"
#include "tests/unit/rules_fixture.h"

using namespace signet;
using namespace signet::rules;

namespace {

KeyPolicy named(const std::string& name, std::string text) {
  auto key = key_of(text);
  key.name = name;
  return key;
}

Configuration configuration() {
  Configuration built;
  built.keys.emplace("store", named("store", kStoreKey + "publish = yes\n"));
  built.keys.emplace("apple", named("apple", kAppleKey));
  built.keys.emplace(
      "others",
      named("others", replaced(replaced(kAppleKey, "user:ci", "user:eve"), "= build", "= card") + "publish = yes\n"));
  built.broken.emplace(
      "broken", BrokenKey{{parse_allow("user:ci", accounts()).value()}, "apple-enterprise", "Its file is wrong."});
  built.broken.emplace("unreadable", BrokenKey{{}, "", "Its file is wrong."});
  return built;
}

LiveState live() {
  LiveState state;
  state.tokens["build"] = {"ready", "", 5};
  state.tokens["card"] = {"absent", "Put the card in.", 6};
  return state;
}

PublicKey some_public_key() {
  // RFC 8037 appendix A.2.
  auto key = PublicKey::from_ed25519(base64url_decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").value());
  REQUIRE_OK(key);
  return key.value();
}

std::vector<std::string> names(const std::vector<KeySummary>& keys) {
  std::vector<std::string> list;
  for (const auto& key : keys) list.push_back(key.name + ":" + key.state);
  return list;
}

}  // namespace

TEST_CASE("A caller sees its own keys, broken ones among them, sorted by name") {
  CHECK(names(list_keys(configuration(), kCi, live())) ==
        std::vector<std::string>{"apple:ready", "broken:misconfigured", "store:ready"});
  CHECK(names(list_keys(configuration(), kEve, live())) == std::vector<std::string>{"others:unavailable"});
  CHECK(list_keys(configuration(), Peer{.uid = 0}, live()).empty());
}

TEST_CASE("A key's state is that of the worst thing known of it") {
  const auto key = key_of(kAppleKey);
  const auto state_with = [&](const std::string& token) {
    LiveState state;
    if (!token.empty()) state.tokens["build"] = {token, "", 0};
    return key_state(key, state);
  };
  CHECK(state_with("ready") == "ready");
  CHECK(state_with("degraded") == "ready");
  CHECK(state_with("opening") == "opening");
  CHECK(state_with("") == "opening");
  for (const char* token : {"absent", "pin-refused", "misconfigured", "unreachable"})
    CHECK(state_with(token) == "unavailable");
  auto state = live();
  state.keys["apple"] = {false, "The token lets this key be exported."};
  CHECK(key_state(key, state) == "misconfigured");
  state.disabled["apple"] = "x";
  CHECK(key_state(key, state) == "disabled");
}

TEST_CASE("A key is shown with what its caller may ask for") {
  const auto detail = show_key(configuration(), kCi, "apple", live());
  REQUIRE_OK(detail);
  CHECK(detail.value().summary.kid == "2X9R4HXF34");
  CHECK(detail.value().summary.alg == "ES256");
  CHECK(detail.value().summary.profile == "apple-enterprise");
  CHECK_FALSE(detail.value().jwk);
  CHECK(detail.value().may_ask.claims.empty());
  CHECK(detail.value().may_ask.scope);
  CHECK_FALSE(detail.value().may_ask.scope_required);
  CHECK(detail.value().may_ask.default_lifetime == 840);
  CHECK(detail.value().may_ask.max_lifetime == 1140);
  CHECK(detail.value().admitted_by == "user:ci");
  REQUIRE_ERROR(show_key(configuration(), kCi, "others", live()), ErrorCode::not_permitted);
  REQUIRE_ERROR(show_key(configuration(), kCi, "", live()), ErrorCode::not_permitted);
  REQUIRE_ERROR(show_key(configuration(), kCi, "broken", live()), ErrorCode::token_unavailable);
}

TEST_CASE("What may be asked follows role and switches") {
  Configuration built;
  built.keys.emplace("admin", named("admin", replaced(kAppleKey, "developer", "admin")));
  built.keys.emplace("free", named("free", replaced(kAppleKey, "developer", "admin") + "unscoped = allow\n"));
  built.keys.emplace("long", named("long", kStoreKey + "long-lived = allow\n"));
  CHECK(show_key(built, kCi, "admin", live()).value().may_ask.scope_required);
  CHECK_FALSE(show_key(built, kCi, "free", live()).value().may_ask.scope_required);
  CHECK(show_key(built, kCi, "long", live()).value().may_ask.max_lifetime == 15'551'940);
}

TEST_CASE("What may be asked follows the rules of the key file") {
  using Texts = std::vector<std::string>;
  const auto profile = profile_of(R"({"language":1,"title":"t","source":"https://e.test/","algorithms":["ES256"],
    "caller-claims":{"sub":{"type":"text","one-of":["a","b"],"required":true},"aud":{"type":"texts"},
                     "count":{"type":"integer","min":1,"max":9},"dry":{"type":"boolean"}},
    "scope":{"shape":"array","entries":"text"},"lifetime":{"default":300,"cap":600}})");
  const auto ask = [&](const std::string& lines) {
    return may_ask(key_of("token = build\nobject = pkcs11:object=x\nprofile = test\n" + lines, {{"test", profile}}));
  };
  const auto all = ask("");
  REQUIRE(all.claims.size() == 4);
  CHECK((all.claims[0].name == "sub" && all.claims[0].type == "text" && all.claims[0].required));
  CHECK(all.claims[0].one_of == Texts{"a", "b"});
  CHECK(all.claims[1].type == "texts");
  CHECK((all.claims[2].min == 1 && all.claims[2].max == 9));
  CHECK((all.claims[3].type == "boolean" && !all.claims[3].min));
  CHECK((all.forced.empty() && all.scope && !all.scope_required && all.mode == "enforce" && all.audited.empty()));

  const auto ruled = ask(R"(caller-claims = aud
claim sub = a
claim-allow aud = x*
claim-allow aud = y
scope-allow = r.*
max-lifetime = 2min
mode = audit max-lifetime
)");
  REQUIRE(ruled.claims.size() == 1);
  CHECK(ruled.claims[0].allow == Texts{"x*", "y"});
  CHECK(ruled.forced == Texts{"sub"});
  CHECK(ruled.scope_required);
  CHECK(ruled.scope_allow == Texts{"r.*"});
  CHECK((ruled.default_lifetime == 300 && ruled.max_lifetime == 120));
  CHECK((ruled.mode == "audit" && ruled.audited == Texts{"max-lifetime"}));

  const auto forced_scope = ask("claim scope = [\"secret\"]\nscope-allow = r\n");
  CHECK((!forced_scope.scope && !forced_scope.scope_required && forced_scope.scope_allow.empty()));
  CHECK(forced_scope.forced == Texts{"scope"});
  CHECK(ask("caller-claims = sub\nmode = audit\n").audited == Texts{"caller-claims"});
}

TEST_CASE("A disabled key is shown as disabled to its caller") {
  auto state = live();
  state.disabled["apple"] = "leaked";
  CHECK(show_key(configuration(), kCi, "apple", state).value().summary.state == "disabled");
  const auto health = health_for(configuration(), kCi, state);
  CHECK(health.keys.at("apple").state == "disabled");
  CHECK(health.keys.at("apple").message.find("leaked") == std::string::npos);
}

TEST_CASE("Where the kid is the thumbprint, a key is listed with it as soon as the key is known") {
  const auto profile = profile_of(profile_text(R"(,"header":{"kid":"${key.thumbprint}"})"));
  Configuration built;
  built.keys.emplace("apple", key_of("token = build\nobject = pkcs11:object=x\nprofile = test\nallow = user:ci\n",
                                     {{"test", profile}}));
  auto state = live();
  CHECK(list_keys(built, kCi, state).front().kid.empty());
  state.keys["apple"] = {true, "", some_public_key()};
  CHECK(list_keys(built, kCi, state).front().kid == some_public_key().thumbprint());
}

TEST_CASE("A fixed lifetime is the longest that may be asked for") {
  const auto profile = profile_of(profile_text("", R"({"default":60,"cap":120,"fixed":true})"));
  Configuration built;
  built.keys.emplace("apple", key_of("token = build\nobject = pkcs11:object=x\nprofile = test\nallow = user:ci\n",
                                     {{"test", profile}}));
  const auto shown = show_key(built, kCi, "apple", live());
  REQUIRE_OK(shown);
  CHECK(shown.value().may_ask.max_lifetime == 60);
}

TEST_CASE("whoami repeats what the kernel said") {
  const auto who = who_am_i(kCi);
  CHECK(who.uid == 1001);
  CHECK(who.user == "ci");
  CHECK(who.gid == 1001);
  CHECK(who.groups == std::vector<std::uint32_t>{2001});
  CHECK_FALSE(who.unit);
  CHECK_FALSE(who.slice);
  Peer runner = kCi;
  runner.unit = "gitlab-runner.service";
  runner.slice = "system.slice";
  CHECK(who_am_i(runner).unit == "gitlab-runner.service");
  CHECK(who_am_i(runner).slice == "system.slice");
}

TEST_CASE("Of several lines that admit, the first is the one told") {
  Configuration built;
  built.keys.emplace("apple", named("apple", replaced(kAppleKey, "= user:ci",
                                                      "= user:eve\nallow = group:builders user:ci\nallow = user:ci")));
  CHECK(show_key(built, kCi, "apple", live()).value().admitted_by == "group:builders user:ci");
  CHECK(show_key(built, kEve, "apple", live()).value().admitted_by == "user:eve");
}

TEST_CASE("Health shows a caller its own tokens and keys and nobody else's") {
  const auto health = health_for(configuration(), kCi, live());
  CHECK(health.status == "degraded");
  CHECK(health.tokens.size() == 1);
  CHECK(health.tokens.at("build").state == "ready");
  CHECK(health.keys.size() == 1);
  CHECK(health.keys.at("broken").message == "Its file is wrong.");
}

TEST_CASE("Health is ok, degraded or down") {
  auto built = configuration();
  CHECK(health_for(built, kEve, live()).status == "down");
  CHECK(health_for(built, kEve, live()).tokens.at("card").message == "Put the card in.");
  CHECK(health_for(built, kEve, live()).keys.at("others").state == "unavailable");
  built.broken.clear();
  CHECK(health_for(built, kCi, live()).status == "ok");

  auto state = live();
  state.tokens["build"].state = "opening";
  CHECK(health_for(built, kCi, state).status == "degraded");
  state.tokens["build"].state = "degraded";
  CHECK(health_for(built, kCi, state).status == "degraded");
  state.tokens["build"].state = "pin-refused";
  CHECK(health_for(built, kCi, state).status == "down");
  CHECK(health_for(built, kCi, LiveState{}).status == "degraded");
  state = live();
  state.keys["apple"].message = "Its certificate has expired.";
  CHECK(health_for(built, kCi, state).status == "degraded");
  CHECK(health_for(built, kCi, state).keys.at("apple").state == "ready");
  CHECK(health_for(built, kCi, state).keys.at("apple").message == "Its certificate has expired.");
  state = live();
  state.audit_works = false;
  CHECK(health_for(built, kCi, state).status == "down");
  CHECK(health_for(built, Peer{.uid = 9}, live()).status == "ok");
}
