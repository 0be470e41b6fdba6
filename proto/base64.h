#pragma once

#include <string>

#include "proto/bytes.h"

namespace signet {

/// base64 with padding, in one line (RFC 4648 section 4). Any thread.
std::string base64_encode(BytesView bytes);

}  // namespace signet
