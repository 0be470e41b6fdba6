#include <atomic>
#include <thread>
#include <vector>

#include "pkcs11/key_algorithms.h"
#include "proto/sha256.h"
#include "tests/support/catch.h"

namespace signet::pkcs11 {
namespace {

const Sha256Digest kOneKey = sha256(bytes_of("one"));
const Sha256Digest kOtherKey = sha256(bytes_of("other"));

}  // namespace

TEST_CASE("a key keeps the algorithm it signed with first", "[pkcs11]") {
  KeyAlgorithms algorithms;
  CHECK(algorithms.claim(kOneKey, Algorithm::rs256));
  CHECK(algorithms.claim(kOneKey, Algorithm::rs256));
  const auto refused = algorithms.claim(kOneKey, Algorithm::ps256);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().reason == RefusalReason::key_refused);
  CHECK(refused.error().message.find("RS256") != std::string::npos);
  CHECK(refused.error().message.find("one algorithm per key") != std::string::npos);
  CHECK_FALSE(algorithms.claim(kOneKey, Algorithm::rs384));
  CHECK(algorithms.claim(kOneKey, Algorithm::rs256));
}

TEST_CASE("keys do not share an algorithm", "[pkcs11]") {
  KeyAlgorithms algorithms;
  CHECK(algorithms.claim(kOneKey, Algorithm::rs256));
  CHECK(algorithms.claim(kOtherKey, Algorithm::ps256));
  CHECK_FALSE(algorithms.claim(kOtherKey, Algorithm::rs256));
}

TEST_CASE("EdDSA and Ed25519 are one algorithm", "[pkcs11]") {
  KeyAlgorithms algorithms;
  CHECK(algorithms.claim(kOneKey, Algorithm::eddsa));
  CHECK(algorithms.claim(kOneKey, Algorithm::ed25519));
  CHECK(algorithms.claim(kOneKey, Algorithm::eddsa));
}

TEST_CASE("of two algorithms that are asked for at the same time one is served", "[pkcs11]") {
  KeyAlgorithms algorithms;
  std::atomic<int> served{0};
  std::vector<std::thread> threads;
  for (const Algorithm algorithm : {Algorithm::rs256, Algorithm::ps256, Algorithm::rs512, Algorithm::ps512}) {
    threads.emplace_back([&algorithms, &served, algorithm] {
      for (int i = 0; i < 1000; ++i) {
        if (!algorithms.claim(kOneKey, algorithm)) return;
      }
      ++served;
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(served == 1);
}

}  // namespace signet::pkcs11
