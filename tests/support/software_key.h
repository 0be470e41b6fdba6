#pragma once

#include <atomic>
#include <memory>

#include "pkcs11/provider/signing_key.h"
#include "proto/openssl_handles.h"

namespace signet::test {

/// A signer behind the provider that is no token: an ordinary key in this process. Any thread.
class SoftwareKey final : public provider::SigningKey {
 public:
  explicit SoftwareKey(KeyType type);

  KeyType type() const override { return type_; }
  const std::optional<PublicKey>& public_key() const override { return public_key_; }
  std::optional<provider::SigningInput> input_of(provider::SignatureKind kind) const override;
  Result<Bytes, provider::SigningFailure> sign(provider::SignatureKind kind, BytesView input) const override;

  /// As a token that lists only mechanisms that hash.
  void hash_itself() { hashes_ = true; }
  void forget_public_half() { public_key_.reset(); }
  /// From now on each signature has this length and is none.
  void answer_with(std::size_t octets) { nonsense_octets_ = octets; }
  void fail() { failing_ = true; }
  int signatures() const { return signatures_; }

 private:
  KeyType type_;
  EvpKey key_;
  std::optional<PublicKey> public_key_;
  bool hashes_ = false;
  bool failing_ = false;
  std::optional<std::size_t> nonsense_octets_{};
  mutable std::atomic<int> signatures_{0};
};

}  // namespace signet::test
