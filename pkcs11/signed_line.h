#pragma once

#include <string_view>

#include "proto/result.h"
#include "proto/sha256.h"
#include "proto/timestamp.h"

namespace signet::pkcs11 {

/// A line of signed.jsonl, read back; see signed_record.h.
struct SignedLine {
  UtcTime time{};
  Sha256Digest spki_sha256{};
  Sha256Digest input_sha256{};
  Sha256Digest jwt_sha256{};
};

/// Reads one line, without its line feed; members that it does not know pass. Error invalid_request. Pure; any thread.
Result<SignedLine> read_signed_line(std::string_view line);

}  // namespace signet::pkcs11
