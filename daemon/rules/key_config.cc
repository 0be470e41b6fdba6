#include "daemon/rules/key_config.h"

#include <algorithm>
#include <utility>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "daemon/rules/config_takes.h"
#include "daemon/rules/key_pin.h"
#include "daemon/rules/template_text.h"
#include "proto/config_values.h"
#include "proto/pkcs11_uri.h"

namespace signet::rules {
namespace {

using std::chrono::seconds;

Unexpected<Error> refused(std::string message) { return Unexpected(Error{ErrorCode::bad_input, std::move(message)}); }

Result<std::string> parse_object(std::string_view text) {
  SIGNET_TRY_ASSIGN(const Pkcs11Uri uri, parse_pkcs11_uri(text));
  if (!uri.object && !uri.id) return refused("names no key; write pkcs11:object=LABEL or pkcs11:id=%01%02");
  if (uri.type && *uri.type != "private") return refused("names no private key; leave type out");
  return to_string(uri);
}

Result<seconds> parse_lifetime(std::string_view text) {
  SIGNET_TRY_ASSIGN(const auto duration, parse_duration(text));
  const auto whole = std::chrono::floor<seconds>(duration);
  if (whole != duration || whole.count() == 0) return refused("must be whole seconds, at least one");
  return whole;
}

Result<bool> parse_allow_word(std::string_view text) {
  if (text == "allow") return true;
  return refused("can only be allow; leave the line out otherwise");
}

const std::string* value_of(const ConfigLines& lines, std::string_view option) {
  const auto entry = std::ranges::find(lines.entries, option, &ConfigEntry::option);
  return entry == lines.entries.end() ? nullptr : &entry->value;
}

/// Lines without the options that only a profile could explain: where it cannot be read, they would all look unknown.
ConfigLines without_variables(ConfigLines lines) {
  std::erase_if(lines.entries, [](const ConfigEntry& entry) {
    return std::ranges::find(kKeyOptions, entry.option) == kKeyOptions.end();
  });
  return lines;
}

bool applies(const When& when, const std::map<std::string, std::string>& variables) {
  return std::ranges::all_of(when, [&](const auto& condition) {
    const auto found = variables.find(condition.first);
    return found != variables.end() && found->second == condition.second;
  });
}

boost::json::object expand_members(const std::vector<Member>& members,
                                   const std::map<std::string, std::string>& variables, boost::json::object object) {
  for (const auto& member : members)
    if (applies(member.when, variables)) object[member.name] = expand(member.value, variables);
  return object;
}

/// Reads one file in four steps: lines, options, variables, and what key and profile say of each other.
class KeyReader {
 public:
  KeyReader(ConfigLines lines, const Accounts& accounts) : lines_(std::move(lines)), accounts_(accounts) {}

  KeyReading read(const std::map<std::string, ProfilePtr>& profiles) {
    find_name();
    find_profile(profiles);
    read_options();
    if (key_.profile != nullptr) {
      settle_variables();
      check_algorithm();
      check_role();
      check_unscoped();
      check_lifetime();
      check_long_lived();
      check_pin();
    }
    return finish();
  }

 private:
  void complain(std::string_view option, std::string message) {
    const auto entry = std::ranges::find(lines_.entries, option, &ConfigEntry::option);
    const int line = entry == lines_.entries.end() ? 0 : entry->line;
    problems_.push_back({lines_.file, line, std::string(option), std::move(message)});
  }

  void find_name() {
    const auto name = key_name_of(lines_.file);
    if (name)
      key_.name = name.value();
    else
      complain("", name.error().message);
  }

  void find_profile(const std::map<std::string, ProfilePtr>& profiles) {
    const auto* name = value_of(lines_, "profile");
    if (name == nullptr) return;  // the schema says that it is missing
    profile_name_ = *name;
    const auto found = profiles.find(*name);
    if (found == profiles.end())
      complain("profile", "is the name of no file in profiles-dir; write one of those, without .json");
    else if (found->second == nullptr)
      complain("profile", "names a profile whose own file is wrong; mend that first");
    else
      key_.profile = found->second;
  }

  void read_options() {
    ConfigSchema schema;
    add_options(schema);
    if (key_.profile != nullptr)
      for (const auto& [name, variable] : key_.profile->variables)
        schema.optional(name, take_variable(name, variable.rule));
    auto found = schema.apply(key_.profile != nullptr ? lines_ : without_variables(lines_));
    problems_.insert(problems_.begin(), std::make_move_iterator(found.begin()), std::make_move_iterator(found.end()));
  }

  void add_options(ConfigSchema& schema) {
    schema.required("token", take_into(key_.token, parse_name))
        .required("object", take_into(key_.object, parse_object))
        .required("profile", [](std::string_view) -> Result<void> { return {}; })
        .optional("public-key", take_into(key_.pin, parse_pin))
        .optional("alg",
                  take_into(alg_, [](std::string_view text) -> Result<std::string> { return std::string(text); }))
        .optional("role",
                  take_into(key_.role, [](std::string_view text) -> Result<std::string> { return std::string(text); }))
        .optional("unscoped", take_into(key_.unscoped_allowed, parse_allow_word))
        .optional("long-lived", take_into(key_.long_lived_allowed, parse_allow_word))
        .repeated("allow",
                  [this](std::string_view text) -> Result<void> {
                    SIGNET_TRY_ASSIGN(auto line, parse_allow(text, accounts_));
                    key_.allow.push_back(std::move(line));
                    return {};
                  })
        .optional("rate", take_into(key_.rate, parse_rate))
        .optional("lifetime", take_into(key_.default_lifetime, parse_lifetime))
        .optional("publish", take_into(key_.publish, parse_yes_no))
        .optional("probe", take_into(key_.probe, parse_yes_no));
  }

