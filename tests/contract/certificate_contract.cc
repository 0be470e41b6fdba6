// What every Signer owes its callers about certificates: a JOSE header names by its thumbprint the one that it tells.
#include "tests/contract/signer_order.h"
#include "tests/support/test_certificate.h"

namespace signet::test {

using namespace std::chrono_literals;

TEMPLATE_TEST_CASE("a signer tells the certificate of a key and of no other", "[contract]", SIGNET_CONTRACT_SUBJECTS) {
  const auto subject = TestType::make();
  const PublicKey one = subject->add_key({.label = "one", .id_hex = "a1"});
  const PublicKey other = subject->add_key({.label = "other", .id_hex = "a2"});
  const Bytes certificate = certificate_for(one);
  subject->add_certificate("one", "a1", certificate);
  subject->add_certificate("wrong", "a2", certificate_for(one, {valid_now().from - 1h, valid_now().to}));
  subject->open(1);
  Signer& signer = subject->signer();
  CHECK(described(signer, "object=one").certificate == certificate);
  CHECK(described(signer, "object=other").certificate.empty());
  require_signature(signer, order_for("object=other", Algorithm::es256, other), other);
}

TEMPLATE_TEST_CASE("of several certificates a signer tells the one that began last and is valid", "[contract]",
                   SIGNET_CONTRACT_SUBJECTS) {
  const auto subject = TestType::make();
  const PublicKey key = subject->add_key({.label = "key", .id_hex = "a1"});
  const auto [from, to] = valid_now();
  const Bytes newest = certificate_for(key, {from, to});
  subject->add_certificate("old", "a1", certificate_for(key, {from - 48h, to}));
  subject->add_certificate("new", "a1", newest);
  subject->add_certificate("to come", "a1", certificate_for(key, {from + 12h, to}));
  subject->open(1);
  CHECK(described(subject->signer(), "object=key").certificate == newest);
}

TEMPLATE_TEST_CASE("what is no certificate takes nothing from its key", "[contract]", SIGNET_CONTRACT_SUBJECTS) {
  const auto subject = TestType::make();
  const PublicKey key = subject->add_key({.label = "key", .id_hex = "a1"});
  Bytes cut = certificate_for(key);
  cut.resize(cut.size() / 2);
  subject->add_certificate("cut", "a1", cut);
  subject->open(1);
  CHECK(described(subject->signer(), "object=key").certificate.empty());
  require_signature(subject->signer(), order_for("object=key", Algorithm::es256, key), key);
  const Bytes whole = certificate_for(key);
  subject->add_certificate("whole", "a1", whole);
  REQUIRE(subject->signer().refresh(soon()).has_value());
  CHECK(described(subject->signer(), "object=key").certificate ==
        (subject->abilities().shows_others_changes ? whole : Bytes{}));
}

}  // namespace signet::test
