// Every return value of C_Sign, once and lasting, under load: what callers see, and how often the token is asked.
#include <iostream>

#include <fmt/format.h>

#include "pkcs11/ckr.h"
#include "tests/fault/ckr_table.h"
#include "tests/fault/faulty_service.h"
#include "tests/support/matchers.h"

namespace signet::test {
namespace {

constexpr int kClients = 2;

/// Counted by the module and told by the service, before and after.
struct Standing {
  explicit Standing(const FaultyService& fixture)
      : epoch(fixture.epoch()), logins(fixture.faults.count("C_Login")), signs(fixture.faults.count("C_Sign")) {}
  std::uint32_t epoch;
  long logins;
  long signs;
};

/// Rules in force while clients sign, until each has got good signatures.
SigningTally sign_through(const FaultyService& fixture, const std::vector<std::string>& rules) {
  fixture.faults.set_rules(rules);
  SigningLoad load(fixture.service.socket(), "apple", fixture.key, kClients);
  poll_until("the rule acts", [&] { return fixture.faults.count("rule.0") > 0; });
  load.wait_for_good(2);
  return load.stop();
}

/// What holds whatever the module answers: the same process, no wrong signature, nobody refused by the socket, and not
/// one signature that nobody asked for, but for one `repeat`.
void check_sound(const FaultyService& fixture, const SigningTally& tally, const Standing& before, pid_t pid,
                 long repeats = 0) {
  CHECK(tally.wrong == 0);
  CHECK(tally.hung == 0);
  CHECK(tally.blamed() == 0);
  CHECK(tally.unconnected == 0);
  CHECK(fixture.service.runs());
  CHECK(fixture.service.pid() == pid);
  CHECK(fixture.faults.count("C_Sign") - before.signs <= tally.sent + repeats);
}

void check_refused_once(const FaultyService& fixture, const SigningTally& tally, const Standing& before) {
  CHECK(tally.cut == 0);
  CHECK(tally.refusals() == 1);
  CHECK(tally.refused.contains(link::TOKEN_FAILED));
  const Standing after(fixture);
  CHECK(after.epoch == before.epoch);
  CHECK(after.logins == before.logins);
  CHECK(after.signs - before.signs == tally.sent);
}

void check_repaired(const FaultyService& fixture, const SigningTally& tally, const Standing& before) {
  CHECK(tally.good == tally.sent);
  const Standing after(fixture);
  CHECK(after.epoch == before.epoch);
  CHECK(after.logins == before.logins);
  CHECK(after.signs - before.signs == tally.sent + 1);
}

void check_new_image(const FaultyService& fixture, const SigningTally& tally, const Standing& before) {
  CHECK(tally.cut >= 1);
  CHECK(tally.cut <= kClients);
  CHECK(tally.refusals() == 0);
  const Standing after(fixture);
  CHECK(after.epoch == before.epoch + 1);
  CHECK(after.logins == before.logins + 1);
}

void report(const std::string& what, std::chrono::milliseconds longest) {
  std::cout << fmt::format("{}: good again within {} ms\n", what, longest.count());
}

}  // namespace

TEST_CASE("the table of return values is whole", "[fault]") {
  std::vector<CK_RV> known;
  for (const CkrGroup& group : ckr_groups()) known.insert(known.end(), group.codes.begin(), group.codes.end());
  for (CK_RV rv = 1; rv < 0x300; ++rv) {
    INFO(pkcs11::ckr_name(rv));
    const bool has_name = pkcs11::ckr_name(rv).starts_with("CKR_");
    CHECK((!has_name || std::ranges::count(known, rv) == 1));
  }
}

TEST_CASE("every return value of C_Sign once, under load", "[fault]") {
  const FaultyService fixture;
  fixture.require_signs();
  const pid_t pid = fixture.service.pid();
  for (const CkrGroup& group : ckr_groups()) {
    std::chrono::milliseconds longest{};
    for (const CK_RV rv : group.codes) {
      INFO(pkcs11::ckr_name(rv));
      const Standing before(fixture);
      // The real call is made, so that the session's operation has ended as the standard demands (PKCS#11 2.40 section
      // 5.11).
      const auto tally = sign_through(fixture, {fmt::format("C_Sign rv=0x{:x} call times=1", rv)});
      check_sound(fixture, tally, before, pid, group.at_sign == AtSign::repaired ? 1 : 0);
      if (group.at_sign == AtSign::refused) check_refused_once(fixture, tally, before);
      if (group.at_sign == AtSign::repaired) check_repaired(fixture, tally, before);
      if (group.at_sign == AtSign::new_image) check_new_image(fixture, tally, before);
      longest = std::max(longest, tally.longest_gap);
    }
    report(fmt::format("C_Sign, {}, {} codes once", group.name, group.codes.size()), longest);
  }
}

TEST_CASE("an operation that a failed C_Sign leaves active costs one image, no more", "[fault]") {
  const FaultyService fixture({.options = {"sessions = 1"}});
  fixture.require_signs();
  const pid_t pid = fixture.service.pid();
  const Standing before(fixture);
  const auto tally = sign_through(fixture, {"C_Sign rv=0x150 times=1"});
  check_sound(fixture, tally, before, pid);
  CHECK(Standing(fixture).epoch <= before.epoch + 1);
}

TEST_CASE("a return value that lasts until the module is initialised again costs one image", "[fault]") {
  const FaultyService fixture;
  fixture.require_signs();
  const pid_t pid = fixture.service.pid();
  for (const CkrGroup& group : ckr_groups()) {
    if (group.at_sign == AtSign::refused) continue;
    INFO(group.name);
    const Standing before(fixture);
    const auto tally = sign_through(fixture, {fmt::format("* rv=0x{:x} until=init", group.codes.front())});
    check_sound(fixture, tally, before, pid);
    check_new_image(fixture, tally, before);
    report(fmt::format("every call, {}, until initialised", group.name), tally.longest_gap);
  }
}

TEST_CASE("a refusal that lasts is told each time and costs no image", "[fault]") {
  const FaultyService fixture;
  fixture.require_signs();
  for (const CkrGroup& group : ckr_groups()) {
    if (group.at_sign != AtSign::refused) continue;
    INFO(group.name);
    const Standing before(fixture);
    fixture.faults.set_rules({fmt::format("C_Sign rv=0x{:x} call", group.codes.front())});
    SigningLoad load(fixture.service.socket(), "apple", fixture.key, kClients);
    poll_until("refusals", [&] { return load.tally().refusals() >= 6; });
    CHECK(load.tally().good == 0);
    fixture.faults.set_rules({});
    load.wait_for_good(2);
    const auto tally = load.stop();
    CHECK(tally.cut == 0);
    CHECK(tally.wrong == 0);
    const Standing after(fixture);
    CHECK(after.epoch == before.epoch);
    CHECK(after.logins == before.logins);
    CHECK(after.signs - before.signs <= tally.sent);  // a key that is refused time and again rests
  }
}

TEST_CASE("images that are lost one after the other log in once each, and good signatures come once it ends",
          "[fault]") {
  const std::string code = GENERATE(as<std::string>(), "0x101", "0xE0", "0x30");
  INFO(code);
  const FaultyService fixture;
  fixture.require_signs();
  const pid_t pid = fixture.service.pid();
  const Standing before(fixture);
  fixture.faults.set_rules({"C_SignInit rv=" + code});
  SigningLoad load(fixture.service.socket(), "apple", fixture.key, kClients);
  poll_until("two images are lost", [&] { return fixture.faults.count("C_Login") >= before.logins + 2; });
  fixture.faults.set_rules({});
  load.wait_for_good(2);
  const auto tally = load.stop();
  check_sound(fixture, tally, before, pid);
  const Standing after(fixture);
  CHECK(after.logins - before.logins == static_cast<long>(after.epoch - before.epoch));
  CHECK(after.epoch - before.epoch <= 3);
  report("C_SignInit, " + code + ", lasting", tally.longest_gap);
}

}  // namespace signet::test
