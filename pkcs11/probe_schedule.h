#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace signet::pkcs11 {

/// What decides when a token is to be probed.
struct ProbeView {
  using Time = std::chrono::steady_clock::time_point;
  Time last_use{};        ///< the last good signature, or the opening
  Time last_probe{};      ///< good or bad; the epoch: none yet
  bool proven = false;    ///< this image has made a good signature
  bool troubled = false;  ///< the last signature did not verify
  bool has_keys = false;  ///< there is a key that may sign a probe
  bool tried = false;     ///< a probe has been signed, or refused, in this image
};

/// When the next probe is due. At once in an image that has a key and has not shown that it can sign: a login proves
/// nothing, since tokens are known whose every call but C_Sign says CKR_OK after a loss. A second after a bad
/// signature. Else once the token has been idle for `interval`. Pure.
ProbeView::Time next_probe(const ProbeView& view, std::chrono::milliseconds interval);

/// When to probe an idle token, and with which key: those a client has named and not forbidden (`probe = no` in a key
/// file: a use counter, a touch), one after the other. Any thread.
class ProbeSchedule {
 public:
  explicit ProbeSchedule(std::chrono::milliseconds interval) : interval_(interval) {}

  /// The keys of a client's *describe*; they replace those named before.
  void want(std::span<const std::string> objects, std::span<const std::string> unprobed);
  /// The token has just been opened.
  void opened();
  /// Keys that may be probed, but for this one; a few at most.
  std::vector<std::string> others(std::string_view object) const;
  /// A signature was good.
  void used();
  /// Has there been a good one?
  bool proven() const { return proven_.load(std::memory_order_relaxed); }
  /// A signature did not verify.
  void troubled();

  /// Waits until a probe is due, notes it as made, and gives the PKCS#11 URI of the key to probe with; empty where
  /// there is none. One thread.
  std::string wait_until_due();

 private:
  ProbeView view() const;

  const std::chrono::milliseconds interval_;
  std::atomic<std::chrono::steady_clock::rep> last_use_{0};  ///< written on each signature, without the lock
  std::atomic<bool> proven_{false};
  std::atomic<bool> troubled_{false};
  mutable std::mutex mutex_;  ///< guards what follows
  std::condition_variable changed_;
  bool tried_ = false;
  ProbeView::Time last_probe_{};
  std::vector<std::string> candidates_{};
  std::size_t next_candidate_ = 0;
};

}  // namespace signet::pkcs11
