#pragma once

#include <memory>
#include <span>

#include "pkcs11/provider/key_parts.h"
#include "pkcs11/provider/provider_errors.h"
#include "pkcs11/provider/signature_settings.h"
#include "proto/openssl_handles.h"

namespace signet::provider {

/// One signature in the making: libcrypto's signature context. One thread at a time.
class SignatureContext {
 public:
  /// `type` tells EC, RSA and Ed25519 apart; the key brings its own curve.
  SignatureContext(const Core& core, KeyType type) : core_(core), settings_(type) {}
  SignatureContext(const SignatureContext& other);
  SignatureContext& operator=(const SignatureContext&) = delete;
  ~SignatureContext() = default;

  const Core& core() const { return core_; }
  SignatureSettings& settings() { return settings_; }

  /// Starts anew, with another key where one is given. Raises key_missing.
  bool begin(std::shared_ptr<const KeyParts> key);
  /// A piece of the message, hashed here or, for a token that hashes itself, kept.
  bool update(BytesView piece);
  /// The signature of the pieces; of a whole message; of a digest. `out` is written, `length` says how much of it. Each
  /// raises its reason where it fails.
  bool finish(std::span<std::byte> out, std::size_t& length);
  bool sign_message(BytesView message, std::span<std::byte> out, std::size_t& length);
  bool sign_digest(BytesView digest, std::span<std::byte> out, std::size_t& length);
  /// Room for the longest signature. Raises key_missing.
  bool tell_length(std::size_t& length) const;

 private:
  std::optional<SigningInput> wanted_input() const;
  bool fits(BytesView digest) const;
  bool sign(BytesView input, std::span<std::byte> out, std::size_t& length) const;
  bool write(Bytes signature, std::span<std::byte> out, std::size_t& length) const;
  bool fail(Reason reason, const std::string& text = {}) const;

  const Core& core_;
  std::shared_ptr<const KeyParts> key_{};
  SignatureSettings settings_;
  std::optional<SigningInput> input_{};  ///< known from the first piece on: padding may be chosen until then
  EvpDigestContext hashing_{};
  Bytes message_{};
};

}  // namespace signet::provider
