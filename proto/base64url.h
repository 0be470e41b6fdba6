#pragma once

#include <string>
#include <string_view>

#include "proto/bytes.h"
#include "proto/result.h"

namespace signet {

/// base64url without padding (RFC 7515 section 2). Any thread.
std::string base64url_encode(BytesView bytes);

/// Strict inverse: only A-Z a-z 0-9 - _, no `=`, no white space, no length of 1 modulo 4, unused low bits zero, so that
/// every octet string has exactly one text. Anything else is bad_input. Any thread.
Result<Bytes> base64url_decode(std::string_view text);

}  // namespace signet
