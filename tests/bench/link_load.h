#pragma once

#include <string>
#include <vector>

#include "proto/public_key.h"
#include "proto/result.h"
#include "tests/bench/measurement.h"

namespace signet::bench {

struct LinkLoad {
  std::vector<std::string> sockets;  ///< of signet-token processes; connections are dealt out to them in turn
  std::string object;                ///< PKCS#11 URI of a P-256 key
  int connections = 1;
};

/// Sign requests over the token link, a thread for each connection, with as many frames under way on it as signetd
/// keeps. Replies are kept by sample and verified after the clock has stopped; a wrong one counts as failed, and so
/// does whatever is not a signature. Error: a service that cannot be reached or has no such key.
Result<Measurement> measure_link(const LinkLoad& load, std::chrono::milliseconds duration);

}  // namespace signet::bench