  ConfigSchema::Take take_variable(const std::string& name, const TextRule& rule) {
    return [this, &name, &rule](std::string_view text) -> Result<void> {
      SIGNET_TRY(check_text(rule, text));
      key_.variables.emplace(name, text);
      return {};
    };
  }

  /// Fills in defaults, first of the variables on which others depend, then says which are missing and which do not
  /// belong.
  void settle_variables() {
    const auto& declared = key_.profile->variables;
    for (const auto& [name, variable] : declared)
      if (variable.when.empty()) settle_variable(name, variable);
    for (const auto& [name, variable] : declared)
      if (!variable.when.empty()) settle_variable(name, variable);
  }

  void settle_variable(const std::string& name, const Variable& variable) {
    const bool given = value_of(lines_, name) != nullptr;
    if (!applies(variable.when, key_.variables)) {
      if (given)
        complain(name, fmt::format("belongs to another kind of key: it stands only beside {}; remove it",
                                   conditions(variable)));
    } else if (!given && variable.default_value) {
      key_.variables.emplace(name, *variable.default_value);
    } else if (!given) {
      complain(name, fmt::format("is missing; profile {} needs it", key_.profile->name));
    }
  }

  static std::string conditions(const Variable& variable) {
    std::vector<std::string> words;
    for (const auto& [name, value] : variable.when) words.push_back(fmt::format("{} = {}", name, value));
    return fmt::format("{}", fmt::join(words, " and "));
  }

  void check_algorithm() {
    const auto& allowed = key_.profile->algorithms;
    key_.algorithm = allowed.front();
    if (!alg_) return;
    const auto algorithm = algorithm_from_name(*alg_);
    if (algorithm && std::ranges::find(allowed, *algorithm) != allowed.end()) {
      key_.algorithm = *algorithm;
      return;
    }
    std::string names;
    for (const auto one : allowed) names += fmt::format("{}{}", names.empty() ? "" : ", ", jose_name(one));
    complain("alg", fmt::format("is not what profile {} allows; write one of: {}", key_.profile->name, names));
  }

  void check_role() {
    const auto& roles = key_.profile->roles;
    const bool given = value_of(lines_, "role") != nullptr;
    if (roles.empty() && given)
      complain("role", fmt::format("means nothing to profile {}; remove it", key_.profile->name));
    if (roles.empty()) return;
    if (!given)
      complain("role",
               fmt::format("is missing; write the one this key was given by the service: {}", fmt::join(roles, ", ")));
    else if (std::ranges::find(roles, key_.role) == roles.end())
      complain("role", fmt::format("is not one that the service knows; write one of: {}", fmt::join(roles, ", ")));
  }

  void check_unscoped() {
    if (key_.unscoped_allowed && key_.profile->scope_required_for.empty())
      complain("unscoped",
               fmt::format("means nothing to profile {}, which never demands a scope; remove it", key_.profile->name));
  }

  void check_lifetime() {
    const auto& rule = key_.profile->lifetime;
    if (!rule.expires()) {
      if (key_.default_lifetime)
        complain("lifetime", fmt::format("means nothing to profile {}, whose tokens have no expiry; remove it",
                                         key_.profile->name));
      return;
    }
    if (key_.default_lifetime && *key_.default_lifetime > rule.max_lifetime())
      complain("lifetime",
               fmt::format("is above {}s, the longest that profile {} allows: {}s less the {}s by which iat lies back",
                           rule.max_lifetime().count(), key_.profile->name, rule.cap.count(), rule.backdate.count()));
    if (value_of(lines_, "lifetime") == nullptr) key_.default_lifetime = rule.default_lifetime;
  }

  void check_long_lived() {
    if (key_.long_lived_allowed && !key_.profile->lifetime.long_lived)
      complain("long-lived", fmt::format("means nothing to profile {}, whose service knows no such tokens; remove it",
                                         key_.profile->name));
  }

  void check_pin() {
    if (!key_.pin) return;
    if (const auto fits = check_pin_fits(*key_.pin, key_.algorithm); !fits)
      complain("public-key", fits.error().message);
  }

  /// RFC 7515 section 4.1: `alg` first, then what the profile says.
  void write_header() {
    boost::json::object header{{"alg", boost::json::string(jose_name(key_.algorithm))}};
    header = expand_members(key_.profile->header, key_.variables, std::move(header));
    if (const auto* kid = header.if_contains("kid")) key_.kid = std::string(kid->as_string());
    key_.header_json = boost::json::serialize(header);
    key_.fixed_claims = expand_members(key_.profile->claims, key_.variables, {});
  }

  KeyReading finish() {
    KeyReading reading{
        .allow = key_.allow, .profile_name = profile_name_, .token = key_.token, .problems = std::move(problems_)};
    if (!reading.problems.empty()) return reading;
    write_header();
    reading.key = std::move(key_);
    return reading;
  }

  ConfigLines lines_;
  const Accounts& accounts_;
  KeyPolicy key_{};
  std::string profile_name_{};
  std::optional<std::string> alg_{};
  std::vector<ConfigProblem> problems_{};
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

KeyReading read_key_config(std::string file, std::string_view text, const std::map<std::string, ProfilePtr>& profiles,
                           const Accounts& accounts) {
  return KeyReader(read_config_lines(std::move(file), text), accounts).read(profiles);
}

}  // namespace signet::rules
