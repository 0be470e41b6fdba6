#include "pkcs11/key_generation.h"

#include <algorithm>
#include <array>

#include <openssl/rand.h>

#include "pkcs11/free_key_name.h"
#include "pkcs11/key_proof.h"
#include "pkcs11/public_key_source.h"
#include "pkcs11/quirks.h"

namespace signet::pkcs11 {
namespace {

constexpr std::size_t kKeyIdBytes = 20;
constexpr std::array kPublicExponent{std::byte{1}, std::byte{0}, std::byte{1}};

struct NamedKind {
  std::string_view name;
  KeyKind kind;
};
constexpr std::array kKinds{NamedKind{"p256", {KeyType::ec_p256}},      NamedKind{"p384", {KeyType::ec_p384}},
                            NamedKind{"p521", {KeyType::ec_p521}},      NamedKind{"rsa2048", {KeyType::rsa, 2048}},
                            NamedKind{"rsa3072", {KeyType::rsa, 3072}}, NamedKind{"rsa4096", {KeyType::rsa, 4096}},
                            NamedKind{"ed25519", {KeyType::ed25519}}};

CK_MECHANISM_TYPE mechanism_of(KeyType type) {
  if (type == KeyType::rsa) return CKM_RSA_PKCS_KEY_PAIR_GEN;
  return type == KeyType::ed25519 ? CKM_EC_EDWARDS_KEY_PAIR_GEN : CKM_EC_KEY_PAIR_GEN;
}

Template public_template(KeyKind kind, const KeyName& name) {
  Template attributes;
  attributes.number(CKA_CLASS, CKO_PUBLIC_KEY).number(CKA_KEY_TYPE, cryptoki_key_type(kind.type));
  attributes.flag(CKA_TOKEN, true).flag(CKA_PRIVATE, false).flag(CKA_VERIFY, true);
  attributes.bytes(CKA_LABEL, bytes_of(name.label)).bytes(CKA_ID, name.id);
  if (kind.type == KeyType::rsa)
    attributes.number(CKA_MODULUS_BITS, kind.rsa_bits).bytes(CKA_PUBLIC_EXPONENT, kPublicExponent);
  else
    attributes.bytes(CKA_EC_PARAMS, ec_params_of(kind.type));
  return attributes;
}

/// Both objects of a pair.
class Pair {
 public:
  static CallResult<Pair> make(const Session& session, KeyKind kind, const KeyName& name, Strictness strictness) {
    auto public_attributes = public_template(kind, name);
    auto private_attributes = private_key_template(kind.type, name, strictness);
    CK_MECHANISM mechanism{mechanism_of(kind.type), nullptr, 0};
    CK_OBJECT_HANDLE public_half = 0;
    CK_OBJECT_HANDLE private_half = 0;
    SIGNET_TRY(check("C_GenerateKeyPair", session.functions().C_GenerateKeyPair(
                                              session.handle(), &mechanism, public_attributes.attributes().data(),
                                              public_attributes.size(), private_attributes.attributes().data(),
                                              private_attributes.size(), &public_half, &private_half)));
    return Pair(session, public_half, private_half);
  }

  CK_OBJECT_HANDLE public_half() const { return public_; }

  /// Were both objects removed?
  bool destroy() const {
    const bool private_gone = session_->functions().C_DestroyObject(session_->handle(), private_) == CKR_OK;
    return session_->functions().C_DestroyObject(session_->handle(), public_) == CKR_OK && private_gone;
  }

 private:
  Pair(const Session& session, CK_OBJECT_HANDLE public_half, CK_OBJECT_HANDLE private_half)
      : session_(&session), public_(public_half), private_(private_half) {}
  const Session* session_;
  CK_OBJECT_HANDLE public_;
  CK_OBJECT_HANDLE private_;
};

struct Made {
  Pair pair;
  Strictness strictness;
};

Result<Made> make_pair(const Session& session, KeyKind kind, const KeyName& name) {
  const auto strict = Pair::make(session, kind, name, Strictness::full);
  if (strict) return Made{*strict, Strictness::full};
  const auto plain = Pair::make(session, kind, name, Strictness::plain);
  if (plain) return Made{*plain, Strictness::plain};
  auto error = token_error(plain.error(), "the token does not make a key of this type; choose another, or import one");
  error.detail += "; with every protection asked for: " + to_string(strict.error());
  return Unexpected(std::move(error));
}

Unexpected<Error> not_born_here() {
  return Unexpected(
      Error{.code = ErrorCode::token_failure,
            .message = "the token does not say that the key was made inside and has never been extractable"});
}

Result<TokenKey> prove(const Session& session, CK_SLOT_ID slot, const KeyName& name, const Pair& pair) {
  const auto attributes = read_attributes(session, pair.public_half(), public_key_attributes());
  const auto public_key = attributes ? public_key_of_object(*attributes) : std::nullopt;
  if (!public_key)
    return Unexpected(Error{.code = ErrorCode::token_failure, .message = "the token does not show the public half"});
  const auto fresh = Session::open(session.functions(), slot, SessionMode::read_only);
  if (!fresh)
    return Unexpected(token_error(fresh.error(), "the token gives no second session to prove the new key in"));
  SIGNET_TRY_ASSIGN(auto key, prove_key(*fresh, slot, name, *public_key));
  if (!key.local || !key.never_extractable || !key.always_sensitive) return not_born_here();
  return key;
}

Error after_clean_up(Error error, bool destroyed) {
  error.message += destroyed ? "; the key was destroyed again"
                             : "; the key could NOT be destroyed again: remove it with the vendor's tool";
  return error;
}

}  // namespace

std::optional<KeyKind> key_kind_from_name(std::string_view name) {
  const auto found = std::ranges::find(kKinds, name, &NamedKind::name);
  if (found == kKinds.end()) return std::nullopt;
  return found->kind;
}

std::string_view key_kind_names() { return "p256, p384, p521, rsa2048, rsa3072, rsa4096 or ed25519"; }

Result<Bytes> random_key_id() {
  Bytes id(kKeyIdBytes);
  if (RAND_bytes(writable_octets(id), static_cast<int>(id.size())) != 1)
    return Unexpected(make_error(ErrorCode::internal, "RAND_bytes"));
  return id;
}

Result<GenerationReport> generate_key(const Session& session, CK_SLOT_ID slot, KeyKind kind, const KeyName& name) {
  SIGNET_TRY(check_name_is_free(session, slot, name, nullptr));
  SIGNET_TRY_ASSIGN(const auto made, make_pair(session, kind, name));
  auto proven = prove(session, slot, name, made.pair);
  if (!proven) return Unexpected(after_clean_up(std::move(proven.error()), made.pair.destroy()));
  return GenerationReport{std::move(*proven), made.strictness};
}

}  // namespace signet::pkcs11
