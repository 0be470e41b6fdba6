#pragma once

#include <string>

#include "proto/bytes.h"
#include "proto/result.h"
#include "tests/bench/raw_token.h"
#include "tests/bench/stopwatch.h"

namespace signet::bench {

/// What the module itself needs to open a token and to show its keys.
struct OpeningTimes {
  Elapsed initialize{};  ///< dlopen, C_GetFunctionList, C_Initialize
  Elapsed login{};       ///< C_GetSlotList, C_GetTokenInfo, C_OpenSession, C_Login
  Elapsed find{};        ///< handles of all private and all public keys
  Elapsed read{};        ///< one C_GetAttributeValue per object for what signet-token wants; the values are dropped
  std::size_t objects = 0;
  long rss_kib = 0;  ///< VmRSS after all of it
  std::string to_json() const;
};

/// Opens the token with as few calls as will do, in a process that has not loaded the module yet. Blocks; errors: as
/// the module gives them.
Result<OpeningTimes> measure_raw_open(const TokenName& name, BytesView pin);

}  // namespace signet::bench
