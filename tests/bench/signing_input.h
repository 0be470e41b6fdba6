#pragma once

#include <cstdint>
#include <string>

#include <fmt/format.h>

#include "proto/jws.h"

namespace signet::bench {

/// As long as what an Apple token is signed over; another one for each `number` below 1,000,000.
inline std::string signing_input(std::uint32_t number) {
  return jws_signing_input(R"({"alg":"ES256","kid":"2X9R4HXF34","typ":"JWT"})",
                           fmt::format(R"({{"iss":"57246542-96fe-1a63-e053-0824d011072a","iat":1795{:06},)"
                                       R"("exp":1796{:06},"aud":"apple-developer-enterprise-v1"}})",
                                       number, number));
}

}  // namespace signet::bench
