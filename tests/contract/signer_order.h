#pragma once

#include <string>
#include <vector>

#include "tests/contract/subject.h"
#include "tests/support/catch.h"
#include "tests/support/jws_input.h"

// What is asked of a Signer in the contract's tests, and what is expected of its answers.
namespace signet::test {

using namespace signet::pkcs11;

inline Deadline soon() { return std::chrono::steady_clock::now() + std::chrono::seconds(60); }

/// Owns what a SignOrder only refers to.
struct Order {
  std::string object;
  Algorithm algorithm;
  std::string message;
  Sha256Digest pin;
  Bytes spki{};

  SignOrder view() const {
    return {.object = object,
            .algorithm = algorithm,
            .message = message,
            .expected_spki_sha256 = pin,
            .spki = spki,
            .deadline = soon()};
  }
};

/// `object` without the scheme: "object=apple".
inline Order order_for(const std::string& object, Algorithm algorithm, const PublicKey& key,
                       const std::string& subject = "build-1") {
  return {.object = "pkcs11:" + object,
          .algorithm = algorithm,
          .message = jws_input(algorithm, subject),
          .pin = key.spki_sha256()};
}

inline void require_refusal(Signer& signer, const Order& order, RefusalReason reason) {
  INFO(order.object << " " << jose_name(order.algorithm));
  const auto result = signer.sign(order.view());
  REQUIRE_FALSE(result.has_value());
  CHECK(static_cast<int>(result.error().reason) == static_cast<int>(reason));
  CHECK_FALSE(result.error().message.empty());
}

inline bool signs(Signer& signer, const Order& order, const PublicKey& key) {
  const auto result = signer.sign(order.view());
  return result && result->spki_sha256 == key.spki_sha256() &&
         key.verify(order.algorithm, bytes_of(order.message), result->value).has_value();
}

inline void require_signature(Signer& signer, const Order& order, const PublicKey& key) {
  const auto result = signer.sign(order.view());
  if (!result) FAIL(jose_name(order.algorithm) << ": " << result.error().message << " " << result.error().detail);
  CHECK(result->spki_sha256 == key.spki_sha256());
  CHECK(key.verify(order.algorithm, bytes_of(order.message), result->value).has_value());
}

inline KeyView described(Signer& signer, const std::string& object) {
  const std::vector<std::string> objects{"pkcs11:" + object};
  auto views = signer.describe(objects);
  REQUIRE(views.size() == 1);
  CHECK(views[0].object == objects[0]);
  return views[0];
}

// The text of each is the end of its test's name.
#define SIGNET_CONTRACT_SUBJECTS Fake, Over<SoftHsm>, Over<P11KitRemoting>, Over<NssDatabase>, Over<SoftwareTpm>

}  // namespace signet::test
