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
    if (auto long_lived = reader->object("long-lived")) rule.long_lived = read_long_lived(*long_lived);
  }
  reader->refuse_unknown();
  return rule;
}

ReuseRule read_reuse(ObjectReader& profile) {
  ReuseRule rule;
  auto reader = profile.object("reuse");
  if (!reader) return rule;
  rule.allowed = reader->boolean("allowed", true);
  if (const auto percent = reader->integer("min-left-percent", 0, 100))
    rule.min_left_percent = static_cast<int>(*percent);
  if (const auto age = reader->integer("max-age", 1, kLongest)) rule.max_age = seconds(*age);
  rule.min_age = seconds(reader->integer("min-age", 0, kLongest).value_or(0));
  reader->refuse_unknown();
  return rule;
}

}  // namespace signet::rules
