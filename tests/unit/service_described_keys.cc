#include <fstream>

#include "daemon/rules/late_values.h"
#include "daemon/rules/rotation.h"
#include "daemon/service/described_keys.h"
#include "proto/public_key.h"
#include "tests/support/catch.h"
#include "tests/support/matchers.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/test_certificate.h"

namespace signet::test {
namespace {

using service::DescribedKeys;
using service::KeyDescription;
using service::TokenDescription;
using service::TokenState;

constexpr const char* kObject = "pkcs11:object=a";

// Two public keys on P-256: RFC 7515 appendix A.3.1, and the generator itself (SEC 2 section 2.4.2).
PublicKey from_hex(std::string_view hex_digits) {
  Bytes octets;
  for (std::size_t i = 0; i + 1 < hex_digits.size(); i += 2) {
    octets.push_back(static_cast<std::byte>(std::stoi(std::string(hex_digits.substr(i, 2)), nullptr, 16)));
  }
  auto made = PublicKey::from_ec_point(KeyType::ec_p256, octets);
  REQUIRE_OK(made);
  return *made;
}
PublicKey one_key() {
  return from_hex(
      "047fcdce2770f6c45d4183cbee6fdb4b7b580733357be9ef13bacf6e3c7bd15445c7f144cd1bbd9b7e872cdfedb9eeb9f4b3695d6ea90b24"
      "ad8a4623288588e5ad");
}
PublicKey another_key() {
  return from_hex(
      "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315e"
      "cecbb6406837bf51f5");
}

TokenDescription showing_both(const PublicKey& a, const PublicKey& b) {
  TokenDescription description{.state = TokenState::ready, .message = {}, .since = 1, .keys = {}};
  for (const auto& [object, key] : {std::pair(kObject, a), std::pair("pkcs11:object=b", b)}) {
    description.keys.push_back(
        {.object = object, .usable = true, .message = {}, .spki = key.spki(), .algorithms = {"ES256"}});
  }
  return description;
}

TokenDescription showing(std::optional<PublicKey> key) {
  KeyDescription description{.object = kObject, .usable = true, .message = {}, .spki = {}, .algorithms = {"ES256"}};
  if (key) description.spki = key->spki();
  return {.state = TokenState::ready, .message = {}, .since = 1, .keys = {description}};
}

class Bench {
 public:
  Bench() { REQUIRE_OK(pins_.load()); }

  void configure(std::optional<rules::PublicKeyPin> pin = std::nullopt) {
    auto configuration = std::make_shared<rules::Configuration>();
    rules::KeyPolicy key;
    key.name = "apple";
    key.token = "build";
    key.object = kObject;
    key.pin = std::move(pin);
    key.header_json = header_json_;
    configuration->keys.emplace(key.name, key);
    state_.configuration = std::move(configuration);
    keys_.follow_configuration();
  }
  /// From the next configure() on, the key's JWTs name its certificate.
  void name_certificate() {
    header_json_ = R"({"x5t#S256":")" + rules::with_marks({}).at(std::string(rules::kCertificateSha256)) + R"("})";
  }
  rules::KeyFacts facts() const { return keys_.facts(state_.configuration->keys.at("apple"), *pin()); }
  /// The same key with an object b that follows, or that retires.
  void configure_with(const std::string& part) {
    auto configuration = std::make_shared<rules::Configuration>();
    rules::KeyPolicy key;
    key.name = "apple";
    key.token = "build";
    key.object = "pkcs11:object=b";
    key.in_rotation = true;
    const auto other = std::make_shared<const rules::KeyPolicy>(key);
    key.object = kObject;
    key.in_rotation = false;
    if (part == "next") key.rotation.next = rules::NextKey{other};
    if (part == "retiring") key.rotation.retiring.push_back({other});
    if (part == "promoted") {
      const auto former = rules::place_of(key);
      key = *other;
      key.rotation.former.push_back({former, {}, {}});
    }
    configuration->keys.emplace("apple", key);
    state_.configuration = std::move(configuration);
    keys_.follow_configuration();
  }
  rules::KeyPolicy policy() const { return state_.configuration->keys.at("apple"); }
  rules::KeyFacts facts_of(const rules::KeyPolicy& key) const { return keys_.facts(key, *keys_.pin(key)); }
  const rules::KeyCondition* condition_of_b() const {
    const auto found = state_.live.objects.find("apple build pkcs11:object=b");
    return found == state_.live.objects.end() ? nullptr : &found->second;
  }
  bool learn(const TokenDescription& description) { return keys_.learn("build", description); }
  const rules::KeyCondition& condition() { return state_.live.keys.at("apple"); }
  bool unknown() const { return state_.live.keys.empty(); }
  std::optional<rules::PublicKeyPin> pin() const { return keys_.pin(state_.configuration->keys.at("apple")); }
  std::optional<Sha256Digest> record() const { return pins_.find("apple"); }
  void write_record(const std::string& text) {
    std::ofstream(directory_.file("pins/apple")) << text;
    REQUIRE_OK(pins_.load());
  }

