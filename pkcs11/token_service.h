#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "pkcs11/probe_schedule.h"
#include "pkcs11/signature_limit.h"
#include "pkcs11/signed_record.h"
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
  struct Parts {
    TokenStatus& status;                   ///< outlives the service, as all that is referred to
    std::uint32_t epoch = 0;               ///< how many images came before this one
    SignatureLimit& limit;                 ///< max-rate
    ProbeSchedule& probes;                 ///< told of every good signature
    SignedRecord* record = {};             ///< null: none is kept (tests)
    std::function<void()> start_afresh{};  ///< called where only another process image helps
  };
  explicit TokenService(Parts parts) : parts_(std::move(parts)) {}

  /// Hands over the opened token; at most once, by the opener's thread. The token is *ready* after it.
  void serve(std::unique_ptr<Signer> signer);

  /// Has this image made a good signature?
  bool has_signed() const { return parts_.probes.proven(); }
  TokenState state() const { return parts_.status.state(); }
  /// Answers in every state.
  TokenDescription describe(std::span<const std::string> objects) const;
  /// What describe names a client wants to use; `unprobed` of them must not be used for probes.
  void want(std::span<const std::string> objects, std::span<const std::string> unprobed);
  /// As Signer's, and token_opening or token_unavailable; both wait while the token is opening, until the deadline.
  Served<void> refresh(Deadline deadline);
  /// Also rate_exceeded, counted before the token is asked, and record_unavailable: the token has signed then, but the
  /// signature goes nowhere.
  Served<JoseSignature> sign(const SignOrder& order);
  /// Signer's, where there is one.
  void probe(std::string_view object, Deadline deadline);

 private:
  Served<Signer*> signer_by(Deadline deadline) const;
  Served<void> record(const SignOrder& order, const JoseSignature& signature);
  template <class T>
  void note_outcome(const Served<T>& outcome, std::string_view object, Deadline deadline);
  void note_good();
  bool another_key_signs(std::string_view object, Deadline deadline);

  const Parts parts_;
  std::unique_ptr<Signer> owned_;
  std::atomic<Signer*> signer_{nullptr};  ///< set once; the connections read it without a lock
};

}  // namespace signet::pkcs11
