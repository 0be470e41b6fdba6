// What every Signer owes its callers, asked of one without a token and of one over SoftHSM.
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>

#include "pkcs11/token_opening.h"
#include "tests/support/catch.h"
#include "tests/support/fake_signer.h"
#include "tests/support/jws_input.h"
#include "tests/support/softhsm.h"

namespace signet::test {
namespace {

using namespace signet::pkcs11;
using namespace std::chrono_literals;

/// A signer, and how keys come onto its token; they are seen after refresh().
class Subject {
 public:
  virtual ~Subject() = default;
  virtual Signer& signer() = 0;
  virtual PublicKey add_key(const KeySpec& spec) = 0;

 protected:
  Subject() = default;
  Subject(const Subject&) = default;
  Subject& operator=(const Subject&) = default;
};

class FakeSubject final : public Subject {
 public:
  Signer& signer() override { return signer_; }
  PublicKey add_key(const KeySpec& spec) override {
    return signer_.add_key(spec.label, spec.type, [&spec](TokenKey& key) {
      if (!spec.keep_public_object) key.public_key.reset();
      if (spec.flaw != KeyFlaw::none) key.unusable = "flawed on purpose";
    });
  }

 private:
  FakeSigner signer_{"signet-test"};
};

class SoftHsmSubject final : public Subject {
 public:
  SoftHsmSubject() {
    config_.module.path = softhsm_module();
    config_.token = parse_pkcs11_uri(hsm_.token_uri()).value();
    config_.pin_file = hsm_.pin_file();
    config_.state_dir = hsm_.directory().file("state");
    std::filesystem::create_directory(config_.state_dir);
    config_.sessions = 2;
    std::timed_mutex login_attempt;
    TokenOpening opening(config_, "", login_attempt, [](const TokenSurvey&) {});
    auto token = opening.run();
    if (!token) FAIL(token.error().error.message << " " << token.error().error.detail);
    signer_ = std::make_unique<Pkcs11Signer>(std::move(*token), SigningPolicy{Verify::always, 10s}, watch_, 0U,
                                             [](const CallFailure& failure) { FAIL(to_string(failure)); });
  }
  Signer& signer() override { return *signer_; }
  PublicKey add_key(const KeySpec& spec) override { return hsm_.make_key(spec); }

 private:
  SoftHsm hsm_;
  TokenConfig config_;
  CallWatch watch_{2, 1s, [] {}};
  std::unique_ptr<Pkcs11Signer> signer_;
};

std::unique_ptr<Subject> make_subject(const std::string& name) {
  if (name == "fake") return std::make_unique<FakeSubject>();
  return std::make_unique<SoftHsmSubject>();
}

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
            .deadline = std::chrono::steady_clock::now() + 10s};
  }
};

Order order_for(const std::string& label, Algorithm algorithm, const PublicKey& key) {
  return {.object = "pkcs11:object=" + label,
          .algorithm = algorithm,
          .message = jws_input(algorithm),
          .pin = key.spki_sha256()};
}

void require_refusal(Signer& signer, const Order& order, RefusalReason reason) {
  const auto result = signer.sign(order.view());
  REQUIRE_FALSE(result.has_value());
  CHECK(static_cast<int>(result.error().reason) == static_cast<int>(reason));
  CHECK_FALSE(result.error().message.empty());
}

void require_signature(Signer& signer, const Order& order, const PublicKey& key) {
  const auto result = signer.sign(order.view());
  if (!result) FAIL(jose_name(order.algorithm) << ": " << result.error().message << " " << result.error().detail);
  CHECK(result->spki_sha256 == key.spki_sha256());
  CHECK(key.verify(order.algorithm, bytes_of(order.message), result->value).has_value());
}

}  // namespace

