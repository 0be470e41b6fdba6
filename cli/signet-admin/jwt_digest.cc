#include "cli/signet-admin/jwt_digest.h"

#include <unistd.h>

#include <boost/json/value.hpp>

#include "host/secret.h"
#include "proto/ecdsa_twin.h"
#include "proto/json.h"
#include "proto/jws.h"

namespace signet::admin {
namespace {

constexpr std::size_t kMaxJwtBytes = std::size_t{256} * 1024;

Result<host::Secret> read_jwt(const GivenJwt& source) {
  if (source.descriptor) return host::read_secret_descriptor(*source.descriptor, kMaxJwtBytes);
  if (source.file == "-") return host::read_secret_descriptor(STDIN_FILENO, kMaxJwtBytes);
  return host::read_secret_file(source.file, kMaxJwtBytes);
}

std::string_view without_end_of_line(std::string_view text) {
  const auto last = text.find_last_not_of(" \t\r\n");
  return last == text.npos ? std::string_view() : text.substr(0, last + 1);
}

std::optional<Algorithm> algorithm_of(const JwsParts& parts) {
  const auto header = parse_json(parts.header_json);
  const auto* members = header ? header->if_object() : nullptr;
  const auto* name = members != nullptr ? members->if_contains("alg") : nullptr;
  const auto* text = name != nullptr ? name->if_string() : nullptr;
  return text != nullptr ? algorithm_from_name(*text) : std::nullopt;
}

std::optional<Sha256Digest> twin_digest(const JwsParts& parts) {
  const auto algorithm = algorithm_of(parts);
  const auto twin = algorithm ? ecdsa_twin(parts.signature, *algorithm) : std::nullopt;
  if (!twin) return std::nullopt;
  return sha256(bytes_of(jws_compact(parts.signing_input, *twin)));
}

}  // namespace

Done<JwtDigests> digests_of_jwt(const GivenJwt& source) {
  if (source.sha256) return JwtDigests{.as_given = *source.sha256};
  const auto secret = read_jwt(source);
  // What was taken for a file's name may be the better part of a JWT.
  if (!secret)
    return Unexpected(
        Failure{ExitCode::failure,
                "The JWT cannot be read: TOKEN is \"-\" for stdin, a file that you may read, or the JWT's "
                "SHA-256 in 64 lower-case hexadecimal digits."});
  const auto jwt = without_end_of_line(text_of(secret->bytes()));
  const auto parts = parse_compact_jws(jwt);
  if (!parts)
    return Unexpected(usage_failure(
        "That is no JWT: three parts of base64url with dots between them, without \"Bearer\" and without quotes."));
  return JwtDigests{
      .as_given = sha256(bytes_of(jwt)), .twin = twin_digest(*parts), .input = sha256(bytes_of(parts->signing_input))};
}

}  // namespace signet::admin
