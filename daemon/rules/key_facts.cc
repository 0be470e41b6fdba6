#include "daemon/rules/key_facts.h"

#include <fmt/format.h>

#include "daemon/rules/claims.h"
#include "daemon/rules/late_values.h"
#include "proto/base64.h"

namespace signet::rules {
namespace {

Unexpected<Error> unknown(std::string_view what, std::string_view mend) {
  return Unexpected(Error{
      ErrorCode::token_unavailable,
      fmt::format("This key's JWTs name {}, which the token does not show; ask the administrator to {}.", what, mend)});
}

Result<std::optional<std::string>> known(const std::optional<std::string>& fact, std::string_view what,
                                         std::string_view mend) {
  if (!fact) return unknown(what, mend);
  return fact;
}

Result<std::optional<std::string>> fact_named(const KeyFacts& facts, std::string_view name) {
  static constexpr std::string_view kPinWhole = "write the whole key into the key's file (public-key = spki:…)";
  static constexpr std::string_view kStore = "store the certificate beside the key, with signet-admin cert import";
  if (name == kSpkiSha256) return known(facts.spki_sha256, "the hash of the public key", kPinWhole);
  if (name == kThumbprint) return known(facts.thumbprint, "the thumbprint of the public key", kPinWhole);
  if (name == kCertificateSha256) return known(facts.certificate_sha256, "the key's certificate", kStore);
  if (name == kCertificateSha1) return known(facts.certificate_sha1, "the key's certificate", kStore);
  return std::optional<std::string>();
}

bool names_fact(std::string_view json) {
  bool found = false;
  const auto look = [&](std::string_view name) -> Result<std::optional<std::string>> {
    found = found || name != kUuid;
    return std::optional<std::string>();
  };
  return fill_marks(json, look) && found;
}

}  // namespace

KeyFacts facts_of(const Sha256Digest& spki_sha256, const std::optional<PublicKey>& public_key,
                  const std::optional<X509Certificate>& certificate) {
  KeyFacts facts{.spki_sha256 = base64_encode(spki_sha256)};
  if (public_key && public_key->spki_sha256() == spki_sha256) facts.thumbprint = public_key->thumbprint();
  if (!certificate || certificate->public_key().spki_sha256() != spki_sha256) return facts;
  facts.certificate_sha256 = certificate->sha256_thumbprint();
  if (std::string sha1 = certificate->sha1_thumbprint(); !sha1.empty()) facts.certificate_sha1 = std::move(sha1);
  return facts;
}

bool needs_key_facts(const JwtPlan& plan) {
  const bool marked = holds_mark(plan.header_json) || holds_mark(plan.claims_json);
  return marked && (names_fact(plan.header_json) || names_fact(plan.claims_json));
}

Result<void> fill_key_facts(JwtPlan& plan, const KeyFacts& facts) {
  const auto fact = [&](std::string_view name) { return fact_named(facts, name); };
  SIGNET_TRY_ASSIGN(plan.header_json, fill_marks(plan.header_json, fact));
  SIGNET_TRY_ASSIGN(plan.claims_json, fill_marks(plan.claims_json, fact));
  SIGNET_TRY_ASSIGN(plan.recorded_claims_json, fill_marks(plan.recorded_claims_json, fact));
  if (plan.kid_is_thumbprint && facts.thumbprint) plan.kid = *facts.thumbprint;
  return {};
}

}  // namespace signet::rules
