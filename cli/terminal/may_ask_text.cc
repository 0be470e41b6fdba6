#include "cli/terminal/may_ask_text.h"

#include <chrono>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "proto/config_values.h"

namespace signet::terminal {

std::string claim_text(const AskableClaim& claim) {
  std::string text = claim.type;
  if (claim.required) text += ", required";
  if (!claim.one_of.empty()) text += fmt::format(", one of {}", fmt::join(claim.one_of, ", "));
  if (claim.min && claim.max) text += fmt::format(", {} to {}", *claim.min, *claim.max);
  if (!claim.allow.empty()) text += fmt::format(", like {}", fmt::join(claim.allow, " or "));
  return text;
}

std::string scope_text(const MayAsk& may_ask) {
  if (!may_ask.scope) return "none";
  const std::string text = may_ask.scope_required ? "required" : "allowed";
  if (may_ask.scope_allow.empty()) return text;
  return fmt::format("{}, each entry like {}", text, fmt::join(may_ask.scope_allow, " or "));
}

std::string lifetime_text(const std::optional<std::int64_t>& seconds) {
  return seconds ? format_duration(std::chrono::seconds(*seconds)) : "no expiry";
}

std::string mode_text(const MayAsk& may_ask) {
  if (may_ask.audited.empty()) return may_ask.mode;
  return fmt::format("{}, only recorded: {}", may_ask.mode, fmt::join(may_ask.audited, ", "));
}

}  // namespace signet::terminal
