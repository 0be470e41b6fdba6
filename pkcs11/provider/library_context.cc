#include "pkcs11/provider/library_context.h"

#include <array>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/provider.h>

#include "pkcs11/provider/key_parts.h"
#include "pkcs11/provider/provider_init.h"
#include "proto/openssl_handles.h"

namespace signet::provider {
namespace {

const char* openssl_name(KeyType type) {
  if (type == KeyType::rsa) return "RSA";
  return type == KeyType::ed25519 ? "ED25519" : "EC";
}

Unexpected<Error> openssl_failed(const char* what) {
  return Unexpected(make_error(ErrorCode::internal, std::string(what) + ": " + drain_errors()));
}

}  // namespace

std::string drain_errors() {
  std::string text;
  const char* data = nullptr;
  int flags = 0;
  while (const unsigned long error = ERR_get_error_all(nullptr, nullptr, nullptr, &data, &flags)) {
    std::array<char, 256> words;
    ERR_error_string_n(error, words.data(), words.size());
    std::string line(words.data());
    if ((flags & ERR_TXT_STRING) != 0 && data != nullptr && *data != '\0') line.append(" (").append(data).append(")");
    if (!text.empty()) line.append("; ").append(text);
    text = std::move(line);
  }
  return text;
}

Result<std::shared_ptr<LibraryContext>> LibraryContext::create() {
  ERR_clear_error();
  std::shared_ptr<LibraryContext> context(new LibraryContext);
  context->handle_ = OSSL_LIB_CTX_new();
  if (context->handle_ == nullptr) return openssl_failed("OSSL_LIB_CTX_new");
  if (OSSL_PROVIDER_add_builtin(context->handle_, "signet", init_provider) != 1)
    return openssl_failed("OSSL_PROVIDER_add_builtin");
  context->default_ = OSSL_PROVIDER_load(context->handle_, "default");
  context->ours_ = OSSL_PROVIDER_load(context->handle_, "signet");
  if (context->default_ == nullptr || context->ours_ == nullptr) return openssl_failed("OSSL_PROVIDER_load");
  return context;
}

LibraryContext::~LibraryContext() {
  if (ours_ != nullptr) OSSL_PROVIDER_unload(ours_);
  if (default_ != nullptr) OSSL_PROVIDER_unload(default_);
  OSSL_LIB_CTX_free(handle_);
}

Result<std::shared_ptr<evp_pkey_st>> LibraryContext::make_key(std::shared_ptr<const SigningKey> signer) {
  ERR_clear_error();
  const char* type = openssl_name(signer->type());
  std::shared_ptr<const KeyParts> parts = std::make_shared<KeyParts>(std::move(signer), handle_);
  void* pointer = &parts;
  std::array params{OSSL_PARAM_construct_octet_ptr(kKeyPartsParam, &pointer, sizeof parts), OSSL_PARAM_construct_end()};
  const EvpKeyContext making(EVP_PKEY_CTX_new_from_name(handle_, type, "provider=signet"));
  EVP_PKEY* key = nullptr;
  if (!making || EVP_PKEY_fromdata_init(making.get()) != 1 ||
      EVP_PKEY_fromdata(making.get(), &key, EVP_PKEY_KEYPAIR, params.data()) != 1) {
    return openssl_failed("EVP_PKEY_fromdata");
  }
  return std::shared_ptr<EVP_PKEY>(key, [context = shared_from_this()](EVP_PKEY* mine) { EVP_PKEY_free(mine); });
}

}  // namespace signet::provider
