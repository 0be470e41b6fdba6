#include "pkcs11/session_pool.h"

#include <numeric>
#include <utility>

#include "pkcs11/quirks.h"

namespace signet::pkcs11 {

SessionPool::SessionPool(std::vector<Session> sessions) : sessions_(std::move(sessions)), free_(sessions_.size()) {
  std::iota(free_.rbegin(), free_.rend(), std::size_t{0});
}

std::optional<SessionPool::Lease> SessionPool::borrow(Deadline deadline) {
  std::unique_lock lock(mutex_);
  if (!freed_.wait_until(lock, deadline, [this] { return !free_.empty(); })) return std::nullopt;
  const std::size_t index = free_.back();
  free_.pop_back();
  return Lease(*this, index);
}

void SessionPool::give_back(std::size_t index) {
  {
    const std::scoped_lock lock(mutex_);
    free_.push_back(index);
  }
  freed_.notify_one();
}

SessionPool::Lease::Lease(Lease&& other) noexcept : pool_(std::exchange(other.pool_, nullptr)), index_(other.index_) {}

SessionPool::Lease::~Lease() {
  if (pool_ != nullptr) pool_->give_back(index_);
}

CallResult<std::vector<Session>> open_sessions(const CK_FUNCTION_LIST& functions, CK_SLOT_ID slot, Session first,
                                               std::size_t wanted, const AfterCall& after_call) {
  CK_TOKEN_INFO info{};
  SIGNET_TRY(check("C_GetTokenInfo", functions.C_GetTokenInfo(slot, &info)));
  after_call();
  const std::size_t limit = session_limit(info.ulMaxSessionCount, wanted);
  std::vector<Session> sessions;
  sessions.push_back(std::move(first));
  while (sessions.size() < limit) {
    auto session = Session::open(functions, slot, SessionMode::read_only);
    after_call();
    if (session) {
      sessions.push_back(std::move(*session));
      continue;
    }
    const CK_RV rv = session.error().rv;
    if (rv == CKR_SESSION_COUNT || rv == CKR_ARGUMENTS_BAD) break;
    return Unexpected(session.error());
  }
  return sessions;
}

}  // namespace signet::pkcs11
