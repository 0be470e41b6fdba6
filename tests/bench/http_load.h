#pragma once

#include <string>

#include "tests/bench/measurement.h"

namespace signet::bench {

enum class Freshness { fresh, cached };

struct HttpLoad {
  std::string socket;
  std::string key;
  int connections = 1;
  Freshness freshness = Freshness::cached;
};

/// POST /v1/keys/{key}/tokens over keep-alive connections, one thread each. Whatever is not a 200 counts as failed.
Measurement measure_http(const HttpLoad& load, std::chrono::milliseconds duration);

}  // namespace signet::bench
