#include "daemon/service/jwt_cache.h"
#include "daemon/service/wake_up.h"
#include "tests/support/catch.h"
#include "tests/support/matchers.h"
#include "tests/unit/service_event_loop.h"

namespace signet::test {
namespace {

using namespace std::chrono_literals;
using rules::WallTime;
using service::JwtCache;
using service::JwtHolder;
using service::SignedJwtPtr;
using service::Task;

constexpr WallTime kNow{std::chrono::seconds(1'800'000'000)};
const JwtHolder kAlice{"apple", 1001};
const JwtHolder kBob{"apple", 1002};
const JwtHolder kShared{"orchard", 1001};  // another key's name for the same private key

rules::JwtPlan reusable_plan() {
  rules::JwtPlan plan;
  plan.profile = std::make_shared<const rules::Profile>();
  plan.lifetime = 600s;
  return plan;
}

Sha256Digest key(unsigned char number) {
  Sha256Digest digest{};
  digest[0] = std::byte{number};
  return digest;
}

SignedJwtPtr jwt(std::string text, WallTime made_at = kNow, std::chrono::seconds min_age = 0s) {
  rules::UnsignedJwt of{.signing_input = {}, .made_at = made_at};
  of.reusable_until = made_at.time_since_epoch().count() + 300;
  of.young_until = (made_at + min_age).time_since_epoch().count();
  return std::make_shared<const service::SignedJwt>(std::move(text), of);
}

// A signature that comes when the test says so, and counts how often it was asked for.
class Signer {
 public:
  explicit Signer(EventLoop& loop) : come_(loop.executor()) {}

  service::JwtSource source(bool has_min_age = false) {
    return {.sign = [this] { return sign(); },
            .record = [this](SignedJwtPtr jwt, std::string_view outcome) { return record(jwt->text, outcome); },
            .has_min_age = has_min_age};
  }
  void come(Result<SignedJwtPtr> result) {
    result_ = std::move(result);
    come_.notify();
  }
  int calls = 0;
  std::vector<std::string> records;         // "outcome text"
  Result<void> recording = Result<void>();  // what became of them

 private:
  Task<Result<SignedJwtPtr>> sign() {
    ++calls;
    co_await come_.wait_until(service::SteadyClock::now() + 20s);
    co_return result_;
  }
  Task<Result<void>> record(std::string text, std::string_view outcome) {
    records.push_back(std::string(outcome) + " " + text);
    co_return recording;
  }
  service::WakeUp come_;
  Result<SignedJwtPtr> result_ = SignedJwtPtr();
};

struct Bench {
  explicit Bench(service::CacheLimits limits = {.max_entries = 100, .max_bytes = 10'000, .max_per_uid = 100})
      : cache(loop.executor(), limits) {}

  void put(unsigned char number, const JwtHolder& holder, SignedJwtPtr made) {
    Signer signer(loop);
    signer.come(std::move(made));
    REQUIRE_OK(loop.run(cache.obtain(key(number), holder, service::SteadyClock::now() + 20s, signer.source())));
  }
  Result<SignedJwtPtr> obtain_young(std::size_t number, const JwtHolder& holder) {
    Signer signer(loop);
    signer.come(jwt("young", kNow, 200s));
    Sha256Digest id{};
    id[0] = std::byte{0xff};
    id[1] = static_cast<std::byte>(number / 256);
    id[2] = static_cast<std::byte>(number % 256);
    return loop.run(cache.obtain(id, holder, service::SteadyClock::now() + 20s, signer.source(true)));
  }
  bool holds(unsigned char number, WallTime now = kNow) { return !text(number, "apple", now).empty(); }
  std::string text(unsigned char number, std::string name = "apple", WallTime now = kNow) {
    rules::JwtPlan plan = reusable_plan();
    plan.key = std::move(name);
    const SignedJwtPtr found = cache.find(key(number), plan, now);
    return found ? found->text : "";
  }
  void drop(std::string_view name) {
    cache.drop_keys([name](const std::string& each) { return each == name; });
  }

  EventLoop loop;
  JwtCache cache;
};

using Answer = std::optional<Result<SignedJwtPtr>>;

TEST_CASE("equal requests wait for one signature") {
  Bench bench;
  Signer signer(bench.loop);
  std::vector<Answer> answers(50);
  for (Answer& answer : answers)
    bench.loop.start(bench.cache.obtain(key(1), kAlice, service::SteadyClock::now() + 20s, signer.source()), answer);
  bench.loop.until([&] { return signer.calls > 0; });
  signer.come(jwt("a.b.c"));
  bench.loop.until(
      [&] { return std::ranges::all_of(answers, [](const Answer& answer) { return answer.has_value(); }); });
  for (const Answer& answer : answers) {
    REQUIRE_OK(*answer);
    REQUIRE((**answer)->text == "a.b.c");
  }
  REQUIRE(signer.calls == 1);
  REQUIRE(bench.holds(1));
}

TEST_CASE("requests that are not equal do not wait for each other") {
  Bench bench;
  Signer first(bench.loop);
  Answer slow;
  bench.loop.start(bench.cache.obtain(key(1), kAlice, service::SteadyClock::now() + 20s, first.source()), slow);
  bench.put(2, kAlice, jwt("other"));
  REQUIRE_FALSE(slow);
  first.come(jwt("a.b.c"));
  bench.loop.until([&] { return slow.has_value(); });
}

TEST_CASE("the first caller's leaving fails nobody else, and the signature is kept") {
  Bench bench;
  Signer signer(bench.loop);
  Answer impatient;
  Answer patient;
  bench.loop.start(bench.cache.obtain(key(1), kAlice, service::SteadyClock::now() + 50ms, signer.source()), impatient);
  bench.loop.start(bench.cache.obtain(key(1), kBob, service::SteadyClock::now() + 20s, signer.source()), patient);
  bench.loop.until([&] { return impatient.has_value(); });
  REQUIRE_ERROR(*impatient, ErrorCode::deadline_exceeded);
  REQUIRE_FALSE(patient);
  signer.come(jwt("a.b.c"));
  bench.loop.until([&] { return patient.has_value(); });
  REQUIRE_OK(*patient);
  REQUIRE(signer.calls == 1);
  REQUIRE(bench.holds(1));
}

TEST_CASE("a signature that ran into its first caller's deadline is asked for again by who has more time") {
  Bench bench;
  Signer short_of_time(bench.loop);
  Signer second(bench.loop);
  second.come(jwt("a.b.c"));
  Answer first_answer;
  Answer second_answer;
  bench.loop.start(bench.cache.obtain(key(1), kAlice, service::SteadyClock::now() + 20s, short_of_time.source()),
                   first_answer);
  bench.loop.start(bench.cache.obtain(key(1), kBob, service::SteadyClock::now() + 20s, second.source()), second_answer);
  bench.loop.until([&] { return short_of_time.calls > 0; });
  short_of_time.come(Unexpected(make_error(ErrorCode::deadline_exceeded)));
  bench.loop.until([&] { return first_answer && second_answer; });
  REQUIRE_ERROR(*first_answer, ErrorCode::deadline_exceeded);
  REQUIRE_OK(*second_answer);
}

TEST_CASE("a failure is told to all who wait, and not kept") {
  Bench bench;
  Signer failing(bench.loop);
  Answer first;
  Answer second;
  bench.loop.start(bench.cache.obtain(key(1), kAlice, service::SteadyClock::now() + 20s, failing.source()), first);
  bench.loop.start(bench.cache.obtain(key(1), kAlice, service::SteadyClock::now() + 20s, failing.source()), second);
  bench.loop.until([&] { return failing.calls > 0; });
  failing.come(Unexpected(make_error(ErrorCode::token_unavailable)));
  bench.loop.until([&] { return first && second; });
  REQUIRE_ERROR(*first, ErrorCode::token_unavailable);
  REQUIRE_ERROR(*second, ErrorCode::token_unavailable);
  REQUIRE_FALSE(bench.holds(1));
  bench.put(1, kAlice, jwt("a.b.c"));
  REQUIRE(bench.holds(1));
}

TEST_CASE("a token is found while it may be reused") {
  Bench bench;
  bench.put(1, kAlice, jwt("a.b.c"));
  REQUIRE(bench.holds(1, kNow + 300s));
  REQUIRE_FALSE(bench.holds(1, kNow + 301s));
  REQUIRE_FALSE(bench.holds(1, kNow - 1s));
  REQUIRE_FALSE(bench.holds(2));
  rules::JwtPlan fresh = reusable_plan();
  fresh.fresh = true;
  REQUIRE(bench.cache.find(key(1), fresh, kNow) == nullptr);
}

TEST_CASE("what may be handed out no more is dropped") {
  Bench bench;
  bench.put(1, kAlice, jwt("old", kNow - 400s));
  bench.put(2, kAlice, jwt("new"));
  bench.cache.drop_expired(kNow);
  REQUIRE(bench.cache.entries() == 1);
  REQUIRE(bench.holds(2));
}

TEST_CASE("the cache is bounded in entries, and the one unused for longest goes") {
  Bench bench({.max_entries = 2, .max_bytes = 10'000, .max_per_uid = 2});
  bench.put(1, kAlice, jwt("a"));
  bench.put(2, kAlice, jwt("b"));
  REQUIRE(bench.holds(1));
  bench.put(3, kAlice, jwt("c"));
  REQUIRE(bench.cache.entries() == 2);
  REQUIRE(bench.holds(1));
  REQUIRE_FALSE(bench.holds(2));
}

TEST_CASE("the cache is bounded in bytes") {
  Bench bench({.max_entries = 100, .max_bytes = 25, .max_per_uid = 100});
  for (unsigned char number = 1; number <= 5; ++number) bench.put(number, kAlice, jwt(std::string(10, 'x')));
  REQUIRE(bench.cache.entries() == 2);
  REQUIRE(bench.cache.bytes() == 20);
  bench.put(6, kAlice, jwt(std::string(26, 'x')));
  REQUIRE(bench.cache.entries() == 0);
}

TEST_CASE("one user's requests push out no other's") {
  Bench bench({.max_entries = 6, .max_bytes = 10'000, .max_per_uid = 4});
  bench.put(1, kBob, jwt("b1"));
  bench.put(2, kBob, jwt("b2"));
  bench.put(3, kBob, jwt("b3"));
  for (unsigned char number = 10; number < 30; ++number) bench.put(number, kAlice, jwt("a"));
  REQUIRE(bench.cache.entries() == 6);
  REQUIRE(bench.holds(1));
  REQUIRE(bench.holds(2));
  REQUIRE(bench.holds(3));
}

TEST_CASE("a backward step of the clock empties the cache, a forward one does not") {
  Bench bench;
  bench.cache.observe_clock(kNow);
  bench.put(1, kAlice, jwt("a"));
  bench.cache.observe_clock(kNow + 5s);
  REQUIRE(bench.holds(1));
  bench.cache.observe_clock(kNow + 4s);
  REQUIRE(bench.cache.entries() == 0);
  REQUIRE(bench.cache.bytes() == 0);
}

TEST_CASE("a signature that was under way when the cache was emptied is answered and not kept") {
  Bench bench;
  Signer signer(bench.loop);
  Answer answer;
  bench.loop.start(bench.cache.obtain(key(1), kAlice, service::SteadyClock::now() + 20s, signer.source()), answer);
  bench.loop.until([&] { return signer.calls > 0; });
  bench.cache.clear();
  signer.come(jwt("a"));
  bench.loop.until([&] { return answer.has_value(); });
  REQUIRE_OK(*answer);
  REQUIRE_FALSE(bench.holds(1));
}

TEST_CASE("a signature that nobody waits for any more has its line before it is kept") {
  Bench bench;
  Signer signer(bench.loop);
  Answer impatient;
  bench.loop.start(bench.cache.obtain(key(1), kAlice, service::SteadyClock::now() + 50ms, signer.source()), impatient);
  bench.loop.until([&] { return impatient.has_value(); });
  REQUIRE_ERROR(*impatient, ErrorCode::deadline_exceeded);
  SECTION("written") {
    signer.come(jwt("a.b.c"));
    bench.loop.until([&] { return bench.holds(1); });
  }
  SECTION("that cannot be written") {
    signer.recording = Unexpected(make_error(ErrorCode::audit_unavailable));
    signer.come(jwt("a.b.c"));
    bench.loop.until([&] { return !signer.records.empty(); });
    REQUIRE_FALSE(bench.holds(1));
  }
  REQUIRE(signer.records == std::vector<std::string>{"unclaimed a.b.c"});
}

TEST_CASE("a signature that somebody waits for has no line but theirs") {
  Bench bench;
  Signer signer(bench.loop);
  signer.come(jwt("a.b.c"));
  REQUIRE_OK(bench.loop.run(bench.cache.obtain(key(1), kAlice, service::SteadyClock::now() + 20s, signer.source())));
  REQUIRE(signer.records.empty());
}

TEST_CASE("a JWT is handed out on while the one that takes its place is signed, once") {
  Bench bench;
  REQUIRE_FALSE(bench.cache.may_refresh(key(1)));
  bench.put(1, kAlice, jwt("old"));
  Signer signer(bench.loop);
  REQUIRE(bench.cache.may_refresh(key(1)));
  bench.cache.refresh(key(1), kBob, signer.source());
  REQUIRE_FALSE(bench.cache.may_refresh(key(1)));
  bench.loop.until([&] { return signer.calls > 0; });
  REQUIRE(bench.text(1) == "old");
  signer.come(jwt("new"));
  bench.loop.until([&] { return bench.text(1) == "new"; });
  REQUIRE(signer.records == std::vector<std::string>{"refreshed new"});
  REQUIRE(bench.cache.entries() == 1);
  REQUIRE(bench.cache.bytes() == 3);
}

TEST_CASE("who comes when the old JWT has ended waits for the refresh under way") {
  Bench bench;
  bench.put(1, kAlice, jwt("old", kNow - 400s));
  Signer signer(bench.loop);
  bench.cache.refresh(key(1), kAlice, signer.source());
  REQUIRE_FALSE(bench.holds(1));
  Answer answer;
  Signer unasked(bench.loop);
  bench.loop.start(bench.cache.obtain(key(1), kBob, service::SteadyClock::now() + 20s, unasked.source()), answer);
  bench.loop.until([&] { return signer.calls > 0; });
  signer.come(jwt("new"));
  bench.loop.until([&] { return answer.has_value(); });
  REQUIRE((**answer)->text == "new");
  REQUIRE(unasked.calls == 0);
  REQUIRE(signer.records.empty());
}

TEST_CASE("a refresh that fails leaves the JWT in use, and is not tried again at once") {
  Bench bench;
  bench.put(1, kAlice, jwt("old"));
  Signer signer(bench.loop);
  SECTION("the token does not sign") { signer.come(Unexpected(make_error(ErrorCode::token_unavailable))); }
  SECTION("its line cannot be written") {
    signer.recording = Unexpected(make_error(ErrorCode::audit_unavailable));
    signer.come(jwt("new"));
  }
  bench.cache.refresh(key(1), kAlice, signer.source());
  bench.loop.until([&] { return signer.calls > 0; });
  bench.loop.io().restart();
  bench.loop.io().run();
  REQUIRE(bench.text(1) == "old");
  REQUIRE_FALSE(bench.cache.may_refresh(key(1)));
}

TEST_CASE("refreshes under way are bounded") {
  Bench bench;
  Signer signer(bench.loop);
  for (unsigned char number = 1; number <= 17; ++number) bench.put(number, kAlice, jwt("old"));
  for (unsigned char number = 1; number <= 16; ++number) {
    REQUIRE(bench.cache.may_refresh(key(number)));
    bench.cache.refresh(key(number), kAlice, signer.source());
  }
  REQUIRE_FALSE(bench.cache.may_refresh(key(17)));
  signer.come(Unexpected(make_error(ErrorCode::token_unavailable)));
  bench.loop.until([&] { return bench.cache.may_refresh(key(17)); });
}

TEST_CASE("dropping a key takes its JWTs and no other's") {
  Bench bench;
  bench.put(1, kAlice, jwt("hers"));
  bench.put(2, kShared, jwt("other"));
  bench.drop("apple");
  REQUIRE_FALSE(bench.holds(1));
  REQUIRE(bench.text(2, "orchard") == "other");
  REQUIRE(bench.cache.entries() == 1);
}

TEST_CASE("dropping a key leaves a shared JWT to the key that is left") {
  Bench bench;
  bench.put(1, kAlice, jwt("shared"));
  REQUIRE(bench.text(1, "orchard") == "shared");
  bench.drop("apple");
  REQUIRE(bench.text(1, "orchard") == "shared");
  bench.drop("orchard");
  REQUIRE(bench.cache.entries() == 0);
}

TEST_CASE("a signature under way for a key that is dropped is answered, not kept, and joined by nobody") {
  Bench bench;
  Signer before(bench.loop);
  Answer answer;
  bench.loop.start(bench.cache.obtain(key(1), kAlice, service::SteadyClock::now() + 20s, before.source()), answer);
  bench.loop.until([&] { return before.calls > 0; });
  bench.drop("apple");
  bench.put(1, kAlice, jwt("after"));
  before.come(jwt("before"));
  bench.loop.until([&] { return answer.has_value(); });
  REQUIRE_OK(*answer);
  REQUIRE(bench.text(1) == "after");
}

TEST_CASE("a refresh under way for a key that is dropped is recorded and not kept") {
  Bench bench;
  bench.put(1, kAlice, jwt("old"));
  Signer signer(bench.loop);
  bench.cache.refresh(key(1), kAlice, signer.source());
  bench.drop("apple");
  signer.come(jwt("new"));
  bench.loop.until([&] { return !signer.records.empty(); });
  REQUIRE(signer.records == std::vector<std::string>{"refreshed new"});
  REQUIRE_FALSE(bench.holds(1));
}

TEST_CASE("a JWT below its minimum age stays whatever the limits are, and then keeps to them") {
  Bench bench({.max_entries = 0, .max_bytes = 1, .max_per_uid = 1});
  bench.cache.observe_clock(kNow);
  bench.put(1, kAlice, jwt("young", kNow, 200s));
  bench.put(2, kAlice, jwt("other"));
  bench.put(3, kBob, jwt("young too", kNow + 1s, 200s));
  bench.cache.apply({.max_entries = 0, .max_bytes = 0, .max_per_uid = 0});
  REQUIRE(bench.holds(1));
  REQUIRE_FALSE(bench.holds(2));
  bench.cache.drop_expired(kNow + 199s);
  REQUIRE(bench.holds(1));
  bench.cache.drop_expired(kNow + 200s);
  REQUIRE_FALSE(bench.holds(1));
  REQUIRE(bench.holds(3, kNow + 200s));
  bench.cache.drop_expired(kNow + 201s);
  REQUIRE(bench.cache.entries() == 0);
  REQUIRE(bench.cache.bytes() == 0);
}

TEST_CASE("young JWTs take no room from others, and join them when they have reached their age") {
  Bench bench({.max_entries = 2, .max_bytes = 10'000, .max_per_uid = 2});
  bench.put(1, kAlice, jwt("young", kNow, 200s));
  bench.put(2, kAlice, jwt("a"));
  bench.put(3, kAlice, jwt("b"));
  REQUIRE(bench.cache.entries() == 3);
  bench.cache.drop_expired(kNow + 200s);
  REQUIRE(bench.cache.entries() == 2);
  REQUIRE(bench.holds(1));
  REQUIRE(bench.holds(3));
  bench.put(1, kAlice, jwt("next", kNow + 200s, 200s));
  bench.drop("apple");
  REQUIRE(bench.cache.entries() == 0);
  REQUIRE(bench.cache.bytes() == 0);
}

TEST_CASE("no further young JWT is made rather than a younger one") {
  constexpr std::size_t kOfOneUser = JwtCache::kMaxYoung / 2;
  Bench bench({.max_entries = 0, .max_bytes = 0, .max_per_uid = 1});
  bench.cache.observe_clock(kNow);
  for (std::size_t number = 0; number < kOfOneUser; ++number) REQUIRE_OK(bench.obtain_young(number, kAlice));
  const Result<SignedJwtPtr> refused = bench.obtain_young(kOfOneUser, kAlice);
  REQUIRE_ERROR(refused, ErrorCode::overloaded);
  REQUIRE(refused.error().retry_after.has_value());
  bench.put(1, kAlice, jwt("ordinary"));
  for (std::size_t number = 0; number < kOfOneUser; ++number) REQUIRE_OK(bench.obtain_young(kOfOneUser + number, kBob));
  REQUIRE_ERROR(bench.obtain_young(2 * kOfOneUser, JwtHolder{"apple", 1003}), ErrorCode::overloaded);
  REQUIRE(bench.cache.entries() == JwtCache::kMaxYoung);
  bench.cache.observe_clock(kNow + 200s);
  REQUIRE_OK(bench.obtain_young(2 * kOfOneUser, kAlice));
}

}  // namespace
}  // namespace signet::test
