#include "daemon/rules/profile_parts.h"

namespace signet::rules {
namespace {

constexpr std::int64_t kMaxEntries = 1000;
constexpr std::int64_t kLongestEntry = 4096;

ClaimType read_claim_type(ObjectReader& reader) {
  const auto name = reader.required_text("type");
  if (name == "integer") return ClaimType::integer;
  if (name == "boolean") return ClaimType::boolean;
  if (name == "texts") return ClaimType::texts;
  if (name != "text" && !name.empty()) reader.refuse("type", "must be text, integer, boolean or texts");
  return ClaimType::text;
}

CallerClaim read_caller_claim(std::string_view name, ObjectReader& reader) {
  CallerClaim claim{.name = std::string(name)};
  claim.type = read_claim_type(reader);
  claim.required = reader.boolean("required", false);
  claim.secret = reader.boolean("secret", false);
  if (claim.type == ClaimType::text || claim.type == ClaimType::texts) claim.rule = read_text_rule(reader);
  if (claim.type == ClaimType::texts)
    claim.max_items = static_cast<std::size_t>(reader.integer("max-items", 1, kMaxEntries).value_or(16));
  if (claim.type == ClaimType::integer) {
    claim.min = reader.required_integer("min", INT64_MIN, INT64_MAX);
    claim.max = reader.required_integer("max", INT64_MIN, INT64_MAX);
    if (claim.min > claim.max) reader.refuse("min", "is above max");
  }
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
    scope.rule.max_length = static_cast<std::size_t>(reader->integer("max-length", 1, kLongestEntry).value_or(1024));
  scope.max_entries = static_cast<std::size_t>(reader->integer("max-entries", 1, kMaxEntries).value_or(64));
  required_for = reader->texts("required-for");
  reader->refuse_unknown();
  return scope;
}

}  // namespace signet::rules
