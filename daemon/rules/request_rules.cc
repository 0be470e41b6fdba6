#include "daemon/rules/request_rules.h"

#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "daemon/rules/late_values.h"
#include "daemon/rules/scope.h"
#include "proto/json_path.h"

namespace signet::rules {
namespace {

namespace json = boost::json;
using Rules = std::vector<std::string>;

struct Broken {
  std::string option;   ///< as `mode` names the rule
  std::string message;  ///< without the rule
  ErrorCode code = ErrorCode::claims_rejected;
  std::string rule{};  ///< where more is to be said of it than the option's name
};

Result<void> broken(const KeyPolicy& key, Broken what, Rules& would_refuse) {
  const std::string rule = what.rule.empty() ? what.option : what.rule;
  if (only_recorded(key.rules.mode, what.option)) {
    would_refuse.push_back(rule);
    return {};
  }
  Error error{what.code, std::move(what.message), fmt::format("key {}: {}", key.name, rule)};
  error.rule = rule;
  return Unexpected(std::move(error));
}

Result<void> check_not_forced(const KeyPolicy& key, std::string_view name) {
  if (!key.rules.forced.contains(name)) return {};
  Error error{ErrorCode::claims_rejected, fmt::format("{} is set by this key's own rules (claim); leave it out.",
                                                      json_path_member("claims", name))};
  error.rule = fmt::format("claim {}", name);
  return Unexpected(std::move(error));
}

Result<void> check_let_through(const KeyPolicy& key, std::string_view name, Rules& would_refuse) {
  if (lets_through(key.rules, name)) return {};
  return broken(key,
                {.option = "caller-claims",
                 .message = fmt::format("{} may not be given for this key (caller-claims); leave it out.",
                                        json_path_member("claims", name))},
                would_refuse);
}

/// The place of the first text that no pattern matches; nothing where all do.
std::optional<std::string> first_outside(const std::vector<Glob>& globs, const json::value& value, std::string place) {
  if (value.is_string()) return any_matches(globs, value.get_string()) ? std::nullopt : std::optional(std::move(place));
  if (!value.is_array()) return place;
  for (std::size_t i = 0; i < value.get_array().size(); ++i)
    if (auto outside = first_outside(globs, value.get_array()[i], json_path_element(place, i))) return outside;
  return std::nullopt;
}

Result<void> check_claim_allow(const KeyPolicy& key, std::string_view name, const json::value& value,
                               Rules& would_refuse) {
  const auto globs = key.rules.claim_allow.find(name);
  if (globs == key.rules.claim_allow.end()) return {};
  const auto outside = first_outside(globs->second, value, json_path_member("claims", name));
  if (!outside) return {};
  return broken(key,
                {.option = fmt::format("claim-allow {}", name),
                 .message = fmt::format("{} has a value that this key's rules do not let through (claim-allow); "
                                        "GET /v1/keys/{} shows the patterns.",
                                        *outside, key.name)},
                would_refuse);
}

}  // namespace

bool lets_default_through(const KeyPolicy& key, std::string_view claim) {
  const auto globs = key.rules.claim_allow.find(claim);
  const auto* value = key.default_claims.if_contains(claim);
  if (globs == key.rules.claim_allow.end() || value == nullptr || key.rules.forced.contains(claim)) return true;
  const auto example = fill_marks(json::serialize(*value), [](std::string_view) -> Result<std::optional<std::string>> {
    return std::optional<std::string>("5f0c2b1e-9d34-4a67-8b1f-3c6d7e8f9a0b");
  });
  return example && !first_outside(globs->second, json::parse(*example), "");
}

Result<void> check_claims_by_rules(const KeyPolicy& key, const json::object& asked, Rules& would_refuse) {
  for (const auto& member : asked) {
    if (member.key() == kScope) continue;
    SIGNET_TRY(check_not_forced(key, member.key()));
    SIGNET_TRY(check_let_through(key, member.key(), would_refuse));
    SIGNET_TRY(check_claim_allow(key, member.key(), member.value(), would_refuse));
  }
  return {};
}

Result<void> check_scope_by_rules(const KeyPolicy& key, const json::value& shaped, Rules& would_refuse) {
  if (key.rules.scope_allow.empty()) return {};
  const auto entries = scope_entries(*key.profile->scope, shaped);
  const auto outside =
      std::ranges::find_if(entries, [&](std::string_view entry) { return !any_matches(key.rules.scope_allow, entry); });
  if (outside == entries.end()) return {};
  return broken(key,
                {.option = "scope-allow",
                 .message = fmt::format("scope[{}] is not one that this key's rules let through (scope-allow); "
                                        "GET /v1/keys/{} shows the patterns.",
                                        outside - entries.begin(), key.name)},
                would_refuse);
}

std::string_view unscoped_rule(const KeyPolicy& key) {
  if (key.rules.require_scope) return "require-scope";
  // A token without a scope may do everything, so patterns for scopes mean one.
  return !key.rules.scope_allow.empty() && !key.unscoped_allowed ? "scope-allow" : "";
}

Result<void> check_unscoped_by_rules(const KeyPolicy& key, Rules& would_refuse) {
  const std::string option(unscoped_rule(key));
  if (option.empty()) return {};
  return broken(
      key,
      {.option = option, .message = fmt::format("scope is missing; this key signs no token without one ({}).", option)},
      would_refuse);
}

Result<void> check_lifetime_by_rules(const KeyPolicy& key, std::chrono::seconds asked, Rules& would_refuse) {
  const auto& longest = key.rules.max_lifetime;
  if (!longest || asked <= *longest) return {};
  return broken(key,
                {.option = "max-lifetime",
                 .message = fmt::format("A lifetime of {} s is longer than {} s, the longest for this key "
                                        "(max-lifetime).",
                                        asked.count(), longest->count()),
                 .code = ErrorCode::lifetime_rejected,
                 .rule = fmt::format("max-lifetime {}s", longest->count())},
                would_refuse);
}

}  // namespace signet::rules
