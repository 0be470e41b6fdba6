#include "daemon/rules/key_certificate.h"

#include <boost/json/serialize.hpp>

#include "daemon/rules/late_values.h"

namespace signet::rules {
namespace {

bool names_certificate(std::string_view json) {
  bool found = false;
  const auto look = [&found](std::string_view name) -> Result<std::optional<std::string>> {
    found = found || name == kCertificateSha256 || name == kCertificateSha1;
    return std::optional<std::string>();
  };
  return holds_mark(json) && fill_marks(json, look) && found;
}

}  // namespace

bool names_certificate(const KeyPolicy& key) {
  return names_certificate(key.header_json) || names_certificate(boost::json::serialize(key.fixed_claims));
}

CertificateVerdict judge_certificate(const KeyPolicy& key, const std::optional<X509Certificate>& certificate,
                                     WallTime now) {
  if (!names_certificate(key)) return {};
  if (!certificate)
    return {.usable = false,
            .message =
                "This key's JWTs name its certificate, and the token has none for it; ask the administrator to "
                "store the certificate beside the key, with signet-admin cert import."};
  if (certificate->not_after() < now)
    return {.message =
                "The certificate that this key's JWTs name has expired; ask the administrator to store a new "
                "one beside the key, with signet-admin cert import."};
  if (now < certificate->not_before())
    return {.message =
                "The certificate that this key's JWTs name is not valid yet; ask the administrator to look at "
                "it and at the clock."};
  return {};
}

}  // namespace signet::rules
