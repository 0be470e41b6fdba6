#include "pkcs11/signed_line.h"

#include <string>

#include <boost/json/value.hpp>

#include "proto/json.h"
#include "proto/json_members.h"
#include "proto/json_path.h"
#include "proto/sha256_text.h"

namespace signet::pkcs11 {
namespace {

Sha256Digest digest_of(MemberReader& members, std::string_view name) {
  const auto digest = sha256_from_hex(members.text(name));
  if (!digest) members.refuse(name, "is no SHA-256 in 64 hexadecimal digits");
  return digest.value_or(Sha256Digest());
}

}  // namespace

Result<SignedLine> read_signed_line(std::string_view line) {
  SIGNET_TRY_ASSIGN(const auto value, parse_json(line));
  MemberReader members(value, std::string(kJsonRoot));
  const auto time = parse_utc_timestamp(members.text("time"));
  if (!time) members.refuse("time", "is no time like 2026-11-25T12:00:00.000Z");
  const SignedLine read{.time = time.value_or(UtcTime()),
                        .spki_sha256 = digest_of(members, "spki_sha256"),
                        .input_sha256 = digest_of(members, "input_sha256"),
                        .jwt_sha256 = digest_of(members, "jwt_sha256")};
  SIGNET_TRY(members.finish_tolerant());
  return read;
}

}  // namespace signet::pkcs11
