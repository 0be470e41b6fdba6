#pragma once

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "daemon/rules/accounts.h"
#include "daemon/rules/configuration.h"
#include "daemon/rules/key_config.h"
#include "daemon/rules/peer.h"
#include "daemon/rules/profile.h"
#include "proto/api.h"
#include "proto/base64url.h"
#include "proto/json.h"
#include "tests/support/catch.h"
#include "tests/support/matchers.h"

// The machine of these tests: users ci (1001) and eve (1002), group builders (2001).
namespace signet::rules {

inline Result<std::uint32_t> look_up(const std::map<std::string, std::uint32_t>& known, const std::string& name,
                                     const char* kind) {
  if (const auto found = known.find(name); found != known.end()) return found->second;
  return Unexpected(Error{ErrorCode::bad_input, std::string("no ") + kind + " " + name + " on this machine"});
}

inline Accounts accounts() {
  return {.user_id =
              [](const std::string& name) {
                return look_up({{"ci", 1001}, {"eve", 1002}}, name, "user");
              },
          .group_id =
              [](const std::string& name) {
                return look_up({{"builders", 2001}}, name, "group");
              }};
}

inline const Peer kCi{.uid = 1001, .gid = 1001, .groups = {2001}, .pid = 77, .user = "ci"};
inline const Peer kEve{.uid = 1002, .gid = 1002, .groups = {}, .pid = 78, .user = "eve"};

inline std::string read_whole(const std::string& path) {
  std::ifstream file(path);
  REQUIRE(file.good());
  return {std::istreambuf_iterator<char>(file), {}};
}

inline ProfilePtr shipped_profile(const std::string& name) {
  const auto path = std::string(SIGNET_PROFILES) + "/" + name + ".json";
  auto reading = read_profile(path, read_whole(path));
  for (const auto& problem : reading.problems) UNSCOPED_INFO(to_string(problem));
  REQUIRE(reading.profile != nullptr);
  return reading.profile;
}

inline ProfilePtr profile_of(const std::string& json, const std::string& name = "test") {
  auto reading = read_profile("/p/" + name + ".json", json);
  for (const auto& problem : reading.problems) UNSCOPED_INFO(to_string(problem));
  REQUIRE(reading.profile != nullptr);
  return reading.profile;
}

inline std::map<std::string, ProfilePtr> shipped_profiles() {
  return {{"apple-enterprise", shipped_profile("apple-enterprise")},
          {"app-store-connect", shipped_profile("app-store-connect")}};
}

inline const std::string kAppleKey = R"(token   = build
object  = pkcs11:object=AuthKey_2X9R4HXF34
profile = apple-enterprise
key-id  = 2X9R4HXF34
issuer  = 57246542-96fe-1a63-e053-0824d011072a
role    = developer
allow   = user:ci
)";

inline const std::string kStoreKey = R"(token   = build
object  = pkcs11:object=store
profile = app-store-connect
key-id  = ABCDEFGH12
issuer  = 57246542-96fe-1a63-e053-0824d011072a
role    = app-manager
allow   = user:ci
)";

inline KeyReading read_key(const std::string& text, const std::string& file = "/k/apple.conf") {
  return read_key_config(file, text, shipped_profiles(), accounts());
}

/// A key that must be good.
inline KeyPolicy key_of(const std::string& text,
                        const std::map<std::string, ProfilePtr>& profiles = shipped_profiles()) {
  auto reading = read_key_config("/k/apple.conf", text, profiles, accounts());
  for (const auto& problem : reading.problems) UNSCOPED_INFO(to_string(problem));
  REQUIRE(reading.key.has_value());
  return std::move(*reading.key);
}

inline std::vector<std::string> texts_of(const std::vector<ConfigProblem>& problems) {
  std::vector<std::string> texts;
  std::ranges::transform(problems, std::back_inserter(texts), [](const auto& problem) { return to_string(problem); });
  return texts;
}

/// Some problem's text begins so.
inline bool has_problem(const std::vector<ConfigProblem>& problems, const std::string& beginning) {
  for (const auto& text : texts_of(problems)) UNSCOPED_INFO(text);
  return std::ranges::any_of(texts_of(problems), [&](const std::string& text) { return text.starts_with(beginning); });
}

inline std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const auto at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), by);
}

inline TokenRequest request_of(const std::string& body) {
  auto request = read_token_request(body);
  REQUIRE_OK(request);
  return std::move(request).value();
}

}  // namespace signet::rules
