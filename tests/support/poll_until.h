#pragma once

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>

namespace signet::test {

/// Until it holds, or a generous deadline fails the test.
inline void poll_until(const std::string& what, const std::function<bool()>& holds) {
  constexpr std::chrono::seconds kPatience{60};
  constexpr std::chrono::milliseconds kPollInterval{10};
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("never happened: " + what);
    std::this_thread::sleep_for(kPollInterval);
  }
}

}  // namespace signet::test
