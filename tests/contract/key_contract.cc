// What every Signer owes its callers about the keys of its token: which there are, which it uses, and when it notices
// that they are others.
#include "tests/contract/signer_order.h"

namespace signet::test {

TEMPLATE_TEST_CASE("a signer tells what a key is and finds it by id, label or both", "[contract]",
                   SIGNET_CONTRACT_SUBJECTS) {
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

TEMPLATE_TEST_CASE("a key that could leave the token is never used", "[contract]", SIGNET_CONTRACT_SUBJECTS) {
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

TEMPLATE_TEST_CASE("a key without a public half signs only with one that the caller brings", "[contract]",
                   SIGNET_CONTRACT_SUBJECTS) {
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

TEMPLATE_TEST_CASE("refresh sees keys that another process has added and removed", "[contract]",
                   SIGNET_CONTRACT_SUBJECTS) {
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

}  // namespace signet::test
