#pragma once

#include <ostream>

#include "proto/error.h"
#include "proto/result.h"
#include "tests/support/catch.h"

// Failures print what the Result holds instead of an address.
namespace signet {

inline std::ostream& operator<<(std::ostream& out, ErrorCode code) { return out << error_info(code).name; }
inline std::ostream& operator<<(std::ostream& out, const Error& error) {
  return out << error.code << ": " << error.message << (error.detail.empty() ? "" : " [" + error.detail + "]");
}

}  // namespace signet

/// The Result holds a value; where not, its error is shown. The expression is evaluated once.
#define REQUIRE_OK(result)                 \
  do {                                     \
    const auto& signet_outcome = (result); \
    if (!signet_outcome) {                 \
      INFO(signet_outcome.error());        \
      REQUIRE(signet_outcome.has_value()); \
    }                                      \
    SUCCEED();                             \
  } while (false)

/// The Result holds an error with this code. The expression is evaluated once.
#define REQUIRE_ERROR(result, expected)                 \
  do {                                                  \
    const auto& signet_outcome = (result);              \
    REQUIRE_FALSE(signet_outcome.has_value());          \
    REQUIRE(signet_outcome.error().code == (expected)); \
  } while (false)