 private:
  ScratchDirectory directory_;
  std::string header_json_ = "{}";
  service::ServiceState state_{};
  service::Pins pins_{directory_.file("pins")};
  DescribedKeys keys_{state_, pins_};
};

TEST_CASE("the first use of a key without a pin is recorded") {
  Bench bench;
  bench.configure();
  REQUIRE_FALSE(bench.pin());
  REQUIRE(bench.learn(showing(one_key())));
  REQUIRE(bench.condition().usable);
  REQUIRE(bench.record() == one_key().spki_sha256());
  REQUIRE(bench.pin()->spki_sha256 == one_key().spki_sha256());
}

TEST_CASE("another key under a recorded name disables it until the old one is back") {
  Bench bench;
  bench.configure();
  REQUIRE(bench.learn(showing(one_key())));
  REQUIRE_FALSE(bench.learn(showing(another_key())));
  REQUIRE_FALSE(bench.condition().usable);
  REQUIRE(bench.record() == one_key().spki_sha256());
  REQUIRE(bench.learn(showing(one_key())));
  REQUIRE(bench.condition().usable);
}

TEST_CASE("a damaged record takes its key out of use, and no other key is taken for it") {
  Bench bench;
  bench.configure();
  REQUIRE(bench.learn(showing(one_key())));
  bench.write_record("sha256:half");
  REQUIRE_FALSE(bench.learn(showing(another_key())));
  REQUIRE_FALSE(bench.learn(showing(one_key())));
  REQUIRE_FALSE(bench.condition().usable);
  REQUIRE(bench.condition().message.find("damaged") != std::string::npos);
  bench.configure(rules::PublicKeyPin{one_key().spki_sha256(), {}});
  REQUIRE(bench.learn(showing(one_key())));
  bench.configure();
  bench.write_record(one_key().pin() + "\n");
  REQUIRE(bench.learn(showing(one_key())));
}

TEST_CASE("the key file's pin is not recorded and not overridden") {
  Bench bench;
  bench.configure(rules::PublicKeyPin{one_key().spki_sha256(), {}});
  REQUIRE_FALSE(bench.learn(showing(another_key())));
  REQUIRE_FALSE(bench.condition().usable);
  REQUIRE(bench.learn(showing(one_key())));
  REQUIRE_FALSE(bench.record());
}

TEST_CASE("a token that shows no public key needs the whole key in the key file") {
  Bench bench;
  SECTION("only its hash") {
    bench.configure(rules::PublicKeyPin{one_key().spki_sha256(), {}});
    REQUIRE_FALSE(bench.learn(showing(std::nullopt)));
  }
  SECTION("all of it") {
    bench.configure(rules::PublicKeyPin{one_key().spki_sha256(), one_key().spki()});
    REQUIRE(bench.learn(showing(std::nullopt)));
    REQUIRE(bench.condition().public_key->spki() == one_key().spki());
  }
}

TEST_CASE(
    "a key that the token refuses, lacks or cannot use for the algorithm is not used, and the token's words are kept") {
  Bench bench;
  bench.configure();
  TokenDescription description = showing(one_key());
  SECTION("refused") {
    description.keys[0].usable = false;
    description.keys[0].message = "it can leave the token";
    REQUIRE_FALSE(bench.learn(description));
    REQUIRE(bench.condition().message == "it can leave the token");
  }
  SECTION("not described") {
    description.keys.clear();
    REQUIRE_FALSE(bench.learn(description));
  }
  SECTION("no mechanism") {
    description.keys[0].algorithms = {"ES384"};
    REQUIRE_FALSE(bench.learn(description));
  }
  REQUIRE_FALSE(bench.condition().usable);
  REQUIRE_FALSE(bench.record());
}

TEST_CASE("what is known of a key outlasts its token's absence, and not its move") {
  Bench bench;
  bench.configure();
  REQUIRE(bench.learn(showing(one_key())));
  REQUIRE(bench.learn({.state = TokenState::absent, .message = {}, .since = 1, .keys = {}}));
  REQUIRE(bench.condition().usable);
  bench.configure();
  REQUIRE_FALSE(bench.unknown());
}

TokenDescription showing_with(const Bytes& certificate) {
  TokenDescription description = showing(one_key());
  description.keys[0].certificate = certificate;
  return description;
}

TEST_CASE("a key whose JWTs name its certificate is not used without one") {
  Bench bench;
  bench.name_certificate();
  bench.configure();
  Bytes certificate;
  SECTION("none") {}
  SECTION("another key's") { certificate = certificate_for(another_key()); }
  SECTION("none that anybody could read") { certificate = to_bytes("no certificate"); }
  REQUIRE_FALSE(bench.learn(showing_with(certificate)));
  REQUIRE_FALSE(bench.condition().usable);
  REQUIRE_FALSE(bench.condition().certificate.has_value());
  REQUIRE(bench.condition().message.find("store the certificate beside the key") != std::string::npos);
  REQUIRE_FALSE(bench.facts().certificate_sha256.has_value());
  REQUIRE(bench.learn(showing_with(certificate_for(one_key()))));
  REQUIRE(bench.condition().usable);
}

TEST_CASE("a key whose JWTs name no certificate does not care for any") {
  Bench bench;
  bench.configure();
  REQUIRE(bench.learn(showing_with(certificate_for(another_key()))));
  REQUIRE(bench.condition().usable);
  REQUIRE(bench.condition().message.empty());
}

TEST_CASE("the facts of a key are those of the certificate shown last") {
  Bench bench;
  bench.name_certificate();
  bench.configure();
  const Bytes old = certificate_for(one_key());
  REQUIRE(bench.learn(showing_with(old)));
  const auto read = X509Certificate::from_der(old);
  REQUIRE_OK(read);
  REQUIRE(bench.facts().certificate_sha256 == read->sha256_thumbprint());
  REQUIRE(bench.facts().certificate_sha1 == read->sha1_thumbprint());
  REQUIRE(bench.learn(showing_with(certificate_for(one_key()))));
  REQUIRE(bench.facts().certificate_sha256 != read->sha256_thumbprint());
}

TEST_CASE("an expired certificate is named still, and complained of until there is another") {
  Bench bench;
  bench.name_certificate();
  bench.configure();
  const auto [from, to] = valid_now();
  SECTION("expired") {
    REQUIRE_FALSE(bench.learn(showing_with(certificate_for(one_key(), {from - std::chrono::hours(9), from}))));
    REQUIRE(bench.condition().message.find("expired") != std::string::npos);
  }
  SECTION("not valid yet") {
    REQUIRE_FALSE(bench.learn(showing_with(certificate_for(one_key(), {to, to + std::chrono::hours(9)}))));
    REQUIRE(bench.condition().message.find("not valid yet") != std::string::npos);
  }
  REQUIRE(bench.condition().usable);
  REQUIRE(bench.facts().certificate_sha256.has_value());
  REQUIRE(bench.learn(showing_with(certificate_for(one_key()))));
  REQUIRE(bench.condition().message.empty());
}

TEST_CASE("the next object is judged and pinned on its own, and its verdict stays with it when it signs") {
  Bench bench;
  bench.configure_with("next");
  REQUIRE(bench.learn(showing_both(one_key(), another_key())));
  REQUIRE(bench.condition().public_key->spki() == one_key().spki());
  REQUIRE(bench.condition_of_b()->public_key->spki() == another_key().spki());
  REQUIRE(bench.record() == one_key().spki_sha256());
  bench.configure_with("promoted");
  REQUIRE(bench.condition().public_key->spki() == another_key().spki());
  REQUIRE(bench.pin()->spki_sha256 == another_key().spki_sha256());
  REQUIRE(bench.learn(showing_both(one_key(), another_key())));
  REQUIRE(bench.record() == one_key().spki_sha256());
}

TEST_CASE("who asked before a switch is told of the object that was to sign then") {
  Bench bench;
  bench.configure_with("next");
  REQUIRE(bench.learn(showing_both(one_key(), another_key())));
  rules::KeyPolicy before = bench.policy();
  before.pin = rules::PublicKeyPin{one_key().spki_sha256(), {}};
  bench.configure_with("promoted");
  REQUIRE(bench.facts_of(before).thumbprint == one_key().thumbprint());
  REQUIRE(bench.facts_of(bench.policy()).thumbprint == another_key().thumbprint());
}

TEST_CASE("a next object that is missing is looked for again, a retiring one is not") {
  Bench bench;
  TokenDescription description = showing(one_key());
  SECTION("next") {
    bench.configure_with("next");
    REQUIRE_FALSE(bench.learn(description));
  }
  SECTION("retiring") {
    bench.configure_with("retiring");
    REQUIRE(bench.learn(description));
  }
  REQUIRE_FALSE(bench.condition_of_b()->usable);
  REQUIRE(bench.condition().usable);
}

TEST_CASE("the public key of an object that cannot be used any more is still known") {
  Bench bench;
  bench.configure();
  REQUIRE(bench.learn(showing(one_key())));
  SECTION("gone from the token") {
    TokenDescription empty = showing(one_key());
    empty.keys.clear();
    REQUIRE_FALSE(bench.learn(empty));
  }
  SECTION("in the place of another") { REQUIRE_FALSE(bench.learn(showing(another_key()))); }
  REQUIRE_FALSE(bench.condition().usable);
  REQUIRE(bench.condition().public_key->spki() == one_key().spki());
}

}  // namespace
}  // namespace signet::test
