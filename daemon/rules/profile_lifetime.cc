#include "daemon/rules/profile_parts.h"

namespace signet::rules {
namespace {

using std::chrono::seconds;

constexpr std::int64_t kLongest = 315'360'000;  ///< ten years, as in the API's request

LongLived read_long_lived(ObjectReader& reader) {
  LongLived rule;
  rule.cap = seconds(reader.required_integer("cap", 1, kLongest));
  rule.resources = reader.texts("resources");
  if (rule.resources.empty()) reader.refuse("resources", "is missing: an array of paths, `*` for one segment");
  for (const auto& path : rule.resources)
    if (!path.starts_with('/')) reader.refuse("resources", "holds a path that does not begin with a slash");
  reader.refuse_unknown();
  return rule;
}

std::optional<TimeClaim> time_claim_from_name(std::string_view name) {
  if (name == "iat") return TimeClaim::iat;
  if (name == "nbf") return TimeClaim::nbf;
  if (name == "exp") return TimeClaim::exp;
  return std::nullopt;
}

/// Absent: iat, and exp where the JWT expires.
void read_time_claims(ObjectReader& reader, LifetimeRule& rule) {
  if (!rule.expires()) rule.claims = {TimeClaim::iat};
  if (reader.find("claims") == nullptr) return;
  rule.claims.clear();
  for (const auto& name : reader.texts("claims")) {
    if (const auto claim = time_claim_from_name(name))
      rule.claims.push_back(*claim);
    else
      reader.refuse("claims", "must name iat, nbf and exp alone");
  }
}

}  // namespace

LifetimeRule read_lifetime(ObjectReader& profile) {
  LifetimeRule rule;
  auto reader = profile.object("lifetime");
  if (!reader) {
    if (profile.members().if_contains("lifetime") == nullptr) profile.refuse("lifetime", "is missing");
    return rule;
  }
  rule.backdate = seconds(reader->integer("backdate", 0, 3600).value_or(0));
  if (reader->boolean("expires", true)) {
    rule.default_lifetime = seconds(reader->required_integer("default", 1, kLongest));
    rule.cap = seconds(reader->required_integer("cap", 1, kLongest));
    rule.fixed = reader->boolean("fixed", false);
    if (auto long_lived = reader->object("long-lived")) rule.long_lived = read_long_lived(*long_lived);
  }
  read_time_claims(*reader, rule);
  reader->refuse_unknown();
  return rule;
}

ReuseRule read_reuse(ObjectReader& profile) {
  ReuseRule rule;
  auto reader = profile.object("reuse");
  if (!reader) return rule;
  rule.allowed_stated = reader->find("allowed") != nullptr;
  rule.allowed = reader->boolean("allowed", true);
  rule.shared = reader->boolean("shared", false);
  if (const auto percent = reader->integer("min-left-percent", 0, 100))
    rule.min_left_percent = static_cast<int>(*percent);
  if (const auto age = reader->integer("max-age", 1, kLongest)) rule.max_age = seconds(*age);
  rule.min_age = seconds(reader->integer("min-age", 0, kLongest).value_or(0));
  reader->refuse_unknown();
  return rule;
}

}  // namespace signet::rules
