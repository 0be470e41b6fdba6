#pragma once

#include "host/secret.h"
#include "pkcs11/session.h"
#include "proto/public_key.h"

// Keys that live in the token for one C_UnwrapKey only: session objects, destroyed with their owner. One thread per
// session.
namespace signet::pkcs11 {

/// Destroys a session object when it goes. The session must outlive it. Move-only.
class SessionObject {
 public:
  SessionObject(const Session& session, CK_OBJECT_HANDLE handle) : session_(&session), handle_(handle) {}
  SessionObject(SessionObject&& other) noexcept
      : session_(std::exchange(other.session_, nullptr)), handle_(other.handle_) {}
  SessionObject& operator=(SessionObject&&) = delete;
  SessionObject(const SessionObject&) = delete;
  SessionObject& operator=(const SessionObject&) = delete;
  ~SessionObject();
  CK_OBJECT_HANDLE handle() const { return handle_; }

 private:
  const Session* session_;
  CK_OBJECT_HANDLE handle_;
};

/// An AES key made in this process, known to the token as a session key.
class AesUnwrappingKey {
 public:
  static CallResult<AesUnwrappingKey> make(const Session& session, const host::Secret& value);
  CK_OBJECT_HANDLE handle() const { return key_.handle(); }

 private:
  explicit AesUnwrappingKey(SessionObject key) : key_(std::move(key)) {}
  SessionObject key_;
};

/// An RSA 3072 key pair made in the token; its private half never exists outside.
class RsaUnwrappingKey {
 public:
  static CallResult<RsaUnwrappingKey> make(const Session& session);
  const PublicKey& public_key() const { return public_key_; }
  CK_OBJECT_HANDLE handle() const { return private_.handle(); }

 private:
  RsaUnwrappingKey(SessionObject public_object, SessionObject private_object, PublicKey public_key)
      : public_(std::move(public_object)), private_(std::move(private_object)), public_key_(std::move(public_key)) {}
  SessionObject public_;
  SessionObject private_;
  PublicKey public_key_;
};

/// CKM_RSA_AES_KEY_WRAP with its parameters (PKCS#11 2.40 section 2.1.20): AES-256, OAEP with SHA-256. Pointers lead
/// into the object itself, so it is neither copied nor moved.
class RsaAesMechanism {
 public:
  RsaAesMechanism();
  RsaAesMechanism(const RsaAesMechanism&) = delete;
  RsaAesMechanism& operator=(const RsaAesMechanism&) = delete;
  CK_MECHANISM* get() { return &mechanism_; }

 private:
  // The header we compile with (p11-kit 0.24) has the mechanism's number but not this structure.
  struct Parameters {
    CK_ULONG aes_key_bits;
    CK_RSA_PKCS_OAEP_PARAMS* oaep;
  };
  CK_RSA_PKCS_OAEP_PARAMS oaep_{};
  Parameters parameters_{};
  CK_MECHANISM mechanism_{};
};

}  // namespace signet::pkcs11
