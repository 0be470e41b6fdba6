#pragma once

#include <functional>
#include <string>

#include "proto/bytes.h"
#include "proto/result.h"
#include "tests/bench/measurement.h"
#include "tests/bench/raw_token.h"

namespace signet::bench {

enum class Verification { none, each };

struct RawSign {
  TokenName token;
  std::string key;  ///< CKA_LABEL of a P-256 private key and of its public key
  int threads = 1;
  Verification verification = Verification::none;
};

/// What the token itself can do: SHA-256 in software, C_SignInit and C_Sign (CKM_ECDSA), and with Verification::each
/// the check that signet-token makes too. Sessions and handles are made before the clock starts, and
/// `when_ready` is called between the two. Errors: as the module gives them.
Result<Measurement> measure_raw(const RawSign& raw, BytesView pin, std::chrono::milliseconds duration,
                                const std::function<void()>& when_ready);

}  // namespace signet::bench
