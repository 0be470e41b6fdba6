#pragma once

#include <string>
#include <string_view>

#include "proto/algorithm.h"
#include "proto/bytes.h"
#include "proto/result.h"

// JWS compact serialisation (RFC 7515 section 7.1) in its two halves: what is signed, and what is sent.
namespace signet {

/// ASCII(BASE64URL(header) "." BASE64URL(payload)) of two JSON texts in UTF-8 (RFC 7515 section 5.1). Any thread.
std::string jws_signing_input(std::string_view header_json, std::string_view payload_json);

/// signing input "." BASE64URL(signature). Any thread.
std::string jws_compact(std::string_view signing_input, BytesView signature);

/// Proves that a message is a canonical JWS signing input for one algorithm: exactly one dot, strict base64url on both
/// sides, header and payload JSON objects without duplicate members, header `alg` equal to the algorithm's name, no
/// `crit` and no `b64` (RFC 7515 section 4.1.11, RFC 7797). At most 64 KiB. Error bad_input with a sentence that names
/// the rule, never the content. Any thread.
Result<void> check_signing_input(std::string_view message, Algorithm algorithm);

struct JwsParts {
  std::string header_json;
  std::string payload_json;
  Bytes signature;
  std::string_view signing_input;  ///< into the text that was given
};
/// Takes a compact JWS apart, strictly; nothing is verified. Error bad_input. Any thread.
Result<JwsParts> parse_compact_jws(std::string_view compact);

}  // namespace signet
