#pragma once

#include <string>

#include "proto/algorithm.h"
#include "proto/jws.h"

namespace signet::test {

/// A canonical JWS signing input for the algorithm; `subject` makes it differ from others.
inline std::string jws_input(Algorithm algorithm, const std::string& subject = "build-1") {
  return jws_signing_input(R"({"alg":")" + std::string(jose_name(algorithm)) + R"(","typ":"JWT"})",
                           R"({"sub":")" + subject + R"("})");
}

}  // namespace signet::test
