#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <vector>

#include "pkcs11/after_call.h"
#include "pkcs11/session.h"
#include "pkcs11/signer.h"

namespace signet::pkcs11 {

/// The sessions of one process image: opened once, borrowed per call, never closed while calls may come (closing the
/// last one logs the token out). Any thread may borrow; a borrowed session belongs to its borrower.
class SessionPool {
 public:
  explicit SessionPool(std::vector<Session> sessions);
  SessionPool(const SessionPool&) = delete;
  SessionPool& operator=(const SessionPool&) = delete;
  ~SessionPool() = default;

  /// A session on loan; goes back when the lease ends, on any thread.
  class Lease {
   public:
    Lease(SessionPool& pool, std::size_t index) : pool_(&pool), index_(index) {}
    Lease(Lease&& other) noexcept;
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Lease& operator=(Lease&&) = delete;
    ~Lease();

    const Session& session() const { return pool_->sessions_[index_]; }
    /// Which of the pool's sessions it is, from 0.
    std::size_t index() const { return index_; }

   private:
    SessionPool* pool_;
    std::size_t index_;
  };

  /// Waits for a free session; nothing when the deadline passes first.
  std::optional<Lease> borrow(Deadline deadline);
  std::size_t size() const { return sessions_.size(); }

 private:
  void give_back(std::size_t index);

  const std::vector<Session> sessions_;
  std::mutex mutex_;  ///< guards free_
  std::condition_variable freed_;
  std::vector<std::size_t> free_;  ///< a stack: the session used last is warm
};

/// `first` and as many more as make `wanted` (at least 1); fewer where the token says beforehand that it has fewer
/// (C_GetTokenInfo, ulMaxSessionCount) or has no more to give (CKR_SESSION_COUNT, and CKR_ARGUMENTS_BAD, which AWS
/// CloudHSM answers). Blocks in the module.
CallResult<std::vector<Session>> open_sessions(
    const CK_FUNCTION_LIST& functions, CK_SLOT_ID slot, Session first, std::size_t wanted,
    const AfterCall& after_call = [] {});

}  // namespace signet::pkcs11
