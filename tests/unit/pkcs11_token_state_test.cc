#include "pkcs11/token_state.h"
#include "pkcs11/token_status.h"
#include "tests/support/catch.h"

namespace signet::pkcs11 {
namespace {

constexpr TokenState kStates[] = {TokenState::opening, TokenState::ready,       TokenState::degraded,
                                  TokenState::absent,  TokenState::pin_refused, TokenState::misconfigured};
constexpr TokenEvent kEvents[] = {TokenEvent::opened,      TokenEvent::not_found,     TokenEvent::pin_refused,
                                  TokenEvent::setup_wrong, TokenEvent::lost,          TokenEvent::overran,
                                  TokenEvent::lost_again,  TokenEvent::signature_bad, TokenEvent::signature_good};

}  // namespace

TEST_CASE("nothing leaves a refused PIN", "[pkcs11]") {
  for (const TokenEvent event : kEvents) {
    const Transition transition = advance(TokenState::pin_refused, event);
    CHECK(transition.state == TokenState::pin_refused);
    CHECK(transition.action == Action::none);
  }
}

TEST_CASE("a refused PIN is never followed by another try", "[pkcs11]") {
  for (const TokenState state : kStates) CHECK(advance(state, TokenEvent::pin_refused).action == Action::none);
}

TEST_CASE("a lost token and a late call end the image, from every state but a refused PIN", "[pkcs11]") {
  for (const TokenState state : kStates) {
    if (state == TokenState::pin_refused) continue;
    CHECK(advance(state, TokenEvent::lost).action == Action::re_execute);
    CHECK(advance(state, TokenEvent::overran).action == Action::re_execute);
  }
}

TEST_CASE("absent and misconfigured tokens are looked for again", "[pkcs11]") {
  CHECK(advance(TokenState::opening, TokenEvent::not_found).state == TokenState::absent);
  CHECK(advance(TokenState::absent, TokenEvent::not_found).action == Action::try_again);
  CHECK(advance(TokenState::opening, TokenEvent::setup_wrong).state == TokenState::misconfigured);
  CHECK(advance(TokenState::misconfigured, TokenEvent::setup_wrong).action == Action::try_again);
  CHECK(advance(TokenState::absent, TokenEvent::opened).state == TokenState::ready);
}

TEST_CASE("callers are not kept waiting for a token that one image after the other loses", "[pkcs11]") {
  CHECK(advance(TokenState::opening, TokenEvent::lost_again).state == TokenState::absent);
  CHECK(advance(TokenState::opening, TokenEvent::lost_again).action == Action::none);
  CHECK(advance(TokenState::absent, TokenEvent::opened).state == TokenState::ready);
}

TEST_CASE("a bad signature degrades an open token until a good one; two in a row end the image", "[pkcs11]") {
  CHECK(advance(TokenState::ready, TokenEvent::signature_bad).action == Action::none);
  CHECK(advance(TokenState::degraded, TokenEvent::signature_bad).action == Action::re_execute);
  CHECK(advance(TokenState::degraded, TokenEvent::signature_bad).state == TokenState::opening);
  CHECK(advance(TokenState::ready, TokenEvent::signature_bad).state == TokenState::degraded);
  CHECK(advance(TokenState::degraded, TokenEvent::signature_good).state == TokenState::ready);
  CHECK(advance(TokenState::opening, TokenEvent::signature_bad).state == TokenState::opening);
  CHECK(is_open(TokenState::degraded));
  CHECK_FALSE(is_open(TokenState::absent));
}

TEST_CASE("waits double from 1 s to 30 s, with jitter", "[pkcs11]") {
  using namespace std::chrono_literals;
  CHECK(backoff(0, 1.0) == 1s);
  CHECK(backoff(1, 1.0) == 2s);
  CHECK(backoff(4, 1.0) == 16s);
  CHECK(backoff(5, 1.0) == 30s);
  CHECK(backoff(4'000'000'000U, 1.0) == 30s);
  CHECK(backoff(0, 0.8) == 800ms);
  CHECK(backoff(9, 1.2) == 36s);
}

TEST_CASE("a state keeps its beginning while it lasts, and is told once", "[pkcs11]") {
  int told = 0;
  TokenStatus status("opening", [&told](const StatusView&) { ++told; });
  CHECK(status.apply(TokenEvent::not_found, "gone", 17) == Action::try_again);
  const StatusView first = status.view();
  CHECK(first.next_try == 17);
  CHECK(status.apply(TokenEvent::not_found, "still gone", 18) == Action::try_again);
  CHECK(status.view().since == first.since);
  CHECK(status.view().next_try == 18);
  CHECK(status.view().message == "still gone");
  CHECK(told == 1);
  const auto now = std::chrono::steady_clock::now();
  CHECK(status.wait_while_opening(now) == TokenState::absent);
  status.apply(TokenEvent::opened, "open");
  CHECK(status.view().next_try == 0);
  CHECK(told == 2);
}

}  // namespace signet::pkcs11
