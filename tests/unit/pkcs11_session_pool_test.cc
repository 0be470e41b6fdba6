#include <atomic>
#include <thread>

#include "pkcs11/call_watch.h"
#include "pkcs11/session_pool.h"
#include "pkcs11/survey.h"
#include "tests/support/matchers.h"
#include "tests/support/softhsm.h"

namespace signet::pkcs11 {
namespace {

using namespace std::chrono_literals;

const CK_FUNCTION_LIST* real_functions = nullptr;

/// The module's own answer but for the sessions it has: one in all.
CK_RV token_info_with_one_session(CK_SLOT_ID slot, CK_TOKEN_INFO* info) {
  const CK_RV rv = real_functions->C_GetTokenInfo(slot, info);
  info->ulMaxSessionCount = 1;
  return rv;
}

Deadline in(std::chrono::milliseconds wait) { return std::chrono::steady_clock::now() + wait; }

}  // namespace

TEST_CASE("sessions are lent to one borrower at a time, and no wait outlasts its deadline", "[pkcs11]") {
  const test::SoftHsm hsm;
  const auto module = Module::load({.path = test::softhsm_module()});
  REQUIRE_OK(module);
  CHECK_FALSE((*module)->serial());
  const auto token = find_token(**module, parse_pkcs11_uri(hsm.token_uri()).value());
  REQUIRE_OK(token);
  CHECK(token->login_required);
  CHECK(token->user_pin_set);
  auto first = Session::open((*module)->functions(), token->slot, SessionMode::read_only);
  REQUIRE(first.has_value());
  auto sessions = open_sessions((*module)->functions(), token->slot, std::move(*first), 2);
  REQUIRE(sessions.has_value());
  SessionPool pool(std::move(*sessions));
  REQUIRE(pool.size() == 2);

  auto one = pool.borrow(in(0ms));
  auto two = pool.borrow(in(0ms));
  REQUIRE((one && two));
  CHECK(one->session().handle() != two->session().handle());
  CHECK_FALSE(pool.borrow(in(0ms)));
  const std::size_t index = two->index();
  std::thread waiting([&pool, index] {
    const auto lease = pool.borrow(in(60s));
    CHECK((lease && lease->index() == index));
  });
  two.reset();
  waiting.join();
  CHECK(pool.borrow(in(0ms)));
}

TEST_CASE("no more sessions are opened than the token says it has", "[pkcs11]") {
  const test::SoftHsm hsm;
  const auto module = Module::load({.path = test::softhsm_module()});
  REQUIRE_OK(module);
  const auto token = find_token(**module, parse_pkcs11_uri(hsm.token_uri()).value());
  REQUIRE_OK(token);
  real_functions = &(*module)->functions();
  CK_FUNCTION_LIST functions = *real_functions;
  functions.C_GetTokenInfo = token_info_with_one_session;
  auto first = Session::open(functions, token->slot, SessionMode::read_only);
  REQUIRE(first.has_value());
  const auto sessions = open_sessions(functions, token->slot, std::move(*first), 4);
  REQUIRE(sessions.has_value());
  CHECK(sessions->size() == 1);
}

TEST_CASE("a late call is noticed once, one that is back is not", "[pkcs11]") {
  std::atomic<int> late{0};
  std::atomic<int> looks{0};
  CallWatch watch(
      2, 1ms, [&late] { ++late; }, [&looks] { ++looks; });
  { const CallWatch::Scope in_time(watch, 0, 1h); }
  const CallWatch::Scope long_one(watch, 1, 1h);
  while (looks < 3) std::this_thread::yield();
  CHECK(late == 0);
  const CallWatch::Scope overdue(watch, 0, -1ms);
  while (late == 0) std::this_thread::yield();
  CHECK(late == 1);
}

}  // namespace signet::pkcs11
