#include "daemon/rules/key_pin.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "proto/base64url.h"
#include "proto/public_key.h"
#include "proto/sha256_text.h"

namespace signet::rules {
namespace {

constexpr std::string_view kHashPrefix = "sha256:";
constexpr std::string_view kSpkiPrefix = "spki:";

Unexpected<Error> not_a_pin() {
  return Unexpected(
      Error{ErrorCode::bad_input,
            "is neither sha256: with 64 hexadecimal digits nor spki: with base64; `signet-admin key show` prints it"});
}

/// In either case: other programs print digests in capitals.
Result<PublicKeyPin> parse_hash(std::string_view digits) {
  std::string lower(digits);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c; });
  const auto digest = sha256_from_hex(lower);
  if (!digest) return not_a_pin();
  return PublicKeyPin{.spki_sha256 = *digest};
}

/// The padded alphabet of RFC 4648 section 4, which openssl(1) prints, rewritten to that of section 5.
Result<Bytes> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0) return not_a_pin();
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  if (text.find_first_of("-_=") != text.npos) return not_a_pin();
  std::string url(text);
  std::ranges::replace(url, '+', '-');
  std::ranges::replace(url, '/', '_');
  auto decoded = base64url_decode(url);
  if (!decoded) return not_a_pin();
  return decoded;
}

Result<PublicKeyPin> parse_spki(std::string_view base64) {
  SIGNET_TRY_ASSIGN(const Bytes der, base64_decode(base64));
  const auto key = PublicKey::from_spki(der);
  if (!key)
    return Unexpected(
        Error{ErrorCode::bad_input, "is no public key of ours: " + key.error().message, key.error().detail});
  return PublicKeyPin{.spki_sha256 = key.value().spki_sha256(), .spki = key.value().spki()};
}

}  // namespace

Result<PublicKeyPin> parse_pin(std::string_view text) {
  if (text.starts_with(kHashPrefix)) return parse_hash(text.substr(kHashPrefix.size()));
  if (text.starts_with(kSpkiPrefix)) return parse_spki(text.substr(kSpkiPrefix.size()));
  return not_a_pin();
}

Result<void> check_pin_fits(const PublicKeyPin& pin, Algorithm algorithm) {
  if (pin.spki.empty()) return {};
  SIGNET_TRY_ASSIGN(const auto key, PublicKey::from_spki(pin.spki));
  if (key.fits(algorithm)) return {};
  return Unexpected(Error{ErrorCode::bad_input,
                          fmt::format("is a key of type {}, which cannot sign {}; name another key or another alg",
                                      key_type_name(key.type()), jose_name(algorithm))});
}

}  // namespace signet::rules
