#pragma once

#include <cstdio>
#include <cstdlib>

namespace signet::fuzz {

/// A promise of the product, checked in every kind of build (assert is not). A broken one ends the process, which is
/// what libFuzzer and ctest notice.
inline void expect(bool holds, const char* promise) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", promise);
  std::abort();
}

}  // namespace signet::fuzz
