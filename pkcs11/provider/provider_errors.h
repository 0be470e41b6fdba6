#pragma once

#include <exception>
#include <string>

#include <openssl/core.h>
#include <openssl/core_dispatch.h>

namespace signet::provider {

/// Why something failed, as OpenSSL's error queue shows it. Numbers are positive and stay.
enum class Reason : unsigned {
  private_key_stays = 1,
  not_a_reference,
  no_public_half,
  key_missing,
  digest_unsupported,
  digest_missing,
  digest_length,
  padding_unsupported,
  salt_unsupported,
  mgf1_unsupported,
  parameter_malformed,
  kind_unsupported,
  whole_message_only,
  one_shot_only,
  buffer_too_small,
  signer_failed,
  signature_malformed,
  out_of_memory,
};

/// The reasons' texts, for OSSL_FUNC_PROVIDER_GET_REASON_STRINGS; ends with {0, nullptr}.
const OSSL_ITEM* reason_strings();

/// The provider's side of OpenSSL's core. An error that is raised in any other way has no text of ours, or none at all.
class Core {
 public:
  /// Takes what it needs from the functions that OSSL_provider_init gets.
  Core(const OSSL_CORE_HANDLE* handle, const OSSL_DISPATCH* functions);

  /// Puts the reason on the calling thread's error queue. Any thread.
  void raise(Reason reason, const std::string& text = {}) const;

 private:
  const OSSL_CORE_HANDLE* handle_;
  OSSL_FUNC_core_new_error_fn* new_error_ = nullptr;
  OSSL_FUNC_core_vset_error_fn* vset_error_ = nullptr;
};

/// Fails with a reason: `return failed(core, Reason::…)`.
inline int failed(const Core& core, Reason reason, const std::string& text = {}) {
  core.raise(reason, text);
  return 0;
}

/// Runs a function on behalf of libcrypto, which is C: no exception may pass through it. What is thrown here is want of
/// memory.
template <class Function>
auto guarded(const Core& core, Function function) noexcept -> decltype(function()) {
  try {
    return function();
  } catch (const std::exception&) {
    core.raise(Reason::out_of_memory);
    return {};
  }
}

}  // namespace signet::provider
