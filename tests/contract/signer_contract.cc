// What every Signer owes its callers, asked of one without a token and of one over each module we can run here. Each
// subject declares what it can do and is held to exactly that: an ability that vanishes is a failure, one that appears
// too.
#include <algorithm>
#include <atomic>
#include <thread>

#include "tests/contract/subject.h"
#include "tests/support/catch.h"
#include "tests/support/jws_input.h"

namespace signet::test {
namespace {

using namespace signet::pkcs11;
using namespace std::chrono_literals;

Deadline soon() { return std::chrono::steady_clock::now() + 60s; }

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
Order order_for(const std::string& object, Algorithm algorithm, const PublicKey& key,
                const std::string& subject = "build-1") {
  return {.object = "pkcs11:" + object,
          .algorithm = algorithm,
          .message = jws_input(algorithm, subject),
          .pin = key.spki_sha256()};
}

void require_refusal(Signer& signer, const Order& order, RefusalReason reason) {
  INFO(order.object << " " << jose_name(order.algorithm));
  const auto result = signer.sign(order.view());
  REQUIRE_FALSE(result.has_value());
  CHECK(static_cast<int>(result.error().reason) == static_cast<int>(reason));
  CHECK_FALSE(result.error().message.empty());
}

bool signs(Signer& signer, const Order& order, const PublicKey& key) {
  const auto result = signer.sign(order.view());
  return result && result->spki_sha256 == key.spki_sha256() &&
         key.verify(order.algorithm, bytes_of(order.message), result->value).has_value();
}

void require_signature(Signer& signer, const Order& order, const PublicKey& key) {
  const auto result = signer.sign(order.view());
  if (!result) FAIL(jose_name(order.algorithm) << ": " << result.error().message << " " << result.error().detail);
  CHECK(result->spki_sha256 == key.spki_sha256());
  CHECK(key.verify(order.algorithm, bytes_of(order.message), result->value).has_value());
}

KeyView described(Signer& signer, const std::string& object) {
  const std::vector<std::string> objects{"pkcs11:" + object};
  auto views = signer.describe(objects);
  REQUIRE(views.size() == 1);
  CHECK(views[0].object == objects[0]);
  return views[0];
}

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

// The text of each is the end of its test's name.
#define SUBJECTS Fake, Over<SoftHsm>, Over<P11KitRemoting>, Over<NssDatabase>, Over<SoftwareTpm>

TEMPLATE_TEST_CASE("a signer signs with exactly its algorithms, and the signatures verify", "[contract]", SUBJECTS) {
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

TEMPLATE_TEST_CASE("a key that has signed with one algorithm signs with no other", "[contract]", SUBJECTS) {
  const auto subject = TestType::make();
  const PublicKey key = subject->add_key({.label = "rsa", .id_hex = "01", .type = KeyType::rsa});
  subject->open(2);
  require_signature(subject->signer(), order_for("object=rsa", Algorithm::rs256, key), key);
  require_refusal(subject->signer(), order_for("object=rsa", Algorithm::ps256, key), RefusalReason::key_refused);
  require_refusal(subject->signer(), order_for("object=rsa", Algorithm::rs512, key), RefusalReason::key_refused);
  require_signature(subject->signer(), order_for("object=rsa", Algorithm::rs256, key), key);
}

TEMPLATE_TEST_CASE("a signer tells what a key is and finds it by id, label or both", "[contract]", SUBJECTS) {
  const auto subject = TestType::make();
  const PublicKey apple = subject->add_key({.label = "apple", .id_hex = "a1"});
  const PublicKey other = subject->add_key({.label = "other", .id_hex = "a2"});
  subject->open(2);
  Signer& signer = subject->signer();
  const KeyView view = described(signer, "object=apple");
  CHECK(view.usable);
  CHECK(view.spki == apple.spki());
  CHECK(view.label == "apple");
  CHECK(view.sensitive);
  CHECK_FALSE(view.extractable);
  CHECK_FALSE(view.always_authenticate);
  CHECK(view.local == subject->abilities().tells_made_here);
  const std::string id = to_string(Pkcs11Uri{.id = view.id}).substr(std::string("pkcs11:").size());
  CHECK(described(signer, id).spki == apple.spki());
  for (const std::string& object : {std::string("object=apple"), id, id + ";object=apple", subject->token() + ";" + id})
    require_signature(signer, order_for(object, Algorithm::es256, apple), apple);
  require_refusal(signer, order_for(id + ";object=other", Algorithm::es256, apple), RefusalReason::no_such_key);
  require_refusal(signer, order_for("id=%99", Algorithm::es256, apple), RefusalReason::no_such_key);
  CHECK_FALSE(described(signer, "object=nobody").usable);
  const auto all = signer.describe({});
  REQUIRE(all.size() == 2);
  for (const KeyView& each : all) {
    const std::string object = each.object.substr(std::string("pkcs11:").size());
    const PublicKey& key = each.label == "apple" ? apple : other;
    require_signature(signer, order_for(object, Algorithm::es256, key), key);
  }
}

TEMPLATE_TEST_CASE("a signer refuses what it must, and says why", "[contract]", SUBJECTS) {
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

TEMPLATE_TEST_CASE("a key that could leave the token is never used", "[contract]", SUBJECTS) {
  const auto subject = TestType::make();
  const KeySpec spec{.label = "flawed", .flaw = KeyFlaw::extractable};
  if (!subject->abilities().makes_exportable_keys) {
    CHECK_THROWS(subject->add_key(spec));
    return;
  }
  const PublicKey flawed = subject->add_key(spec);
  subject->open(1);
  require_refusal(subject->signer(), order_for("object=flawed", Algorithm::es256, flawed), RefusalReason::key_refused);
  const KeyView view = described(subject->signer(), "object=flawed");
  CHECK_FALSE(view.usable);
  CHECK_FALSE(view.message.empty());
}

TEMPLATE_TEST_CASE("a key without a public half signs only with one that the caller brings", "[contract]", SUBJECTS) {
  const auto subject = TestType::make();
  const PublicKey other = subject->add_key({.label = "other", .id_hex = "bb"});
  const PublicKey hidden = subject->add_key({.label = "hidden", .id_hex = "dd", .keep_public_object = false});
  subject->open(1);
  Signer& signer = subject->signer();
  Order order = order_for("object=hidden", Algorithm::es256, hidden);
  if (!subject->abilities().hides_public_halves) {
    CHECK(described(signer, "object=hidden").spki == hidden.spki());
    require_signature(signer, order, hidden);
    return;
  }
  CHECK(described(signer, "object=hidden").spki.empty());
  require_refusal(signer, order, RefusalReason::key_refused);
  order.spki = hidden.spki();
  require_signature(signer, order, hidden);
  Order wrong = order;
  wrong.spki = other.spki();
  wrong.pin = other.spki_sha256();
  require_refusal(signer, wrong, RefusalReason::key_changed);
  wrong.spki = to_bytes("no key at all");
  wrong.pin = Sha256Digest{};
  require_refusal(signer, wrong, RefusalReason::bad_request);
}

TEMPLATE_TEST_CASE("refresh sees keys that another process has added and removed", "[contract]", SUBJECTS) {
  const auto subject = TestType::make();
  const PublicKey apple = subject->add_key({.label = "apple", .id_hex = "a1"});
  const PublicKey old = subject->add_key({.label = "old", .id_hex = "a2"});
  subject->open(2);
  Signer& signer = subject->signer();
  require_signature(signer, order_for("object=old", Algorithm::es256, old), old);
  const PublicKey fresh = subject->add_key({.label = "fresh", .id_hex = "a3"});
  subject->remove_key("old");
  const Order with_fresh = order_for("object=fresh", Algorithm::es256, fresh);
  const Order with_old = order_for("object=old", Algorithm::es256, old);
  REQUIRE(signer.refresh(soon()).has_value());
  if (subject->abilities().shows_others_changes) {
    require_signature(signer, with_fresh, fresh);
    require_refusal(signer, with_old, RefusalReason::no_such_key);
  } else {
    require_refusal(signer, with_fresh, RefusalReason::no_such_key);
    require_signature(signer, with_old, old);
  }
  require_signature(signer, order_for("object=apple", Algorithm::es256, apple), apple);
}

TEMPLATE_TEST_CASE("one session serves many threads, and so do fewer sessions than threads", "[contract]", SUBJECTS) {
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
