#include "pkcs11/provider/key_management.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "pkcs11/provider/dispatch.h"

// provider-keymgmt(7). A private selection is refused wherever it is asked for: handing out the public half in its
// place would make libcrypto sign with the default provider and a key that cannot.
namespace signet::provider {
namespace {

constexpr int kPrivate = OSSL_KEYMGMT_SELECT_PRIVATE_KEY;
constexpr int kPublic = OSSL_KEYMGMT_SELECT_PUBLIC_KEY;

void* new_slot(void* core) {
  return guarded(*static_cast<const Core*>(core),
                 [&]() -> void* { return new KeySlot{static_cast<const Core*>(core)}; });
}

void free_slot(void* slot) { delete static_cast<KeySlot*>(slot); }

// EVP_PKEY_dup: the copy is one more reference to the same key.
void* duplicate_slot(const void* data, int selection) {
  const auto& slot = *static_cast<const KeySlot*>(data);
  return guarded(*slot.core, [&]() -> void* {
    if (slot.parts && (selection & kPrivate) == 0) {
      slot.core->raise(Reason::not_a_reference);
      return nullptr;
    }
    return new KeySlot(slot);
  });
}

int has(const void* data, int selection) {
  const auto& slot = *static_cast<const KeySlot*>(data);
  if (!slot.parts) return 0;
  return (selection & kPublic) == 0 || slot.parts->signer().public_key() ? 1 : 0;
}

bool same_key(const KeyParts& one, const KeyParts& other) {
  if (&one.signer() == &other.signer()) return true;
  const auto& left = one.signer().public_key();
  const auto& right = other.signer().public_key();
  return left && right && left->spki() == right->spki();
}

int match(const void* one, const void* other, int /*selection*/) {
  const auto& left = static_cast<const KeySlot*>(one)->parts;
  const auto& right = static_cast<const KeySlot*>(other)->parts;
  return left && right && same_key(*left, *right) ? 1 : 0;
}

int import_reference(void* data, int /*selection*/, const OSSL_PARAM* params) {
  auto& slot = *static_cast<KeySlot*>(data);
  const OSSL_PARAM* param = OSSL_PARAM_locate_const(params, kKeyPartsParam);
  const void* parts = nullptr;
  std::size_t size = 0;
  if (param == nullptr || OSSL_PARAM_get_octet_ptr(param, &parts, &size) != 1 || size != sizeof slot.parts)
    return failed(*slot.core, Reason::not_a_reference);
  slot.parts = *static_cast<const std::shared_ptr<const KeyParts>*>(parts);
  return 1;
}

const OSSL_PARAM* import_types(int /*selection*/) {
  static const std::array types{OSSL_PARAM_construct_octet_ptr(kKeyPartsParam, nullptr, 0), OSSL_PARAM_construct_end()};
  return types.data();
}

int export_public(const KeySlot& slot, int selection, OSSL_CALLBACK* callback, void* argument) {
  EVP_PKEY* key = slot.parts ? slot.parts->public_key() : nullptr;
  if (key == nullptr) return failed(*slot.core, Reason::no_public_half);
  OSSL_PARAM* numbers = nullptr;
  if (EVP_PKEY_todata(key, selection, &numbers) != 1) return 0;
  const Params owner(numbers);
  return callback(numbers, argument);
}

int export_key(void* data, int selection, OSSL_CALLBACK* callback, void* argument) {
  const auto& slot = *static_cast<const KeySlot*>(data);
  if ((selection & kPrivate) != 0) return failed(*slot.core, Reason::private_key_stays);
  return guarded(*slot.core, [&] { return export_public(slot, selection, callback, argument); });
}

const OSSL_PARAM* export_types(int selection) {
  static const std::array types{
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, nullptr, 0),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, nullptr, 0),
      OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, nullptr, 0),
      OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_E, nullptr, 0),
      OSSL_PARAM_construct_end(),
  };
  return (selection & kPrivate) != 0 ? nullptr : types.data();
}

bool is_private_number(std::string_view name) {
  // OSSL_PKEY_PARAM_PRIV_KEY, _RSA_D; the factors, exponents and coefficients are numbered from 1.
  return name == OSSL_PKEY_PARAM_PRIV_KEY || name == OSSL_PKEY_PARAM_RSA_D ||
         name.starts_with(OSSL_PKEY_PARAM_RSA_FACTOR) || name.starts_with(OSSL_PKEY_PARAM_RSA_EXPONENT) ||
         name.starts_with(OSSL_PKEY_PARAM_RSA_COEFFICIENT);
}

bool set_number(OSSL_PARAM* params, const char* name, int value) {
  OSSL_PARAM* param = OSSL_PARAM_locate(params, name);
  return param == nullptr || OSSL_PARAM_set_int(param, value) == 1;
}

bool set_text(OSSL_PARAM* params, const char* name, const char* text) {
  OSSL_PARAM* param = OSSL_PARAM_locate(params, name);
  return param == nullptr || OSSL_PARAM_set_utf8_string(param, text) == 1;
}

// What libcrypto asks of every key when it is made; answered without the public half as a key, which is not made yet.
bool set_basics(const KeyParts& parts, OSSL_PARAM* params) {
  const bool hashes_itself = parts.type() == KeyType::ed25519;
  return set_number(params, OSSL_PKEY_PARAM_BITS, parts.bits()) &&
         set_number(params, OSSL_PKEY_PARAM_SECURITY_BITS, parts.security_bits()) &&
         set_number(params, OSSL_PKEY_PARAM_MAX_SIZE, parts.max_signature_bytes()) &&
         set_text(params, hashes_itself ? OSSL_PKEY_PARAM_MANDATORY_DIGEST : OSSL_PKEY_PARAM_DEFAULT_DIGEST,
                  parts.default_digest());
}

