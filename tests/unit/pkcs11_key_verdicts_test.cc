#include "pkcs11/key_verdicts.h"
#include "proto/bytes.h"
#include "tests/support/catch.h"

namespace signet::pkcs11 {
namespace {

using namespace std::chrono_literals;
using Blame = KeyVerdicts::Blame;

const Sha256Digest kApple = sha256(bytes_of("apple"));
const Sha256Digest kOther = sha256(bytes_of("other"));
const KeyVerdicts::Time kNow{1h};

}  // namespace

TEST_CASE("what fails first is unclear, and the token's fault when it fails again and nothing else signs", "[pkcs11]") {
  KeyVerdicts verdicts;
  CHECK(verdicts.bad(kApple) == Blame::unclear);
  CHECK_FALSE(verdicts.fails_again(kApple));
  CHECK(verdicts.bad(kApple) == Blame::token);
  CHECK(verdicts.fails_again(kApple));
  CHECK(verdicts.bad(kOther) == Blame::unclear);
  verdicts.good(kApple);
  CHECK(verdicts.bad(kApple) == Blame::unclear);
}

TEST_CASE("a key that fails while another signs is that key's trouble", "[pkcs11]") {
  KeyVerdicts verdicts;
  verdicts.good(kOther);
  CHECK(verdicts.bad(kApple) == Blame::key);
  verdicts.good(kApple);
  CHECK(verdicts.bad(kApple) == Blame::key);
}

TEST_CASE("where every key fails in the end it is the token, whatever signed before", "[pkcs11]") {
  KeyVerdicts verdicts;
  verdicts.good(kApple);
  verdicts.good(kOther);
  CHECK(verdicts.bad(kApple) == Blame::key);
  CHECK(verdicts.bad(kOther) == Blame::unclear);
  CHECK(verdicts.bad(kApple) == Blame::token);
  CHECK(verdicts.bad(kOther) == Blame::token);
}

TEST_CASE("a key rests longer each time, one caller tries it then, and a good signature ends it", "[pkcs11]") {
  KeyVerdicts verdicts;
  CHECK_FALSE(verdicts.is_suspect(kApple));
  verdicts.rest(kApple, kNow);
  CHECK(verdicts.is_suspect(kApple));
  CHECK(verdicts.rests(kApple, kNow));
  CHECK_FALSE(verdicts.rests(kOther, kNow));
  CHECK_FALSE(verdicts.rests(kApple, kNow + 1s));
  CHECK(verdicts.rests(kApple, kNow + 1s));  // somebody tries it already
  verdicts.rest(kApple, kNow + 1s);
  CHECK(verdicts.rests(kApple, kNow + 2s));
  CHECK_FALSE(verdicts.rests(kApple, kNow + 3s));
  for (int i = 0; i < 20; ++i) verdicts.rest(kApple, kNow);
  CHECK(verdicts.rests(kApple, kNow + 29s));
  CHECK_FALSE(verdicts.rests(kApple, kNow + 30s));
  verdicts.good(kApple);
  CHECK_FALSE(verdicts.is_suspect(kApple));
  CHECK_FALSE(verdicts.rests(kApple, kNow));
}

}  // namespace signet::pkcs11