TEST_CASE("a signer signs with every algorithm of its keys, and the signatures verify", "[contract]") {
  const std::string name = GENERATE(as<std::string>(), "fake", "softhsm");
  INFO(name);
  const auto subject = make_subject(name);
  for (const KeyType type : {KeyType::ec_p256, KeyType::ec_p384, KeyType::ec_p521, KeyType::rsa, KeyType::ed25519}) {
    const std::string label = "key" + std::to_string(static_cast<int>(type));
    const PublicKey key =
        subject->add_key({.label = label, .id_hex = "0" + std::to_string(static_cast<int>(type) + 1), .type = type});
    REQUIRE(subject->signer().refresh(std::chrono::steady_clock::now() + 10s).has_value());
    const std::vector<std::string> objects{"pkcs11:object=" + label};
    const auto views = subject->signer().describe(objects);
    REQUIRE(views.size() == 1);
    CHECK(views[0].usable);
    CHECK(views[0].spki == key.spki());
    CHECK(views[0].sensitive);
    CHECK_FALSE(views[0].extractable);
    CHECK_FALSE(views[0].algorithms.empty());
    for (const Algorithm algorithm : views[0].algorithms)
      require_signature(subject->signer(), order_for(label, algorithm, key), key);
  }
}

TEST_CASE("a signer refuses what it must, and says why", "[contract]") {
  const std::string name = GENERATE(as<std::string>(), "fake", "softhsm");
  INFO(name);
  const auto subject = make_subject(name);
  const PublicKey key = subject->add_key({.label = "apple", .id_hex = "aa"});
  const PublicKey other = subject->add_key({.label = "other", .id_hex = "bb"});
  const PublicKey flawed = subject->add_key({.label = "flawed", .id_hex = "cc", .flaw = KeyFlaw::extractable});
  const PublicKey hidden = subject->add_key({.label = "hidden", .id_hex = "dd", .keep_public_object = false});
  const PublicKey twin = subject->add_key({.label = "twin", .id_hex = "e1"});
  subject->add_key({.label = "twin", .id_hex = "e2"});
  Signer& signer = subject->signer();
  REQUIRE(signer.refresh(std::chrono::steady_clock::now() + 10s).has_value());
  const Order good = order_for("apple", Algorithm::es256, key);
  require_signature(signer, good, key);

  SECTION("messages that are not canonical JWS signing inputs for the algorithm") {
    for (const std::string& message : {std::string("not a JWS"), jws_input(Algorithm::es384), good.message + ".c2ln",
                                       good.message + "=", std::string(32, 'a'), std::string()}) {
      Order order = good;
      order.message = message;
      INFO(message);
      require_refusal(signer, order, RefusalReason::message_refused);
    }
  }
  SECTION("a key that is not the pinned one") {
    Order order = good;
    order.pin = other.spki_sha256();
    require_refusal(signer, order, RefusalReason::key_changed);
  }
  SECTION("keys that are not there, or not one") {
    require_refusal(signer, order_for("nobody", Algorithm::es256, key), RefusalReason::no_such_key);
    require_refusal(signer, order_for("apple;token=elsewhere", Algorithm::es256, key), RefusalReason::no_such_key);
    require_refusal(signer, order_for("twin", Algorithm::es256, twin), RefusalReason::key_refused);
    require_refusal(signer, order_for("%zz", Algorithm::es256, key), RefusalReason::bad_request);
    require_refusal(signer, order_for("apple;type=public", Algorithm::es256, key), RefusalReason::bad_request);
  }
  SECTION("a key that could leave the token") {
    require_refusal(signer, order_for("flawed", Algorithm::es256, flawed), RefusalReason::key_refused);
    const auto views = signer.describe(std::vector<std::string>{"pkcs11:object=flawed"});
    CHECK_FALSE(views.at(0).usable);
    CHECK_FALSE(views.at(0).message.empty());
  }
  SECTION("an algorithm that is not the key's") {
    require_refusal(signer, order_for("apple", Algorithm::es384, key), RefusalReason::key_refused);
    require_refusal(signer, order_for("apple", Algorithm::rs256, key), RefusalReason::key_refused);
  }
  SECTION("a key without a public half signs only with one that the caller brings") {
    Order order = order_for("hidden", Algorithm::es256, hidden);
    require_refusal(signer, order, RefusalReason::key_refused);
    order.spki = hidden.spki();
    require_signature(signer, order, hidden);
    Order wrong = order;
    wrong.spki = other.spki();
    wrong.pin = other.spki_sha256();
    require_refusal(signer, wrong, RefusalReason::key_changed);
    wrong.spki = to_bytes("no key at all");
    wrong.pin = key.spki_sha256();
    require_refusal(signer, wrong, RefusalReason::bad_request);
  }
  SECTION("describe without names lists every key") { CHECK(signer.describe({}).size() == 6); }
}

}  // namespace signet::test
