#include "cli/signet-admin/key_file.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "proto/base64.h"
#include "proto/config_file.h"
#include "proto/pkcs11_uri.h"

namespace signet::admin {
namespace {

struct Line {
  std::string option;
  std::string value;
  std::string comment{};  ///< said only where there is no value
};

constexpr const char* kRoleComment = "the key's role at the service, as its owner knows it: admin, developer, ...";

// A value that the profile has no place for stands in the file all the same: signetd's rules refuse it, in their words.
bool wants(const rules::Profile* profile, const std::string& variable, const std::string& value) {
  return profile == nullptr || !value.empty() || profile->variables.contains(variable);
}

// Variables beside the two that have options. One that holds for some kinds of key only, or need not be given, is left
// to the person.
std::vector<Line> other_variables(const rules::Profile& profile) {
  std::vector<Line> lines;
  for (const auto& [name, variable] : profile.variables) {
    if (name != "key-id" && name != "issuer" && !variable.default_value && !variable.optional && variable.when.empty())
      lines.push_back({name, "", "wanted by profile " + profile.name});
  }
  return lines;
}

std::vector<Line> variables_of(const KeyFileFacts& facts, const KeyFileOptions& options,
                               const rules::Profile* profile) {
  const auto apple_id = apple_key_id(facts.source);
  std::vector<Line> lines;
  if (wants(profile, "key-id", options.key_id))
    lines.push_back({"key-id", options.key_id.empty() ? apple_id : options.key_id, "the service's name for the key"});
  if (wants(profile, "issuer", options.issuer))
    lines.push_back({"issuer", options.issuer, "from the service's web site"});
  if (profile != nullptr) std::ranges::move(other_variables(*profile), std::back_inserter(lines));
  if (profile == nullptr || !profile->roles.empty() || !options.role.empty())
    lines.push_back({"role", options.role,
                     profile == nullptr ? kRoleComment : fmt::format("one of {}", fmt::join(profile->roles, ", "))});
  return lines;
}

std::vector<Line> lines_of(const KeyFileFacts& facts, const KeyFileOptions& options, const PublicKey& key,
                           const rules::Profile* profile) {
  std::vector<Line> lines{
      {"token", facts.link_name, "the name of the token's file in tokens.d"},
      {"object", to_string(Pkcs11Uri{.object = facts.label})},
      {"public-key", facts.token_shows_key ? key.pin() : "spki:" + base64_encode(key.spki())},
      {"profile", options.profile, "the service that the key is for: apple-enterprise, app-store-connect, ..."},
  };
  std::ranges::move(variables_of(facts, options, profile), std::back_inserter(lines));
  for (const auto& words : options.allow) lines.push_back({"allow", words});
  if (options.allow.empty()) lines.push_back({"allow", "", "who may use it: group:NAME, user:NAME"});
  return lines;
}

std::string text_of(const Line& line) {
  if (line.value.empty()) return fmt::format("{:<10} =   # {}\n", line.option, line.comment);
  return fmt::format("{:<10} = {}\n", line.option, line.value);
}

// A line break or a '#' in a value would make another line or a comment of it.
bool reads_back(const std::vector<Line>& lines, const std::string& text) {
  const auto read = read_config_lines("key file", text);
  return read.problems.empty() &&
         std::ranges::equal(read.entries, lines, [](const ConfigEntry& entry, const Line& line) {
           return entry.option == line.option && entry.value == line.value;
         });
}

}  // namespace

std::string apple_key_id(std::string_view file_stem) {
  constexpr std::string_view kPrefix = "AuthKey_";
  constexpr std::size_t kLength = 10;
  if (!file_stem.starts_with(kPrefix) || file_stem.size() != kPrefix.size() + kLength) return "";
  const auto id = file_stem.substr(kPrefix.size());
  const bool fits = std::ranges::all_of(id, [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); });
  return fits ? std::string(id) : "";
}

Done<KeyFileText> key_file_text(const KeyFileFacts& facts, const KeyFileOptions& options, const PublicKey& key,
                                const rules::Profile* profile) {
  const auto lines = lines_of(facts, options, key, profile);
  std::string text;
  for (const auto& line : lines) text += text_of(line);
  if (!reads_back(lines, text))
    return Unexpected(
        usage_failure("A value for the key file has a line break, a '#' after a blank, or blanks at an end; leave it "
                      "out and edit the file."));
  const bool complete = std::ranges::none_of(lines, [](const Line& line) { return line.value.empty(); });
  return KeyFileText{std::move(text), complete};
}

}  // namespace signet::admin
