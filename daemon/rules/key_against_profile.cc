#include "daemon/rules/key_against_profile.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "daemon/rules/key_pin.h"

namespace signet::rules {
namespace {

void check_algorithm(KeyDraft& draft) {
  KeyPolicy& key = draft.key;
  const auto& allowed = key.profile->algorithms;
  key.algorithm = allowed.front();
  if (!draft.algorithm) return;
  const auto algorithm = algorithm_from_name(*draft.algorithm);
  if (algorithm && std::ranges::find(allowed, *algorithm) != allowed.end()) {
    key.algorithm = *algorithm;
    return;
  }
  std::string names;
  for (const auto one : allowed) names += fmt::format("{}{}", names.empty() ? "" : ", ", jose_name(one));
  draft.complain("alg", fmt::format("is not what profile {} allows; write one of: {}", key.profile->name, names));
}

void check_role(KeyDraft& draft) {
  const auto& roles = draft.key.profile->roles;
  const bool given = draft.find("role") != nullptr;
  if (roles.empty() && given)
    draft.complain("role", fmt::format("means nothing to profile {}; remove it", draft.key.profile->name));
  if (roles.empty()) return;
  if (!given)
    draft.complain(
        "role", fmt::format("is missing; write the one this key was given by the service: {}", fmt::join(roles, ", ")));
  else if (std::ranges::find(roles, draft.key.role) == roles.end())
    draft.complain("role", fmt::format("is not one that the service knows; write one of: {}", fmt::join(roles, ", ")));
}

void check_unscoped(KeyDraft& draft) {
  const bool by_patterns = !draft.key.rules.scope_allow.empty();
  if (draft.key.unscoped_allowed && draft.key.profile->scope_required_for.empty() && !by_patterns)
    draft.complain("unscoped", fmt::format("means nothing to profile {}, which never demands a scope; remove it",
                                           draft.key.profile->name));
}

void check_lifetime(KeyDraft& draft) {
  KeyPolicy& key = draft.key;
  const auto& rule = key.profile->lifetime;
  if (!rule.expires()) {
    if (key.default_lifetime)
      draft.complain("lifetime", fmt::format("means nothing to profile {}, whose tokens have no expiry; remove it",
                                             key.profile->name));
    return;
  }
  if (key.default_lifetime && rule.fixed)
    draft.complain("lifetime", fmt::format("means nothing to profile {}, whose tokens all live {}s; remove it",
                                           key.profile->name, rule.default_lifetime->count()));
  else if (key.default_lifetime && *key.default_lifetime > rule.max_lifetime())
    draft.complain(
        "lifetime",
        fmt::format("is above {}s, the longest that profile {} allows: {}s less the {}s by which iat lies back",
                    rule.max_lifetime().count(), key.profile->name, rule.cap.count(), rule.backdate.count()));
  if (draft.find("lifetime") == nullptr) key.default_lifetime = rule.default_lifetime;
}

void check_long_lived(KeyDraft& draft) {
  if (draft.key.long_lived_allowed && !draft.key.profile->lifetime.long_lived)
    draft.complain("long-lived", fmt::format("means nothing to profile {}, whose service knows no such tokens; "
                                             "remove it",
                                             draft.key.profile->name));
}

void check_pin(KeyDraft& draft) {
  if (!draft.key.pin) return;
  if (const auto fits = check_pin_fits(*draft.key.pin, draft.key.algorithm); !fits)
    draft.complain("public-key", fits.error().message);
}

}  // namespace

void check_against_profile(KeyDraft& draft) {
  check_algorithm(draft);
  check_role(draft);
  check_unscoped(draft);
  check_lifetime(draft);
  check_long_lived(draft);
  check_pin(draft);
}

}  // namespace signet::rules
