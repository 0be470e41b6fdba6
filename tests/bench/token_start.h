#pragma once

#include <string>

#include "proto/result.h"
#include "tests/bench/stopwatch.h"

namespace signet::bench {

struct TokenStart {
  std::string program;  ///< signet-token
  std::string config;   ///< its configuration file
  std::string socket;   ///< the link's, as in that file
  std::string object;   ///< PKCS#11 URI of one of the token's keys
};

struct StartTimes {
  Elapsed ready{};             ///< from exec to *ready* in describe
  long rss_kib = 0;            ///< VmRSS once ready
  long peak_kib = 0;           ///< VmHWM once ready
  double describe_one_us = 0;  ///< median of many descriptions of the named key
  double describe_all_ms = 0;  ///< one description of all keys
  Elapsed refresh{};           ///< one new listing of all keys
  std::string to_json() const;
};

/// Starts signet-token, waits until its token is ready, looks at its memory, describes keys, and ends it. Errors: a
/// service that ends, or is not ready or does not answer within a minute or two; a key it does not have.
Result<StartTimes> measure_start(const TokenStart& start);

}  // namespace signet::bench
