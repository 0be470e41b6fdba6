#include "pkcs11/token_state.h"

#include <algorithm>

namespace signet::pkcs11 {

Transition advance(TokenState state, TokenEvent event) {
  // Nothing but a start by the operator leaves pin_refused: a token that counts wrong PINs would lock itself.
  if (state == TokenState::pin_refused) return {state, Action::none};
  switch (event) {
    case TokenEvent::opened:
      return {TokenState::ready, Action::none};
    case TokenEvent::not_found:
      return {TokenState::absent, Action::try_again};
    case TokenEvent::pin_refused:
      return {TokenState::pin_refused, Action::none};
    case TokenEvent::setup_wrong:
      return {TokenState::misconfigured, Action::try_again};
    case TokenEvent::lost:
    case TokenEvent::overran:
      return {TokenState::opening, Action::re_execute};
    case TokenEvent::lost_again:
      return {TokenState::absent, Action::none};
    case TokenEvent::signature_bad:
      if (state == TokenState::degraded) return {TokenState::opening, Action::re_execute};
      return {state == TokenState::ready ? TokenState::degraded : state, Action::none};
    case TokenEvent::signature_good:
      return {is_open(state) ? TokenState::ready : state, Action::none};
  }
  return {state, Action::none};
}

std::string_view state_name(TokenState state) {
  switch (state) {
    case TokenState::opening:
      return "opening";
    case TokenState::ready:
      return "ready";
    case TokenState::degraded:
      return "degraded";
    case TokenState::absent:
      return "absent";
    case TokenState::pin_refused:
      return "pin-refused";
    case TokenState::misconfigured:
      return "misconfigured";
  }
  return "";
}

bool is_open(TokenState state) { return state == TokenState::ready || state == TokenState::degraded; }

std::chrono::milliseconds backoff(unsigned attempt, double jitter) {
  constexpr unsigned kMaxDoublings = 5;
  constexpr double kMaxMilliseconds = 30'000;
  const double milliseconds = std::min(1000.0 * (1U << std::min(attempt, kMaxDoublings)), kMaxMilliseconds);
  return std::chrono::milliseconds(static_cast<std::chrono::milliseconds::rep>(milliseconds * jitter));
}

}  // namespace signet::pkcs11
