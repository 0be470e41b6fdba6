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

/// The Result holds a value; where not, its error is shown.
#define REQUIRE_OK(result)                           \
  do {                                               \
    if (!(result)) {                                 \
      INFO((result).error());                        \
      REQUIRE((result).has_value());                 \
    }                                                \
    SUCCEED();                                       \
  } while (false)

/// The Result holds an error with this code.
#define REQUIRE_ERROR(result, expected)              \
  do {                                               \
    REQUIRE_FALSE((result).has_value());             \
    REQUIRE((result).error().code == (expected));    \
  } while (false)
