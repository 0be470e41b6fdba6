#pragma once

#include <cstddef>
#include <string_view>

#include <boost/json/value.hpp>

#include "proto/result.h"

// Strict JSON (RFC 8259) in: Boost.JSON alone keeps the last of two equal member names and turns oversized integers
// into doubles.
namespace signet {

struct JsonLimits {
  std::size_t max_bytes = 64UL * 1024;
  std::size_t max_depth = 16;
};

/// Parses one JSON text. Refuses duplicate member names, integers outside int64, bad UTF-8, trailing text, and more
/// than the limits. Error invalid_request; the message holds the JSON path ("$.claims.scope[2]"), never a value. Any
/// thread.
Result<boost::json::value> parse_json(std::string_view text, JsonLimits limits = {});

}  // namespace signet
