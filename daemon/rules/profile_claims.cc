#include <algorithm>
#include <utility>

#include "daemon/rules/profile_parts.h"

namespace signet::rules {
namespace {

constexpr std::int64_t kMaxEntries = 1000;
constexpr std::int64_t kLongestEntry = 4096;
constexpr std::int64_t kShortestResource = std::string_view("GET /a").size();

std::optional<ClaimType> claim_type_from_name(std::string_view name) {
  if (name == "text") return ClaimType::text;
  if (name == "integer") return ClaimType::integer;
  if (name == "boolean") return ClaimType::boolean;
  if (name == "texts") return ClaimType::texts;
  if (name == "object") return ClaimType::object;
  return std::nullopt;
}

ClaimType read_claim_type(ObjectReader& reader) {
  const auto name = reader.required_text("type");
  const auto type = claim_type_from_name(name);
  if (!type && !name.empty()) reader.refuse("type", "must be text, integer, boolean, texts or object");
  return type.value_or(ClaimType::text);
}

CallerClaim read_typed(std::string_view name, ObjectReader& reader);

void read_items(ObjectReader& reader, CallerClaim& claim) {
  claim.min_items = static_cast<std::size_t>(reader.integer("min-items", 0, kMaxEntries).value_or(1));
  claim.max_items = static_cast<std::size_t>(reader.integer("max-items", 1, kMaxEntries).value_or(16));
  if (claim.min_items > claim.max_items) reader.refuse("min-items", "is above max-items");
}

void read_range(ObjectReader& reader, CallerClaim& claim) {
  claim.min = reader.required_integer("min", INT64_MIN, INT64_MAX);
  claim.max = reader.required_integer("max", INT64_MIN, INT64_MAX);
  if (claim.min > claim.max) reader.refuse("min", "is above max");
}

void read_claim_members(ObjectReader& reader, CallerClaim& claim) {
  if (reader.members().if_contains("members") == nullptr)
    reader.refuse("members", "is missing: what the object may hold");
  auto object = reader.object("members");
  if (!object) return;
  if (object->members().empty()) reader.refuse("members", "is empty; name what the object may hold");
  for (const auto& member : object->members()) {
    auto inner = object->object(member.key());
    if (!inner) continue;
    claim.members.push_back(read_typed(member.key(), *inner));
    inner->refuse_unknown();
  }
}

/// What a claim and a member of an object claim have in common.
CallerClaim read_typed(std::string_view name, ObjectReader& reader) {
  CallerClaim claim{.name = std::string(name)};
  claim.type = read_claim_type(reader);
  claim.required = reader.boolean("required", false);
  if (claim.type == ClaimType::text || claim.type == ClaimType::texts) claim.rule = read_text_rule(reader);
  if (claim.type == ClaimType::texts) read_items(reader, claim);
  if (claim.type == ClaimType::integer) read_range(reader, claim);
  if (claim.type == ClaimType::object) read_claim_members(reader, claim);
  return claim;
}

CallerClaim read_caller_claim(std::string_view name, ObjectReader& reader) {
  CallerClaim claim = read_typed(name, reader);
  claim.secret = reader.boolean("secret", false);
  if (const auto* value = reader.find("default")) claim.default_value = *value;
  if (claim.required && claim.default_value) reader.refuse("required", "stands beside a default; keep one of them");
  reader.refuse_unknown();
  return claim;
}

ScopeShape read_shape(ObjectReader& reader) {
  const auto name = reader.required_text("shape");
  if (name == "words") return ScopeShape::words;
  if (name == "text") return ScopeShape::text;
  if (name != "array" && !name.empty()) reader.refuse("shape", "must be array, words or text");
  return ScopeShape::array;
}

ScopeEntry read_entry(ObjectReader& reader) {
  const auto name = reader.required_text("entries");
  if (name != "get-resource" && name != "text" && !name.empty())
    reader.refuse("entries", "must be get-resource or text");
  return name == "text" ? ScopeEntry::text : ScopeEntry::get_resource;
}

/// A blank ends a word, so that no request could give an entry with one.
void refuse_blanks(ObjectReader& reader, const TextRule& rule) {
  const auto has_blank = [](const std::string& text) { return text.find(' ') != std::string::npos; };
  if (std::ranges::any_of(rule.one_of, has_blank))
    reader.refuse("one-of", "holds a text with a blank, which the shape words takes for two");
  for (const auto& [name, text] : {std::pair{"prefix", &rule.prefix}, std::pair{"suffix", &rule.suffix}})
    if (has_blank(*text)) reader.refuse(name, "holds a blank, which the shape words takes for the end of an entry");
}

}  // namespace

std::vector<CallerClaim> read_caller_claims(ObjectReader& profile) {
  std::vector<CallerClaim> claims;
  auto object = profile.object("caller-claims");
  if (!object) return claims;
  for (const auto& member : object->members())
    if (auto reader = object->object(member.key())) claims.push_back(read_caller_claim(member.key(), *reader));
  return claims;
}

std::optional<ScopeRule> read_scope(ObjectReader& profile, std::vector<std::string>& required_for) {
  auto reader = profile.object("scope");
  if (!reader) return std::nullopt;
  ScopeRule scope;
  scope.shape = read_shape(*reader);
  scope.entry = read_entry(*reader);
  if (scope.entry == ScopeEntry::text)
    scope.rule = read_text_rule(*reader);
  else
    scope.rule.max_length =
        static_cast<std::size_t>(reader->integer("max-length", kShortestResource, kLongestEntry).value_or(1024));
  scope.max_entries = static_cast<std::size_t>(reader->integer("max-entries", 1, kMaxEntries).value_or(64));
  if (scope.shape == ScopeShape::text && reader->find("max-entries") != nullptr)
    reader->refuse("max-entries", "means nothing for the shape text, which is one entry; remove it");
  if (scope.shape == ScopeShape::words) refuse_blanks(*reader, scope.rule);
  if (const auto* value = reader->find("default")) scope.default_value = *value;
  required_for = reader->texts("required-for");
  reader->refuse_unknown();
  return scope;
}

}  // namespace signet::rules
