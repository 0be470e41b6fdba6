#include "daemon/rules/decide.h"

#include <fmt/format.h>

namespace signet::rules {
namespace {

/// One text for the client whatever the reason, another for the log.
Unexpected<Error> not_permitted(std::string_view key, std::string_view reason) {
  return Unexpected(make_error(ErrorCode::not_permitted, key.empty() ? "the name is none that a key could have"
                                                                     : fmt::format("key {} {}", key, reason)));
}

Unexpected<Error> not_admitted(std::string_view key, std::string_view kind, const std::vector<AllowLine>& lines,
                               const Peer& peer) {
  auto refusal = not_permitted(key, fmt::format("{}: {}", kind, refusal_detail(lines, peer)));
  refusal.error().rule = "allow";
  return refusal;
}

Unexpected<Error> broken(std::string_view key, const BrokenKey& what) {
  return Unexpected(
      Error{ErrorCode::token_unavailable, what.message, fmt::format("key {} is misconfigured", key), kRetryAfterMend});
}

}  // namespace

Result<const KeyPolicy*> authorise(const Configuration& configuration, const Peer& peer, std::string_view key) {
  if (const auto found = configuration.keys.find(key); found != configuration.keys.end()) {
    if (admitting_line(found->second.allow, peer)) return &found->second;
    return not_admitted(key, "is not for this caller", found->second.allow, peer);
  }
  if (const auto found = configuration.broken.find(key); found != configuration.broken.end()) {
    if (admitting_line(found->second.allow, peer)) return broken(key, found->second);
    return not_admitted(key, "is misconfigured and not for this caller", found->second.allow, peer);
  }
  return not_permitted(key, "is unknown");
}

Result<void> check_enabled(const DisabledKeys& disabled, std::string_view key) {
  const auto found = disabled.find(key);
  if (found == disabled.end()) return {};
  Error error = make_error(ErrorCode::key_disabled, fmt::format("key {} is disabled: {}", key, found->second));
  error.rule = "disabled";
  return Unexpected(std::move(error));
}

Result<Admitted> admit(const Configuration& configuration, const DisabledKeys& disabled, const Peer& peer,
                       std::string_view key, const TokenRequest& request) {
  SIGNET_TRY_ASSIGN(const KeyPolicy* policy, authorise(configuration, peer, key));
  SIGNET_TRY(check_enabled(disabled, key));
  SIGNET_TRY_ASSIGN(auto plan, plan_jwt(*policy, request));
  return Admitted{policy, std::move(plan)};
}

}  // namespace signet::rules
