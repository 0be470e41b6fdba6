#include "pkcs11/provider/signature_functions.h"

#include <array>

#include <openssl/core_dispatch.h>

#include "pkcs11/provider/dispatch.h"
#include "pkcs11/provider/key_management.h"
#include "pkcs11/provider/signature_context.h"

namespace signet::provider {
namespace {

SignatureContext& context_of(void* data) { return *static_cast<SignatureContext*>(data); }

BytesView view(const unsigned char* data, std::size_t size) { return {reinterpret_cast<const std::byte*>(data), size}; }
std::span<std::byte> buffer(unsigned char* data, std::size_t size) {
  return {reinterpret_cast<std::byte*>(data), size};
}

int done_or_raised(const SignatureContext& context, std::optional<Reason> refused) {
  return refused ? failed(context.core(), *refused) : 1;
}

template <KeyType type>
void* new_context(void* core, const char* /*properties*/) {
  return guarded(*static_cast<const Core*>(core),
                 [&]() -> void* { return new SignatureContext(*static_cast<const Core*>(core), type); });
}

void free_context(void* data) { delete static_cast<SignatureContext*>(data); }

// EVP_DigestSignFinal works on a copy, so that the caller may go on; without this it fails and says nothing.
void* duplicate_context(void* data) {
  return guarded(context_of(data).core(), [&]() -> void* { return new SignatureContext(context_of(data)); });
}

int begin(SignatureContext& context, void* slot, const OSSL_PARAM* params) {
  auto parts = slot != nullptr ? static_cast<const KeySlot*>(slot)->parts : nullptr;
  return context.begin(std::move(parts)) ? done_or_raised(context, context.settings().set(params)) : 0;
}

int sign_init(void* data, void* slot, const OSSL_PARAM* params) {
  auto& context = context_of(data);
  return guarded(context.core(), [&] { return begin(context, slot, params); });
}

int sign(void* data, unsigned char* out, std::size_t* length, std::size_t size, const unsigned char* digest,
         std::size_t digest_size) {
  auto& context = context_of(data);
  return guarded(context.core(), [&]() -> int {
    if (out == nullptr) return context.tell_length(*length) ? 1 : 0;
    return context.sign_digest(view(digest, digest_size), buffer(out, size), *length) ? 1 : 0;
  });
}

int digest_sign_init(void* data, const char* digest, void* slot, const OSSL_PARAM* params) {
  auto& context = context_of(data);
  return guarded(context.core(), [&] {
    const auto refused = context.settings().set_digest(digest);
    return refused ? failed(context.core(), *refused) : begin(context, slot, params);
  });
}

int digest_sign_update(void* data, const unsigned char* piece, std::size_t size) {
  auto& context = context_of(data);
  return guarded(context.core(), [&]() -> int { return context.update(view(piece, size)) ? 1 : 0; });
}

int digest_sign_final(void* data, unsigned char* out, std::size_t* length, std::size_t size) {
  auto& context = context_of(data);
  return guarded(context.core(), [&]() -> int {
    if (out == nullptr) return context.tell_length(*length) ? 1 : 0;
    return context.finish(buffer(out, size), *length) ? 1 : 0;
  });
}

int digest_sign(void* data, unsigned char* out, std::size_t* length, std::size_t size, const unsigned char* message,
                std::size_t message_size) {
  auto& context = context_of(data);
  return guarded(context.core(), [&]() -> int {
    if (out == nullptr) return context.tell_length(*length) ? 1 : 0;
    return context.sign_message(view(message, message_size), buffer(out, size), *length) ? 1 : 0;
  });
}

int get_params(void* data, OSSL_PARAM* params) {
  auto& context = context_of(data);
  return guarded(context.core(), [&] { return done_or_raised(context, context.settings().get(params)); });
}

int set_params(void* data, const OSSL_PARAM* params) {
  auto& context = context_of(data);
  return guarded(context.core(), [&] { return done_or_raised(context, context.settings().set(params)); });
}

const OSSL_PARAM* gettable_params(void* /*data*/, void* /*core*/) { return SignatureSettings::gettable(); }
const OSSL_PARAM* settable_params(void* /*data*/, void* /*core*/) { return SignatureSettings::settable(); }

// The last two entries sign a digest, which Ed25519 does not.
std::array<OSSL_DISPATCH, 15> functions(OSSL_FUNC_signature_newctx_fn* new_one, bool signs_digests) {
  return {
      entry<OSSL_FUNC_signature_newctx_fn>(OSSL_FUNC_SIGNATURE_NEWCTX, new_one),
      entry<OSSL_FUNC_signature_freectx_fn>(OSSL_FUNC_SIGNATURE_FREECTX, free_context),
      entry<OSSL_FUNC_signature_dupctx_fn>(OSSL_FUNC_SIGNATURE_DUPCTX, duplicate_context),
      entry<OSSL_FUNC_signature_digest_sign_init_fn>(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_INIT, digest_sign_init),
      entry<OSSL_FUNC_signature_digest_sign_update_fn>(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_UPDATE, digest_sign_update),
      entry<OSSL_FUNC_signature_digest_sign_final_fn>(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_FINAL, digest_sign_final),
      entry<OSSL_FUNC_signature_digest_sign_fn>(OSSL_FUNC_SIGNATURE_DIGEST_SIGN, digest_sign),
      entry<OSSL_FUNC_signature_get_ctx_params_fn>(OSSL_FUNC_SIGNATURE_GET_CTX_PARAMS, get_params),
      entry<OSSL_FUNC_signature_gettable_ctx_params_fn>(OSSL_FUNC_SIGNATURE_GETTABLE_CTX_PARAMS, gettable_params),
      entry<OSSL_FUNC_signature_set_ctx_params_fn>(OSSL_FUNC_SIGNATURE_SET_CTX_PARAMS, set_params),
      entry<OSSL_FUNC_signature_settable_ctx_params_fn>(OSSL_FUNC_SIGNATURE_SETTABLE_CTX_PARAMS, settable_params),
      signs_digests ? entry<OSSL_FUNC_signature_sign_init_fn>(OSSL_FUNC_SIGNATURE_SIGN_INIT, sign_init)
                    : OSSL_DISPATCH{0, nullptr},
      signs_digests ? entry<OSSL_FUNC_signature_sign_fn>(OSSL_FUNC_SIGNATURE_SIGN, sign) : OSSL_DISPATCH{0, nullptr},
      OSSL_DISPATCH{0, nullptr},
  };
}

}  // namespace

const OSSL_ALGORITHM* signature_algorithms() {
  static const auto ecdsa = functions(new_context<KeyType::ec_p256>, true);
  static const auto rsa = functions(new_context<KeyType::rsa>, true);
  static const auto ed25519 = functions(new_context<KeyType::ed25519>, false);
  static const std::array algorithms{
      OSSL_ALGORITHM{"ECDSA", "provider=signet", ecdsa.data(), "ECDSA by a token"},
      OSSL_ALGORITHM{"RSA:rsaEncryption:1.2.840.113549.1.1.1", "provider=signet", rsa.data(), "RSA by a token"},
      OSSL_ALGORITHM{"ED25519:1.3.101.112", "provider=signet", ed25519.data(), "Ed25519 by a token"},
      OSSL_ALGORITHM{nullptr, nullptr, nullptr, nullptr},
  };
  return algorithms.data();
}

}  // namespace signet::provider
