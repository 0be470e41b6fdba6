#pragma once

#include <memory>

#include "pkcs11/provider/signing_key.h"

struct evp_pkey_st;
struct ossl_lib_ctx_st;
struct ossl_provider_st;

namespace signet::provider {

/// OpenSSL with our provider beside the default one, apart from the process's own OpenSSL: a software token in this
/// process that uses libcrypto would else find our keys where it looks for its own. Any thread.
class LibraryContext : public std::enable_shared_from_this<LibraryContext> {
 public:
  /// One is enough for a process: OpenSSL gives each loaded provider a number for its errors, and has 127 of them.
  /// Error internal: OpenSSL has no memory, or no default provider.
  static Result<std::shared_ptr<LibraryContext>> create();
  LibraryContext(const LibraryContext&) = delete;
  LibraryContext& operator=(const LibraryContext&) = delete;
  ~LibraryContext();

  /// An EVP_PKEY that refers to the signer, and keeps it and this context alive. It signs, and can be neither exported
  /// nor written. Use it with this context: `handle()` as OSSL_LIB_CTX, `kProperties` as property query. Error
  /// internal.
  Result<std::shared_ptr<evp_pkey_st>> make_key(std::shared_ptr<const SigningKey> signer);
  ossl_lib_ctx_st* handle() const { return handle_; }

 private:
  LibraryContext() = default;
  ossl_lib_ctx_st* handle_ = nullptr;
  ossl_provider_st* default_ = nullptr;
  ossl_provider_st* ours_ = nullptr;
};

/// Prefers our provider and takes the rest (digests, encoders, verification) from the default one.
inline constexpr const char* kProperties = "?provider=signet";

/// Everything on the calling thread's OpenSSL error queue, the last first, on one line; the queue is emptied.
std::string drain_errors();

}  // namespace signet::provider
