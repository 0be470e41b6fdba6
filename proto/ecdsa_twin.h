#pragma once

#include <optional>

#include "proto/algorithm.h"
#include "proto/bytes.h"

namespace signet {

/// The other signature that verifies wherever this one does, and that anybody can make of it: (r, n - s), with n the
/// order of the curve (SEC 1 section 4.1.4 takes either). In JOSE form (RFC 7518 section 3.4). Nothing for an algorithm
/// other than ES256, ES384 and ES512, a wrong length, or an s outside [1, n - 1]. Any thread.
std::optional<Bytes> ecdsa_twin(BytesView signature, Algorithm algorithm);

}  // namespace signet
