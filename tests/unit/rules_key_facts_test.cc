#include "daemon/rules/claims.h"
#include "daemon/rules/key_facts.h"
#include "daemon/rules/reuse.h"
#include "proto/jws.h"
#include "tests/unit/profile_texts.h"
#include "tests/unit/rules_fixture.h"

using namespace signet;
using namespace signet::rules;

namespace {

constexpr WallTime kNow{std::chrono::seconds(1'700'000'000)};

const KeyFacts kAll{
    .spki_sha256 = "AA/+==", .thumbprint = "thumb-_", .certificate_sha256 = "c256", .certificate_sha1 = "c1"};

JwtPlan plan_of(const std::string& members) {
  const auto key = key_of("token = build\nobject = pkcs11:object=x\nprofile = test\nallow = user:ci\n",
                          {{"test", profile_of(profile_text(members))}});
  auto planned = plan_jwt(key, {});
  REQUIRE_OK(planned);
  return std::move(planned).value();
}

std::string refusal(const std::string& members, const KeyFacts& facts) {
  auto plan = plan_of(members);
  const auto refused = fill_key_facts(plan, facts);
  REQUIRE_ERROR(refused, ErrorCode::token_unavailable);
  REQUIRE_ERROR(fill_times(plan, kNow, kNow), ErrorCode::internal);
  return refused.error().message;
}

}  // namespace

TEST_CASE("What a JWT says of its key is filled into header and claims, unescaped") {
  auto plan = plan_of(
      R"(,"header":{"kid":"${key.thumbprint}","x5t#S256":"${certificate.sha256}","x5t":"${certificate.sha1}"},
         "claims":{"iss":"A.SHA256:${key.spki-sha256}","list":["${key.thumbprint}"]})");
  REQUIRE(needs_key_facts(plan));
  CHECK(plan.kid.empty());
  REQUIRE_OK(fill_key_facts(plan, kAll));
  CHECK_FALSE(needs_key_facts(plan));
  CHECK(plan.kid == "thumb-_");
  CHECK(plan.header_json == R"({"alg":"ES256","kid":"thumb-_","x5t#S256":"c256","x5t":"c1"})");
  CHECK(plan.claims_json == R"({"iss":"A.SHA256:AA/+==","list":["thumb-_"]})");
  REQUIRE_OK(fill_times(plan, kNow, kNow));
}

TEST_CASE("A fact that is not known stops the JWT and names the mend") {
  const std::string whole = "ask the administrator to write the whole key into the key's file (public-key = spki:…).";
  const std::string store =
      "ask the administrator to store the certificate beside the key, with signet-admin cert import.";
  auto facts = kAll;
  facts.thumbprint.reset();
  CHECK(refusal(R"(,"header":{"kid":"${key.thumbprint}"})", facts).ends_with(whole));
  facts = kAll;
  facts.certificate_sha256.reset();
  CHECK(refusal(R"(,"header":{"x5t#S256":"${certificate.sha256}"})", facts).ends_with(store));
  CHECK(refusal(R"(,"header":{"x5t":"${certificate.sha1}"})", {}).ends_with(store));
  CHECK(refusal(R"(,"claims":{"a":"${key.spki-sha256}"})", {}).find("the hash of the public key") != std::string::npos);
}

TEST_CASE("What could not be filled in yet can be filled in later") {
  auto plan = plan_of(R"(,"header":{"x5t":"${certificate.sha1}"},"claims":{"a":"${key.spki-sha256}"})");
  REQUIRE_ERROR(fill_key_facts(plan, {.certificate_sha1 = "c1"}), ErrorCode::token_unavailable);
  REQUIRE_OK(fill_key_facts(plan, {.spki_sha256 = "s"}));
  CHECK(plan.header_json == R"({"alg":"ES256","x5t":"c1"})");
  CHECK(plan.claims_json == R"({"a":"s"})");
}

TEST_CASE("A JWT that says nothing of its key needs no facts") {
  CHECK_FALSE(needs_key_facts(plan_of("")));
  CHECK_FALSE(needs_key_facts(plan_of(R"(,"claims":{"jti":"${uuid}"},"reuse":{"allowed":false})")));
  auto plan = plan_of(R"(,"claims":{"jti":"${uuid}"},"reuse":{"allowed":false})");
  REQUIRE_OK(fill_key_facts(plan, {}));
  CHECK(fill_times(plan, kNow, kNow, "u").value().signing_input ==
        jws_signing_input(R"({"alg":"ES256"})", R"({"jti":"u","iat":1699999990,"exp":1700000060})"));
}

TEST_CASE("Another key makes another cache key, for its facts are in the JWT") {
  auto one = plan_of(R"(,"claims":{"a":"${key.spki-sha256}"})");
  auto two = one;
  REQUIRE_OK(fill_key_facts(one, {.spki_sha256 = "one"}));
  REQUIRE_OK(fill_key_facts(two, {.spki_sha256 = "two"}));
  CHECK(cache_key(one, {}) != cache_key(two, {}));
}

TEST_CASE("The facts of RFC 8037's key are those that everybody computes") {
  // Appendix A.2 and A.3.
  Bytes octets;
  for (const unsigned octet :
       {0xd7U, 0x5aU, 0x98U, 0x01U, 0x82U, 0xb1U, 0x0aU, 0xb7U, 0xd5U, 0x4bU, 0xfeU, 0xd3U, 0xc9U, 0x64U, 0x07U, 0x3aU,
        0x0eU, 0xe1U, 0x72U, 0xf3U, 0xdaU, 0xa6U, 0x23U, 0x25U, 0xafU, 0x02U, 0x1aU, 0x68U, 0xf7U, 0x07U, 0x51U, 0x1aU})
    octets.push_back(static_cast<std::byte>(octet));
  const auto key = PublicKey::from_ed25519(octets);
  REQUIRE_OK(key);
  const auto facts = facts_of(key.value().spki_sha256(), key.value(), std::nullopt);
  CHECK(facts.thumbprint == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
  CHECK(facts.spki_sha256 == "BuP9j9opu2CrWVV95h7bCuzbIxE0vjDnW0Vfjht5L6k=");
  CHECK_FALSE(facts.certificate_sha256);
  CHECK_FALSE(facts_of(Sha256Digest{}, key.value(), std::nullopt).thumbprint);
  CHECK_FALSE(facts_of(key.value().spki_sha256(), std::nullopt, std::nullopt).thumbprint);
}
