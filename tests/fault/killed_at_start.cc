// kill -9 at every call that signet-token makes of its module, from C_Initialize to the first C_Sign, before the call
// and after it: a PIN whose fate is unknown is never tried again by itself.

#include <fmt/format.h>

#include "tests/fault/faulty_service.h"
#include "tests/support/matchers.h"

namespace signet::test {
namespace {

/// One start that is killed at a call, and those after it.
class KilledStart {
 public:
  KilledStart(const FaultyService& fixture, TokenProcess& service) : fixture_(fixture), service_(service) {}

  /// Starts the service, which is killed at its call number `index` (from 0), or signs. False: it has signed.
  bool run(long index, bool after_the_call) {
    service_.kill();
    logins_before_ = logins();
    lists_before_ = fixture_.faults.count("C_GetMechanismList");
    fixture_.faults.set_rules({fmt::format("** after={} times=1 kill{}", index, after_the_call ? " call" : "")});
    service_.start();
    bool has_signed = false;
    poll_until("it dies or signs", [&] {
      auto client = LinkClient::open(service_.socket());
      const auto reply =
          client ? client->call(sign_request("apple", fixture_.key)) : Result<link::Reply>(link::Reply());
      has_signed = reply.has_value() && is_good(*reply, fixture_.key);
      return has_signed || !service_.runs();
    });
    fixture_.faults.set_rules({});
    return !has_signed;
  }

  /// The next start, and one after the operator's act where that is needed.
  void check_next_starts() {
    const long tried = logins() - logins_before_;
    const bool unknown = service_.has_login_record();
    CHECK(tried <= 1);
    // Only a login that has ended leaves no record behind.
    if (tried == 1 && !unknown) CHECK(has_ended_login());
    restart();
    if (unknown) {
      service_.wait_for(link::PIN_REFUSED);
      CHECK(logins() == logins_before_ + tried);
      service_.remove_login_records();
      restart();
    }
    service_.wait_for(link::READY);
    CHECK(logins() == logins_before_ + tried + 1);
    CHECK_FALSE(service_.has_login_record());
  }
  bool left_record() const { return service_.has_login_record(); }

 private:
  long logins() const { return fixture_.faults.count("C_Login"); }
  /// A call was made that follows the login.
  bool has_ended_login() const { return fixture_.faults.count("C_GetMechanismList") > lists_before_; }
  void restart() {
    service_.kill();
    service_.start();
  }

  const FaultyService& fixture_;
  TokenProcess& service_;
  long logins_before_ = 0;
  long lists_before_ = 0;
};

/// How many starts were killed, and how many of them left the PIN's fate unknown.
struct Walk {
  long killed = 0;
  long unknown = 0;
};

Walk kill_at_every_call(bool after_the_call) {
  // Few mechanisms and sessions: fewer calls of one kind.
  FaultyService fixture({.options = {"sessions = 2", "probe-interval = off"}, .character = "mechanisms=0x1041"});
  fixture.require_signs();
  KilledStart start(fixture, fixture.service);
  Walk walk;
  while (start.run(walk.killed, after_the_call)) {
    INFO("killed at call " << walk.killed);
    if (start.left_record()) ++walk.unknown;
    start.check_next_starts();
    ++walk.killed;
  }
  return walk;
}

}  // namespace

TEST_CASE("kill -9 before any call of a start never makes a PIN of unknown fate be tried again", "[fault]") {
  const Walk walk = kill_at_every_call(false);
  CHECK(walk.killed > 20);
  CHECK(walk.unknown == 1);  // before C_Login itself
}

TEST_CASE("kill -9 after any call of a start never makes a PIN of unknown fate be tried again", "[fault]") {
  const Walk walk = kill_at_every_call(true);
  CHECK(walk.killed > 20);
  CHECK(walk.unknown == 1);  // after C_Login, before its record is cleared
}

}  // namespace signet::test
