#include "daemon/rules/key_config.h"

#include <algorithm>
#include <utility>

#include <boost/json/serialize.hpp>

#include "daemon/rules/key_against_profile.h"
#include "daemon/rules/key_draft.h"
#include "daemon/rules/key_options.h"
#include "daemon/rules/key_rule_options.h"
#include "daemon/rules/key_rules_check.h"
#include "daemon/rules/key_variables.h"
#include "daemon/rules/member_order.h"
#include "daemon/rules/profile_template.h"
#include "daemon/rules/rotation_lines.h"
#include "proto/config_values.h"

namespace signet::rules {
namespace {

Unexpected<Error> refused(std::string message) { return Unexpected(Error{ErrorCode::bad_input, std::move(message)}); }

/// Lines without the options that only a profile could explain: where it cannot be read, they would all look unknown.
ConfigLines without_variables(ConfigLines lines) {
  std::erase_if(lines.entries, [](const ConfigEntry& entry) {
    return std::ranges::find(kKeyOptions, option_head(entry.option)) == kKeyOptions.end();
  });
  return lines;
}

/// Reads one file in four steps: lines, options, variables, and what key and profile say of each other.
class KeyReader {
 public:
  KeyReader(ConfigLines lines, const Accounts& accounts) : accounts_(accounts) { draft_.lines = std::move(lines); }

  KeyReading read(const std::map<std::string, ProfilePtr>& profiles) {
    find_name();
    find_profile(profiles);
    read_options();
    if (draft_.key.profile != nullptr) {
      settle_variables(draft_);
      check_against_profile(draft_);
      check_rules(draft_);
      if (draft_.problems.empty()) settle_default_claims(draft_);
      if (draft_.problems.empty()) check_defaults_by_rules(draft_);
    }
    return finish();
  }

 private:
  void find_name() {
    const auto name = key_name_of(draft_.lines.file);
    if (name)
      draft_.key.name = name.value();
    else
      draft_.complain("", name.error().message);
  }

  void find_profile(const std::map<std::string, ProfilePtr>& profiles) {
    const auto* written = draft_.find("profile");
    if (written == nullptr) return;  // the schema says that it is missing
    profile_name_ = written->value;
    const auto found = profiles.find(profile_name_);
    if (found == profiles.end())
      draft_.complain("profile", "is the name of no file in profiles-dir; write one of those, without .json");
    else if (found->second == nullptr)
      draft_.complain("profile", "names a profile whose own file is wrong; mend that first");
    else
      draft_.key.profile = found->second;
  }

  void read_options() {
    const bool known = draft_.key.profile != nullptr;
    ConfigSchema schema;
    add_key_options(schema, draft_, accounts_);
    add_rule_options(schema, draft_);
    if (known) add_variable_options(schema, draft_);
    auto found = schema.apply(known ? draft_.lines : without_variables(draft_.lines));
    draft_.problems.insert(draft_.problems.begin(), std::make_move_iterator(found.begin()),
                           std::make_move_iterator(found.end()));
  }

  /// RFC 7515 section 4.1: `alg` first, then what the profile says, unless the profile sorts them.
  void write_header() {
    KeyPolicy& key = draft_.key;
    boost::json::object header{{"alg", boost::json::string(jose_name(key.algorithm))}};
    header = expand_members(key.profile->header, key.variables, std::move(header));
    key.kid_is_thumbprint = std::ranges::any_of(
        key.profile->header, [](const Member& member) { return member.name == "kid" && is_thumbprint(member.value); });
    const auto* kid = header.if_contains("kid");
    if (kid != nullptr && !key.kid_is_thumbprint) key.kid = std::string(kid->as_string());
    const bool sorted = key.profile->order == MemberOrder::sorted;
    key.header_json = boost::json::serialize(sorted ? sorted_members(header) : boost::json::value(header));
    key.fixed_claims = expand_members(key.profile->claims, key.variables, {});
    add_forced(key);
  }

  /// A forced claim that callers could give stands in that claim's place; the others follow the fixed ones.
  static void add_forced(KeyPolicy& key) {
    const auto& claims = key.profile->caller_claims;
    for (const auto& member : key.rules.forced)
      if (member.key() != "scope" && std::ranges::find(claims, member.key(), &CallerClaim::name) == claims.end())
        key.fixed_claims.emplace(member.key(), member.value());
  }

  KeyReading finish() {
    KeyReading reading{.allow = draft_.key.allow,
                       .profile_name = profile_name_,
                       .token = draft_.key.token,
                       .problems = std::move(draft_.problems)};
    if (!reading.problems.empty()) return reading;
    write_header();
    reading.key = std::move(draft_.key);
    return reading;
  }

  const Accounts& accounts_;
  KeyDraft draft_{};
  std::string profile_name_{};
};

}  // namespace

Result<std::string> key_name_of(std::string_view path) {
  static constexpr std::string_view kSuffix = ".conf";
  const auto base = path.substr(path.rfind('/') + 1);
  if (!base.ends_with(kSuffix)) return refused("is no key file; name it NAME.conf");
  auto name = parse_name(base.substr(0, base.size() - kSuffix.size()));
  if (!name)
    return refused("names a key that no caller could ask for; name the file NAME.conf with 1 to 64 of a-z 0-9 . _ -");
  return name;
}

std::chrono::seconds profile_longest(const KeyPolicy& key) {
  const auto& rule = key.profile->lifetime;
  return rule.long_lived && key.long_lived_allowed ? rule.long_lived->cap - rule.backdate : rule.max_lifetime();
}

std::optional<std::chrono::seconds> longest_lifetime(const KeyPolicy& key) {
  if (!key.profile->lifetime.expires()) return std::nullopt;
  return key.rules.max_lifetime ? *key.rules.max_lifetime : profile_longest(key);
}

bool role_demands_scope(const KeyPolicy& key) {
  const auto& roles = key.profile->scope_required_for;
  return !key.unscoped_allowed && std::ranges::find(roles, key.role) != roles.end();
}

KeyReading read_key_config(std::string file, std::string_view text, const std::map<std::string, ProfilePtr>& profiles,
                           const Accounts& accounts) {
  const ConfigLines lines = read_config_lines(std::move(file), text);
  const auto read = [&](ConfigLines each) { return KeyReader(std::move(each), accounts).read(profiles); };
  KeyReading reading = read(lines);
  read_rotation(reading, lines, read);
  return reading;
}

}  // namespace signet::rules
