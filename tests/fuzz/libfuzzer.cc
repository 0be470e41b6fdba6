#include <cstdint>

#include "tests/fuzz/check_input.h"

// libFuzzer looks for this name, whatever the visibility of the rest.
extern "C" __attribute__((visibility("default"))) int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                                                             std::size_t size) {
  signet::fuzz::check_input(std::as_bytes(std::span(data, size)));
  return 0;
}
