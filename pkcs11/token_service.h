#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "pkcs11/signer.h"
#include "pkcs11/token_status.h"

namespace signet::pkcs11 {

struct TokenDescription {
  StatusView status;
  std::uint32_t epoch = 0;
  std::vector<KeyView> keys{};
};

/// What the link talks to: the signer once there is one, and the token's state always. Any thread, except where said.
class TokenService {
 public:
  /// `status` outlives the service. `epoch`: how many images came before this one.
  TokenService(TokenStatus& status, std::uint32_t epoch) : status_(status), epoch_(epoch) {}

  /// Hands over the opened token; at most once, by the opener's thread. The token is *ready* after it.
  void serve(std::unique_ptr<Signer> signer);

  /// Has this image made a good signature?
  bool has_signed() const { return has_signed_.load(std::memory_order_relaxed); }
  TokenState state() const { return status_.state(); }
  /// Answers in every state.
  TokenDescription describe(std::span<const std::string> objects) const;
  /// As Signer's, and token_opening or token_unavailable; both wait while the token is opening, until the deadline.
  Served<void> refresh(Deadline deadline);
  Served<JoseSignature> sign(const SignOrder& order);

 private:
  Served<Signer*> signer_by(Deadline deadline) const;
  void note_outcome(const Served<JoseSignature>& outcome);

  TokenStatus& status_;
  const std::uint32_t epoch_;
  std::unique_ptr<Signer> owned_;
  std::atomic<Signer*> signer_{nullptr};  ///< set once; the connections read it without a lock
  std::atomic<bool> has_signed_{false};
};

}  // namespace signet::pkcs11
