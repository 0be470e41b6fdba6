#pragma once

#include <string>
#include <variant>
#include <vector>

#include "cli/signet-admin/arguments.h"
#include "tests/support/matchers.h"

// Command lines of `signet-admin audit`, for its tests.
namespace signet::admin {

using Words = std::vector<std::string>;

inline const std::string kDigest(64, 'a');
// RFC 7515 appendix A.1 has such a form; the signature is no real one.
inline const std::string kJwt = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl";

inline Invocation invocation(const Words& words) {
  const auto parsed = parse_arguments(words);
  INFO((parsed ? std::string() : parsed.error().sentence));
  REQUIRE(parsed);
  const auto* found = std::get_if<Invocation>(&*parsed);
  REQUIRE(found != nullptr);
  return *found;
}

inline std::string refusal(const Words& words) {
  const auto parsed = parse_arguments(words);
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().code == ExitCode::usage);
  return parsed.error().sentence;
}

}  // namespace signet::admin