bool is_basic(std::string_view name) {
  return name == OSSL_PKEY_PARAM_BITS || name == OSSL_PKEY_PARAM_SECURITY_BITS || name == OSSL_PKEY_PARAM_MAX_SIZE ||
         name == OSSL_PKEY_PARAM_DEFAULT_DIGEST || name == OSSL_PKEY_PARAM_MANDATORY_DIGEST;
}

template <class Predicate>
bool any_name(const OSSL_PARAM* params, Predicate predicate) {
  for (; params->key != nullptr; ++params) {
    if (predicate(params->key)) return true;
  }
  return false;
}

int get_params(void* data, OSSL_PARAM* params) {
  const auto& slot = *static_cast<const KeySlot*>(data);
  if (!slot.parts) return failed(*slot.core, Reason::key_missing);
  if (any_name(params, is_private_number)) return failed(*slot.core, Reason::private_key_stays);
  if (!set_basics(*slot.parts, params)) return failed(*slot.core, Reason::parameter_malformed);
  if (!any_name(params, [](std::string_view name) { return !is_basic(name); })) return 1;
  return guarded(*slot.core, [&] {
    EVP_PKEY* key = slot.parts->public_key();
    return key == nullptr ? failed(*slot.core, Reason::no_public_half) : EVP_PKEY_get_params(key, params);
  });
}

const OSSL_PARAM* gettable_params(void* /*core*/) {
  static const std::array params{
      OSSL_PARAM_construct_int(OSSL_PKEY_PARAM_BITS, nullptr),
      OSSL_PARAM_construct_int(OSSL_PKEY_PARAM_SECURITY_BITS, nullptr),
      OSSL_PARAM_construct_int(OSSL_PKEY_PARAM_MAX_SIZE, nullptr),
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_DEFAULT_DIGEST, nullptr, 0),
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_MANDATORY_DIGEST, nullptr, 0),
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, nullptr, 0),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, nullptr, 0),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, nullptr, 0),
      OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, nullptr, 0),
      OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_E, nullptr, 0),
      OSSL_PARAM_construct_end(),
  };
  return params.data();
}

// The signature algorithm's name is the key's, but for EC (provider-keymgmt(7)).
const char* ecdsa_name(int operation) { return operation == OSSL_OP_SIGNATURE ? "ECDSA" : "EC"; }

using Functions = std::array<OSSL_DISPATCH, 14>;

Functions functions(OSSL_DISPATCH operation_name) {
  return {
      entry<OSSL_FUNC_keymgmt_new_fn>(OSSL_FUNC_KEYMGMT_NEW, new_slot),
      entry<OSSL_FUNC_keymgmt_free_fn>(OSSL_FUNC_KEYMGMT_FREE, free_slot),
      entry<OSSL_FUNC_keymgmt_dup_fn>(OSSL_FUNC_KEYMGMT_DUP, duplicate_slot),
      entry<OSSL_FUNC_keymgmt_has_fn>(OSSL_FUNC_KEYMGMT_HAS, has),
      entry<OSSL_FUNC_keymgmt_match_fn>(OSSL_FUNC_KEYMGMT_MATCH, match),
      entry<OSSL_FUNC_keymgmt_import_fn>(OSSL_FUNC_KEYMGMT_IMPORT, import_reference),
      entry<OSSL_FUNC_keymgmt_import_types_fn>(OSSL_FUNC_KEYMGMT_IMPORT_TYPES, import_types),
      entry<OSSL_FUNC_keymgmt_export_fn>(OSSL_FUNC_KEYMGMT_EXPORT, export_key),
      entry<OSSL_FUNC_keymgmt_export_types_fn>(OSSL_FUNC_KEYMGMT_EXPORT_TYPES, export_types),
      entry<OSSL_FUNC_keymgmt_get_params_fn>(OSSL_FUNC_KEYMGMT_GET_PARAMS, get_params),
      entry<OSSL_FUNC_keymgmt_gettable_params_fn>(OSSL_FUNC_KEYMGMT_GETTABLE_PARAMS, gettable_params),
      operation_name,
      OSSL_DISPATCH{0, nullptr},
  };
}

}  // namespace

const OSSL_ALGORITHM* key_management_algorithms() {
  static const auto plain = functions({0, nullptr});
  static const auto ec =
      functions(entry<OSSL_FUNC_keymgmt_query_operation_name_fn>(OSSL_FUNC_KEYMGMT_QUERY_OPERATION_NAME, ecdsa_name));
  static const std::array algorithms{
      OSSL_ALGORITHM{"EC:id-ecPublicKey:1.2.840.10045.2.1", "provider=signet", ec.data(), "EC keys in a token"},
      OSSL_ALGORITHM{"RSA:rsaEncryption:1.2.840.113549.1.1.1", "provider=signet", plain.data(), "RSA keys in a token"},
      OSSL_ALGORITHM{"ED25519:1.3.101.112", "provider=signet", plain.data(), "Ed25519 keys in a token"},
      OSSL_ALGORITHM{nullptr, nullptr, nullptr, nullptr},
  };
  return algorithms.data();
}

}  // namespace signet::provider
