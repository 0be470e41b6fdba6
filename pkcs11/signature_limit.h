#pragma once

#include <mutex>
#include <vector>

#include "pkcs11/signer.h"
#include "proto/rate.h"
#include "proto/timestamp.h"

namespace signet::pkcs11 {

/// `max-rate`: how much signet-token signs at most, whatever its client asks for. A signetd that was taken over mints
/// no faster than this. Any thread.
class SignatureLimit {
 public:
  /// Without limits everything is admitted.
  explicit SignatureLimit(std::vector<RateLimit> limits) : limits_(std::move(limits)) {}

  /// Counts one signature. Refusal rate_exceeded, with the time after which there is room again; it is not counted.
  Served<void> admit();
  /// Counts what was signed before this process image, oldest first: a restart is no way round the limit. Times in the
  /// future count as now. Call before the first admit().
  void count_earlier(const std::vector<UtcTime>& times, UtcTime now);
  /// The longest span that a limit looks back; zero without limits.
  std::chrono::seconds longest_window() const;

 private:
  void tell_of_refusals();

  const std::vector<RateLimit> limits_;
  std::mutex mutex_;  ///< guards what follows
  RateState state_;
  std::chrono::steady_clock::time_point told_ = std::chrono::steady_clock::time_point::min() + std::chrono::hours(1);
};

}  // namespace signet::pkcs11
