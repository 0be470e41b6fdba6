#include "pkcs11/token_evp_key.h"

#include <utility>

#include "pkcs11/mechanisms.h"
#include "pkcs11/provider/digest_sign.h"
#include "pkcs11/quirks.h"

namespace signet::pkcs11 {
namespace {

/// The loan the thread works on; set by SessionLoan alone, for its life.
thread_local SessionLoan* t_loan = nullptr;

std::size_t field_bytes(KeyType type) { return algorithm_info(default_algorithm(type)).signature_bytes / 2; }

}  // namespace

/// Signs with C_Sign on the session that the thread has on loan.
class TokenSigningKey final : public provider::SigningKey {
 public:
  TokenSigningKey(KeyReference reference, const TokenKey& key, SharedMechanisms mechanisms)
      : reference_(std::move(reference)),
        type_(*key.type),
        public_key_(key.public_key),
        mechanisms_(std::move(mechanisms)) {}

  KeyType type() const override { return type_; }
  const std::optional<PublicKey>& public_key() const override { return public_key_; }
  std::optional<SigningInput> input_of(SignatureKind kind) const override {
    const auto mechanism = choose_mechanism(kind, *mechanisms_);
    return mechanism ? std::optional(mechanism->input) : std::nullopt;
  }
  Result<Bytes, provider::SigningFailure> sign(SignatureKind kind, BytesView input) const override;

 private:
  KeyReference reference_;
  KeyType type_;
  std::optional<PublicKey> public_key_;
  SharedMechanisms mechanisms_;
};

Result<Bytes, provider::SigningFailure> TokenSigningKey::sign(SignatureKind kind, BytesView input) const {
  SessionLoan* loan = t_loan;
  const auto mechanism = choose_mechanism(kind, *mechanisms_);
  if (loan == nullptr || loan->signer_ != this || !mechanism)
    return Unexpected(provider::SigningFailure{to_string(reference_) + ": no session is lent to this call"});
  auto signature = sign_on_token(loan->session_, loan->handle_, *mechanism, kind, input);
  if (!signature) {
    loan->failure_ = signature.error();
    return Unexpected(provider::SigningFailure{to_string(reference_) + ": " + to_string(signature.error())});
  }
  if (kind.scheme != Scheme::ecdsa) return std::move(*signature);
  // A length that no quirk explains goes on as it is: the provider refuses it.
  auto full_width = ecdsa_octets(*signature, field_bytes(type_));
  return full_width ? std::move(*full_width) : std::move(*signature);
}

std::string to_string(const KeyReference& reference) {
  return "key \"" + reference.label + "\" (id " + hex(reference.id) + ") of token " + reference.token_serial;
}

Result<std::shared_ptr<const TokenEvpKey>> TokenEvpKey::create(provider::LibraryContext& context,
                                                               KeyReference reference, const TokenKey& key,
                                                               SharedMechanisms mechanisms) {
  if (!key.type) return Unexpected(make_error(ErrorCode::internal, "a key of unknown type"));
  const std::shared_ptr<TokenEvpKey> made(new TokenEvpKey);
  made->signer_ = std::make_shared<TokenSigningKey>(std::move(reference), key, std::move(mechanisms));
  SIGNET_TRY_ASSIGN(made->key_, context.make_key(made->signer_));
  made->context_ = context.shared_from_this();
  return std::shared_ptr<const TokenEvpKey>(made);
}

Result<Bytes, EvpFailure> TokenEvpKey::sign(const Session& session, CK_OBJECT_HANDLE handle, Algorithm algorithm,
                                            BytesView message) const {
  SessionLoan loan(*this, session, handle);
  auto signature = provider::sign_jose(*context_, key_.get(), algorithm, message);
  if (signature) return std::move(*signature);
  return Unexpected(EvpFailure{loan.failure(), signature.error().message + ": " + signature.error().detail});
}

SessionLoan::SessionLoan(const TokenEvpKey& key, const Session& session, CK_OBJECT_HANDLE handle)
    : signer_(key.signer_.get()), session_(session), handle_(handle) {
  t_loan = this;
}

SessionLoan::~SessionLoan() { t_loan = nullptr; }

void make_evp_keys(std::span<TokenKey> keys, const std::shared_ptr<provider::LibraryContext>& context,
                   const TokenSurvey& token, const std::set<CK_MECHANISM_TYPE>& mechanisms) {
  const auto shared = std::make_shared<const std::set<CK_MECHANISM_TYPE>>(mechanisms);
  for (TokenKey& key : keys) {
    if (!key.unusable.empty()) continue;
    auto made = context ? TokenEvpKey::create(*context, {token.serial, key.id, key.label}, key, shared)
                        : Unexpected(make_error(ErrorCode::internal));
    if (made)
      key.evp = std::move(*made);
    else
      key.unusable = "OpenSSL cannot be set up to sign with the token; look at the service's log and its memory limit";
  }
}

}  // namespace signet::pkcs11
