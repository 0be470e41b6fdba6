#include "pkcs11/provider/provider_errors.h"

#include <array>
#include <cstdarg>
#include <cstdint>

namespace signet::provider {
namespace {

struct ReasonText {
  Reason reason;
  const char* text;
};

constexpr std::array kTexts{
    ReasonText{Reason::private_key_stays, "the private key stays in its token and cannot be exported"},
    ReasonText{Reason::not_a_reference, "keys of this provider are references to a token's keys"},
    ReasonText{Reason::no_public_half, "the public half of the key is not known"},
    ReasonText{Reason::key_missing, "there is no key to sign with"},
    ReasonText{Reason::digest_unsupported, "only SHA-256, SHA-384 and SHA-512 are signed"},
    ReasonText{Reason::digest_missing, "the digest's algorithm must be named first"},
    ReasonText{Reason::digest_length, "the digest has the wrong length"},
    ReasonText{Reason::padding_unsupported, "only PKCS#1 v1.5 and PSS padding are made"},
    ReasonText{Reason::salt_unsupported, "a PSS salt is as long as the digest"},
    ReasonText{Reason::mgf1_unsupported, "PSS uses MGF1 with the hash of the message"},
    ReasonText{Reason::parameter_malformed, "a parameter has the wrong type or size"},
    ReasonText{Reason::kind_unsupported, "the key's token has no mechanism for this signature"},
    ReasonText{Reason::whole_message_only, "the key's token hashes itself and signs whole messages only"},
    ReasonText{Reason::one_shot_only, "Ed25519 signs a message in one call (EVP_DigestSign), without a digest"},
    ReasonText{Reason::buffer_too_small, "the buffer is too small for the signature"},
    ReasonText{Reason::signer_failed, "the token did not sign"},
    ReasonText{Reason::signature_malformed, "the token's signature has an impossible length"},
    ReasonText{Reason::out_of_memory, "out of memory"},
};

std::array<OSSL_ITEM, kTexts.size() + 1> items() {
  std::array<OSSL_ITEM, kTexts.size() + 1> list{};
  for (std::size_t i = 0; i < kTexts.size(); ++i) {
    // OSSL_ITEM takes a pointer to non-const octets; libcrypto only reads them.
    list[i] = {static_cast<unsigned>(kTexts[i].reason), const_cast<char*>(kTexts[i].text)};
  }
  return list;
}

// The core wants a va_list, which only a function with variable arguments can make.
void vset_error(OSSL_FUNC_core_vset_error_fn* function, const OSSL_CORE_HANDLE* handle, Reason reason,
                const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  function(handle, static_cast<std::uint32_t>(reason), format, arguments);
  va_end(arguments);
}

}  // namespace

const OSSL_ITEM* reason_strings() {
  static const auto list = items();
  return list.data();
}

Core::Core(const OSSL_CORE_HANDLE* handle, const OSSL_DISPATCH* functions) : handle_(handle) {
  for (const OSSL_DISPATCH* each = functions; each->function_id != 0; ++each) {
    if (each->function_id == OSSL_FUNC_CORE_NEW_ERROR) new_error_ = OSSL_FUNC_core_new_error(each);
    if (each->function_id == OSSL_FUNC_CORE_VSET_ERROR) vset_error_ = OSSL_FUNC_core_vset_error(each);
  }
}

void Core::raise(Reason reason, const std::string& text) const {
  if (new_error_ == nullptr || vset_error_ == nullptr) return;
  new_error_(handle_);
  if (text.empty())
    vset_error(vset_error_, handle_, reason, nullptr);
  else
    vset_error(vset_error_, handle_, reason, "%s", text.c_str());
}

}  // namespace signet::provider
