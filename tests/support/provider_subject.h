#pragma once

#include <memory>
#include <string>

#include "pkcs11/provider/library_context.h"
#include "proto/public_key.h"

struct evp_pkey_st;

namespace signet::test {

/// One for all the tests of a process: OpenSSL gives each loaded provider a number for its errors, and has 127 of them.
std::shared_ptr<provider::LibraryContext> shared_context();

/// An EVP_PKEY of our provider with a signer behind it, ready to sign on this thread: "software" (a key in this
/// process) or "softhsm" (a token). Throws where it cannot be set up.
class ProviderSubject {
 public:
  ProviderSubject(const std::string& backend, KeyType type);
  ProviderSubject(const ProviderSubject&) = delete;
  ProviderSubject& operator=(const ProviderSubject&) = delete;
  ~ProviderSubject();

  evp_pkey_st* key() const;
  const provider::LibraryContext& context() const;
  ossl_lib_ctx_st* libctx() const { return context().handle(); }
  const PublicKey& public_key() const;

 private:
  struct Backend;
  struct Software;
  struct OnSoftHsm;
  std::unique_ptr<Backend> backend_;
};

}  // namespace signet::test
