#pragma once

#include <optional>
#include <string>

#include "pkcs11/provider/signature_kind.h"
#include "proto/bytes.h"
#include "proto/public_key.h"

namespace signet::provider {

/// What the signer of one key wants to be given.
enum class SigningInput { digest, message };

struct SigningFailure {
  std::string text;  ///< what failed, for OpenSSL's error queue
};

/// All that the provider knows of whoever signs: the private key is somewhere else, and this names it. Every function
/// may be called from any thread; none throws.
class SigningKey {
 public:
  virtual ~SigningKey() = default;
  SigningKey(const SigningKey&) = delete;
  SigningKey& operator=(const SigningKey&) = delete;

  virtual KeyType type() const = 0;
  /// Nothing where nobody knows it.
  virtual const std::optional<PublicKey>& public_key() const = 0;
  /// What sign() wants for this kind of signature; nothing where the key cannot make one.
  virtual std::optional<SigningInput> input_of(SignatureKind kind) const = 0;
  /// The signature of a digest (RFC 8017 section 9.2: without its DigestInfo) or of a message, as input_of says. ECDSA:
  /// r‖s of full width; a digest longer than the order comes in cut to it. May block.
  virtual Result<Bytes, SigningFailure> sign(SignatureKind kind, BytesView input) const = 0;

 protected:
  SigningKey() = default;
};

}  // namespace signet::provider
