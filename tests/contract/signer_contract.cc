// What every Signer owes its callers, asked of one without a token and of one over each module we can run here. Each
// subject declares what it can do and is held to exactly that: an ability that vanishes is a failure, one that appears
// too.
#include <algorithm>
#include <atomic>
#include <thread>

#include "tests/contract/signer_order.h"

namespace signet::test {
namespace {

std::vector<Algorithm> algorithms_of(const TokenAbilities& abilities, KeyType type) {
  std::vector<Algorithm> algorithms = abilities.algorithms;
  std::erase_if(algorithms, [type](Algorithm algorithm) { return algorithm_info(algorithm).key_type != type; });
  std::ranges::sort(algorithms);
  return algorithms;
}

struct LabelledKey {
  std::string label;
  PublicKey key;
};

/// One key of every type the subject makes, labelled by its type, ids from 01 on.
std::vector<LabelledKey> add_key_of_each_type(Subject& subject) {
  const TokenAbilities abilities = subject.abilities();
  std::vector<LabelledKey> keys;
  for (const KeyType type : {KeyType::ec_p256, KeyType::ec_p384, KeyType::ec_p521, KeyType::rsa, KeyType::ed25519}) {
    if (std::ranges::count(abilities.key_types, type) == 0) {
      CHECK_THROWS(subject.add_key({.label = "none", .type = type}));
      continue;
    }
    std::string label = "key-" + std::to_string(keys.size() + 1);
    PublicKey key = subject.add_key({.label = label, .id_hex = "0" + std::to_string(keys.size() + 1), .type = type});
    CHECK(key.type() == type);
    keys.push_back({std::move(label), std::move(key)});
  }
  return keys;
}

/// Threads that sign with one key, each its own messages; gives how many signatures were good.
int sign_from_threads(Signer& signer, int threads, int signatures, const PublicKey& key) {
  std::atomic<int> good{0};
  std::vector<std::jthread> running;
  for (int i = 0; i < threads; ++i) {
    running.emplace_back([&, i] {
      for (int j = 0; j < signatures; ++j) {
        const std::string subject = std::to_string(i) + "/" + std::to_string(j);
        if (signs(signer, order_for("object=apple", Algorithm::es256, key, subject), key)) ++good;
      }
    });
  }
  running.clear();
  return good;
}

}  // namespace

TEMPLATE_TEST_CASE("a signer signs with exactly its algorithms, and the signatures verify", "[contract]",
                   SIGNET_CONTRACT_SUBJECTS) {
  const auto subject = TestType::make();
  const auto keys = add_key_of_each_type(*subject);
  subject->open(2);
  for (const auto& [label, key] : keys) {
    INFO(key_type_name(key.type()));
    const std::vector<Algorithm> expected = algorithms_of(subject->abilities(), key.type());
    const KeyView view = described(subject->signer(), "object=" + label);
    auto algorithms = view.algorithms;
    std::ranges::sort(algorithms);
    CHECK(algorithms == expected);
    CHECK(view.usable == !expected.empty());
    CHECK(view.message.empty() == view.usable);
  }
  for (const AlgorithmInfo& info : all_algorithms()) {
    subject->open(2);  // a key signs with one algorithm in one image
    for (const auto& [label, key] : keys) {
      INFO(jose_name(info.algorithm) << " with " << key_type_name(key.type()));
      const Order order = order_for("object=" + label, info.algorithm, key);
      const bool fits = std::ranges::count(algorithms_of(subject->abilities(), key.type()), info.algorithm) != 0;
      if (fits)
        require_signature(subject->signer(), order, key);
      else
        require_refusal(subject->signer(), order, RefusalReason::key_refused);
    }
  }
}

TEMPLATE_TEST_CASE("a key that has signed with one algorithm signs with no other", "[contract]",
                   SIGNET_CONTRACT_SUBJECTS) {
  const auto subject = TestType::make();
  const PublicKey key = subject->add_key({.label = "rsa", .id_hex = "01", .type = KeyType::rsa});
  subject->open(2);
  require_signature(subject->signer(), order_for("object=rsa", Algorithm::rs256, key), key);
  require_refusal(subject->signer(), order_for("object=rsa", Algorithm::ps256, key), RefusalReason::key_refused);
  require_refusal(subject->signer(), order_for("object=rsa", Algorithm::rs512, key), RefusalReason::key_refused);
  require_signature(subject->signer(), order_for("object=rsa", Algorithm::rs256, key), key);
}

TEMPLATE_TEST_CASE("a signer refuses what it must, and says why", "[contract]", SIGNET_CONTRACT_SUBJECTS) {
  const auto subject = TestType::make();
  const PublicKey key = subject->add_key({.label = "apple", .id_hex = "aa"});
  const PublicKey other = subject->add_key({.label = "other", .id_hex = "bb"});
  const PublicKey twin = subject->add_key({.label = "twin", .id_hex = "e1"});
  subject->add_key({.label = "twin", .id_hex = "e2"});
  subject->open(2);
  Signer& signer = subject->signer();
  const Order good = order_for("object=apple", Algorithm::es256, key);
  require_signature(signer, good, key);

  for (const std::string& message : {std::string("not a JWS"), jws_input(Algorithm::es384), good.message + ".c2ln",
                                     good.message + "=", std::string(32, 'a'), std::string()}) {
    Order order = good;
    order.message = message;
    INFO(message);
    require_refusal(signer, order, RefusalReason::message_refused);
  }
  Order other_pin = good;
  other_pin.pin = other.spki_sha256();
  require_refusal(signer, other_pin, RefusalReason::key_changed);
  require_refusal(signer, order_for("object=nobody", Algorithm::es256, key), RefusalReason::no_such_key);
  require_refusal(signer, order_for("object=apple;token=elsewhere", Algorithm::es256, key), RefusalReason::no_such_key);
  require_refusal(signer, order_for("object=twin", Algorithm::es256, twin), RefusalReason::key_refused);
  require_refusal(signer, order_for("object=%zz", Algorithm::es256, key), RefusalReason::bad_request);
  require_refusal(signer, order_for("object=apple;type=public", Algorithm::es256, key), RefusalReason::bad_request);
  require_refusal(signer, order_for("object=apple", Algorithm::es384, key), RefusalReason::key_refused);
  require_refusal(signer, order_for("object=apple", Algorithm::rs256, key), RefusalReason::key_refused);
  require_signature(signer, good, key);
}

TEMPLATE_TEST_CASE("one session serves many threads, and so do fewer sessions than threads", "[contract]",
                   SIGNET_CONTRACT_SUBJECTS) {
  const int sessions = GENERATE(1, 3);
  constexpr int kThreads = 6;
  constexpr int kSignatures = 4;
  const auto subject = TestType::make();
  const PublicKey key = subject->add_key({.label = "apple"});
  subject->open(sessions);
  CHECK(sign_from_threads(subject->signer(), kThreads, kSignatures, key) == kThreads * kSignatures);
  REQUIRE(subject->signer().refresh(soon()).has_value());
  CHECK(sign_from_threads(subject->signer(), kThreads, kSignatures, key) == kThreads * kSignatures);
}

TEST_CASE("a token that wants no login signs without one", "[contract]") {
  const auto subject = Over<NssWithoutPassword>::make();
  const PublicKey key = subject->add_key({.label = "apple"});
  subject->open(2);
  require_signature(subject->signer(), order_for("object=apple", Algorithm::es256, key), key);
}

}  // namespace signet::test
