#include "pkcs11/provider/signature_settings.h"

#include <array>
#include <charconv>
#include <string_view>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rsa.h>

#include "pkcs11/provider/algorithm_id.h"
#include "proto/openssl_digest.h"

namespace signet::provider {
namespace {

using Refusal = std::optional<Reason>;

constexpr std::array kHashes{Hash::sha256, Hash::sha384, Hash::sha512};

std::optional<Hash> hash_named(const char* name) {
  for (const Hash hash : kHashes) {
    if (EVP_MD_is_a(openssl_digest(hash), name) == 1) return hash;
  }
  return std::nullopt;
}

const char* name_of(Hash hash) { return hash == Hash::none ? "" : EVP_MD_get0_name(openssl_digest(hash)); }

// The text of a parameter, or nothing where it is not one.
const char* text_of(const OSSL_PARAM& param) {
  const char* text = nullptr;
  return OSSL_PARAM_get_utf8_string_ptr(&param, &text) == 1 ? text : nullptr;
}

// A number, or one of the words OpenSSL has for some numbers, or a number as a text.
std::optional<int> number_of(const OSSL_PARAM& param, std::span<const std::pair<std::string_view, int>> words) {
  int number = 0;
  const char* text = text_of(param);
  if (text == nullptr) return OSSL_PARAM_get_int(&param, &number) == 1 ? std::optional(number) : std::nullopt;
  const std::string_view word(text);
  for (const auto& [name, value] : words) {
    if (word == name) return value;
  }
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
  return number;
}

constexpr std::array kPaddings{
    std::pair{std::string_view(OSSL_PKEY_RSA_PAD_MODE_PKCSV15), RSA_PKCS1_PADDING},
    std::pair{std::string_view(OSSL_PKEY_RSA_PAD_MODE_PSS), RSA_PKCS1_PSS_PADDING},
};
constexpr std::array kSalts{
    std::pair{std::string_view(OSSL_PKEY_RSA_PSS_SALT_LEN_DIGEST), RSA_PSS_SALTLEN_DIGEST},
    std::pair{std::string_view(OSSL_PKEY_RSA_PSS_SALT_LEN_MAX), RSA_PSS_SALTLEN_MAX},
    std::pair{std::string_view(OSSL_PKEY_RSA_PSS_SALT_LEN_AUTO), RSA_PSS_SALTLEN_AUTO},
};

// OSSL_PARAM strings that are built by hand need their real length: one of length 0 reads back as empty in OpenSSL 3.0.
Refusal give_text(OSSL_PARAM* params, const char* name, const char* text) {
  OSSL_PARAM* param = OSSL_PARAM_locate(params, name);
  if (param == nullptr || OSSL_PARAM_set_utf8_string(param, text) == 1) return std::nullopt;
  return Reason::parameter_malformed;
}

Refusal give_algorithm_id(OSSL_PARAM* params, SignatureKind kind) {
  OSSL_PARAM* param = OSSL_PARAM_locate(params, OSSL_SIGNATURE_PARAM_ALGORITHM_ID);
  if (param == nullptr) return std::nullopt;
  const Bytes id = algorithm_id(kind);
  if (id.empty()) return Reason::digest_missing;
  if (OSSL_PARAM_set_octet_string(param, id.data(), id.size()) == 1) return std::nullopt;
  return Reason::parameter_malformed;
}

Refusal give_padding(OSSL_PARAM* params, bool pss) {
  OSSL_PARAM* param = OSSL_PARAM_locate(params, OSSL_SIGNATURE_PARAM_PAD_MODE);
  if (param == nullptr) return std::nullopt;
  if (param->data_type != OSSL_PARAM_UTF8_STRING) {
    const bool given = OSSL_PARAM_set_int(param, pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING) == 1;
    return given ? Refusal() : Reason::parameter_malformed;
  }
  return give_text(params, OSSL_SIGNATURE_PARAM_PAD_MODE,
                   pss ? OSSL_PKEY_RSA_PAD_MODE_PSS : OSSL_PKEY_RSA_PAD_MODE_PKCSV15);
}

Refusal give_salt(OSSL_PARAM* params) {
  OSSL_PARAM* param = OSSL_PARAM_locate(params, OSSL_SIGNATURE_PARAM_PSS_SALTLEN);
  if (param == nullptr || param->data_type == OSSL_PARAM_UTF8_STRING)
    return give_text(params, OSSL_SIGNATURE_PARAM_PSS_SALTLEN, OSSL_PKEY_RSA_PSS_SALT_LEN_DIGEST);
  return OSSL_PARAM_set_int(param, RSA_PSS_SALTLEN_DIGEST) == 1 ? Refusal() : Reason::parameter_malformed;
}

}  // namespace

std::size_t digest_bytes(Hash hash) {
  return hash == Hash::none ? 0 : static_cast<std::size_t>(EVP_MD_get_size(openssl_digest(hash)));
}

SignatureKind SignatureSettings::kind() const {
  if (type_ == KeyType::ed25519) return {Scheme::ed25519, Hash::none};
  if (type_ == KeyType::rsa) return {pss_ ? Scheme::rsa_pss : Scheme::rsa_pkcs1, hash_};
  return {Scheme::ecdsa, hash_};
}

Refusal SignatureSettings::set_digest(const char* name) {
  const bool none = name == nullptr || *name == '\0';
  if (type_ == KeyType::ed25519) return none ? Refusal() : Reason::one_shot_only;
  const auto hash = none ? std::nullopt : hash_named(name);
  if (!hash) return none ? Reason::digest_missing : Reason::digest_unsupported;
  hash_ = *hash;
  return check();
}

Refusal SignatureSettings::set_padding(const OSSL_PARAM& param) {
  const auto padding = number_of(param, kPaddings);
  if (!padding) return Reason::padding_unsupported;
  if (*padding != RSA_PKCS1_PADDING && *padding != RSA_PKCS1_PSS_PADDING) return Reason::padding_unsupported;
  pss_ = *padding == RSA_PKCS1_PSS_PADDING;
  return std::nullopt;
}

Refusal SignatureSettings::set_salt(const OSSL_PARAM& param) {
  const auto length = number_of(param, kSalts);
  if (!length) return Reason::parameter_malformed;
  salt_bytes_.reset();
  if (*length == RSA_PSS_SALTLEN_DIGEST) return std::nullopt;
  if (*length < 0) return Reason::salt_unsupported;
  salt_bytes_ = *length;
  return std::nullopt;
}

Refusal SignatureSettings::set_mgf1(const OSSL_PARAM& param) {
  const char* name = text_of(param);
  if (name == nullptr) return Reason::parameter_malformed;
  mgf1_ = hash_named(name);
  return mgf1_ ? Refusal() : Reason::mgf1_unsupported;
}

Refusal SignatureSettings::check() const {
  if (!pss_ || hash_ == Hash::none) return std::nullopt;
  if (salt_bytes_ && static_cast<std::size_t>(*salt_bytes_) != digest_bytes(hash_)) return Reason::salt_unsupported;
  if (mgf1_ && *mgf1_ != hash_) return Reason::mgf1_unsupported;
  return std::nullopt;
}

Refusal SignatureSettings::set(const OSSL_PARAM* params) {
  if (params == nullptr) return std::nullopt;
  SignatureSettings changed = *this;
  auto refused = changed.apply(params);
  if (!refused) *this = changed;
  return refused;
}

Refusal SignatureSettings::apply(const OSSL_PARAM* params) {
  if (const OSSL_PARAM* param = OSSL_PARAM_locate_const(params, OSSL_SIGNATURE_PARAM_DIGEST)) {
    if (const auto refused = set_digest(text_of(*param))) return refused;
  }
  if (type_ != KeyType::rsa) return std::nullopt;
  using Setter = Refusal (SignatureSettings::*)(const OSSL_PARAM&);
  const std::array<std::pair<const char*, Setter>, 3> setters{
      std::pair{OSSL_SIGNATURE_PARAM_PAD_MODE, &SignatureSettings::set_padding},
      std::pair{OSSL_SIGNATURE_PARAM_PSS_SALTLEN, &SignatureSettings::set_salt},
      std::pair{OSSL_SIGNATURE_PARAM_MGF1_DIGEST, &SignatureSettings::set_mgf1}};
  for (const auto& [name, setter] : setters) {
    const OSSL_PARAM* param = OSSL_PARAM_locate_const(params, name);
    if (param == nullptr) continue;
    if (const auto refused = (this->*setter)(*param)) return refused;
  }
  return check();
}

Refusal SignatureSettings::get(OSSL_PARAM* params) const {
  if (params == nullptr) return std::nullopt;
  if (const auto refused = give_algorithm_id(params, kind())) return refused;
  if (const auto refused = give_text(params, OSSL_SIGNATURE_PARAM_DIGEST, name_of(hash_))) return refused;
  if (type_ != KeyType::rsa) return std::nullopt;
  if (const auto refused = give_padding(params, pss_)) return refused;
  if (const auto refused = give_salt(params)) return refused;
  return give_text(params, OSSL_SIGNATURE_PARAM_MGF1_DIGEST, name_of(hash_));
}

const OSSL_PARAM* SignatureSettings::settable() {
  static const std::array params{
      OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST, nullptr, 0),
      OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, nullptr, 0),
      OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, nullptr, 0),
      OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_MGF1_DIGEST, nullptr, 0),
      OSSL_PARAM_construct_end(),
  };
  return params.data();
}

const OSSL_PARAM* SignatureSettings::gettable() {
  static const std::array params{
      OSSL_PARAM_construct_octet_string(OSSL_SIGNATURE_PARAM_ALGORITHM_ID, nullptr, 0),
      OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST, nullptr, 0),
      OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, nullptr, 0),
      OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, nullptr, 0),
      OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_MGF1_DIGEST, nullptr, 0),
      OSSL_PARAM_construct_end(),
  };
  return params.data();
}

}  // namespace signet::provider
