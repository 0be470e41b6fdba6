#pragma once

#include <chrono>
#include <string_view>

// What state a token is in and what follows from what happens to it: a pure function, tested without a token. Any
// thread.
namespace signet::pkcs11 {

enum class TokenState { opening, ready, degraded, absent, pin_refused, misconfigured };

enum class TokenEvent {
  opened,          ///< logged in, keys listed
  not_found,       ///< no such token in any slot, or the module fails before any login
  pin_refused,     ///< C_Login refused the PIN, or the token says that its PIN is locked
  setup_wrong,     ///< only an operator can mend it: module, URI, PIN file
  lost,            ///< a call said that token, session or login are gone
  lost_again,      ///< one image after the other lost the token, and this one waits before it tries
  overran,         ///< a call is not back in time
  signature_bad,   ///< a signature did not verify; a second one in a row means that the token is lost
  signature_good,  ///< one did
};

enum class Action {
  none,
  try_again,   ///< C_Initialize and all that follows once more in this image, after a wait
  re_execute,  ///< replace the process image
};

struct Transition {
  TokenState state;
  Action action;
};
Transition advance(TokenState state, TokenEvent event);

/// "opening", "ready", … as health shows them.
std::string_view state_name(TokenState state);
/// A request may be signed in this state.
bool is_open(TokenState state);

/// How long to wait before the next try: 1 s doubling to 30 s, times `jitter`, which the caller draws from [0.8, 1.2].
std::chrono::milliseconds backoff(unsigned attempt, double jitter);

}  // namespace signet::pkcs11
