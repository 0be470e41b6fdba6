#include "daemon/rules/key_rule_options.h"

#include <algorithm>

#include <fmt/format.h>

#include "daemon/rules/config_takes.h"
#include "proto/config_values.h"
#include "proto/json.h"
#include "proto/trimmed.h"

namespace signet::rules {
namespace {

namespace json = boost::json;

Unexpected<Error> refused(std::string message) { return Unexpected(Error{ErrorCode::bad_input, std::move(message)}); }

/// "a, b": no list at all where the text is empty.
Result<std::vector<std::string>> parse_list(std::string_view text) {
  std::vector<std::string> words;
  for (std::size_t begin = 0; !text.empty() && begin <= text.size();) {
    const auto comma = std::min(text.find(',', begin), text.size());
    const auto word = trimmed(text.substr(begin, comma - begin));
    if (word.empty()) return refused("has an empty place between commas; write names with one comma between two");
    if (std::ranges::find(words, word) != words.end()) return refused(fmt::format("names {} twice; keep one", word));
    words.emplace_back(word);
    begin = comma + 1;
  }
  return words;
}

/// RFC 8259 section 6.
bool looks_like_number(std::string_view text) {
  const auto skip_digits = [&text] {
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    text.remove_prefix(digits);
    return digits;
  };
  if (text.starts_with('-')) text.remove_prefix(1);
  const bool zero = text.starts_with('0');
  const auto whole = skip_digits();
  if (whole == 0 || (zero && whole > 1)) return false;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (skip_digits() == 0) return false;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    if (skip_digits() == 0) return false;
  }
  return text.empty();
}

/// JSON where it is some. Broken JSON was not meant as a text.
Result<json::value> parse_forced(std::string_view text) {
  if (text.empty()) return refused("has no value; write one, \"\" for an empty text");
  auto value = parse_json(text);
  if (value && value->is_null())
    return refused("is null, which says nothing; remove the line, or write \"null\" for the text");
  if (value) return std::move(value).value();
  if (looks_like_number(text))
    return refused(
        fmt::format("is a number that cannot be signed as it stands; write a smaller one, or \"{}\" for "
                    "the text",
                    text));
  if (text.starts_with('{') || text.starts_with('[') || text.starts_with('"'))
    return refused(fmt::format("begins like JSON and is none ({}); mend it", value.error().message));
  return json::value(json::string(text));
}

Result<RuleMode> parse_mode(std::string_view text) {
  static constexpr std::string_view kAudit = "audit";
  if (text == "enforce") return RuleMode{};
  if (text == kAudit) return RuleMode{.audit = true};
  if (!text.starts_with("audit ") && !text.starts_with("audit\t"))
    return refused("must be enforce, audit, or audit and the rules meant, as in audit claim-allow sub, scope-allow");
  SIGNET_TRY_ASSIGN(auto only, parse_list(trimmed(text.substr(kAudit.size()))));
  return RuleMode{.audit = true, .only = std::move(only)};
}

ConfigSchema::NamedTake take_forced(json::object& target) {
  return [&target](std::string_view name, std::string_view text) -> Result<void> {
    SIGNET_TRY_ASSIGN(auto value, parse_forced(text));
    target.insert_or_assign(name, std::move(value));
    return {};
  };
}

Result<void> add_glob(std::vector<Glob>& target, std::string_view text) {
  SIGNET_TRY_ASSIGN(auto glob, Glob::parse(text));
  target.push_back(std::move(glob));
  return {};
}

}  // namespace

void add_rule_options(ConfigSchema& schema, KeyDraft& draft) {
  KeyRules& rules = draft.key.rules;
  schema.optional("mode", take_into(rules.mode, parse_mode))
      .optional("caller-claims", take_into(rules.caller_claims, parse_list))
      .named("claim", take_forced(rules.forced))
      .named_repeated("claim-allow",
                      [&rules](std::string_view name, std::string_view text) {
                        return add_glob(rules.claim_allow[std::string(name)], text);
                      })
      .repeated("scope-allow", [&rules](std::string_view text) { return add_glob(rules.scope_allow, text); })
      .optional("require-scope", take_into(rules.require_scope, parse_yes_no))
      .optional("max-lifetime", take_into(rules.max_lifetime, parse_whole_seconds));
}

}  // namespace signet::rules
