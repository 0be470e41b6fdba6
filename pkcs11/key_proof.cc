#include "pkcs11/key_proof.h"

#include <openssl/rand.h>

#include "pkcs11/mechanisms.h"

namespace signet::pkcs11 {
namespace {

constexpr std::size_t kLongestValueBytes = 4096;

Unexpected<Error> not_proven(std::string message, std::string detail = {}) {
  return Unexpected(
      Error{.code = ErrorCode::token_failure, .message = std::move(message), .detail = std::move(detail)});
}

Unexpected<Error> not_proven(const CallFailure& failure) {
  return Unexpected(
      token_error(failure, "the token does not let the new key be looked at; try again, or ask its vendor"));
}

Result<CK_OBJECT_HANDLE> find_private_key(const Session& session, const KeyName& name) {
  Template wanted;
  wanted.number(CKA_CLASS, CKO_PRIVATE_KEY).bytes(CKA_ID, name.id).bytes(CKA_LABEL, bytes_of(name.label));
  const auto found = find_objects(session, wanted.attributes());
  if (!found) return not_proven(found.error());
  if (found->size() != 1)
    return not_proven("the token does not show the new key under its label and id, or shows several");
  return found->front();
}

// The first octet is a NUL: a JWS signing input is ASCII of base64url (RFC 7515 section 5.1) and can never look like
// this.
Bytes harmless_message() {
  Bytes message = to_bytes(std::string_view("\0signet-admin: proof that a key signs ", 38));
  Bytes nonce(16);
  // A nonce, so that no signature made earlier can serve; without randomness the message is still one of its kind.
  if (RAND_bytes(writable_octets(nonce), static_cast<int>(nonce.size())) != 1) nonce.assign(nonce.size(), std::byte{0});
  message.insert(message.end(), nonce.begin(), nonce.end());
  return message;
}

Result<void> prove_signature(const Session& session, const std::set<CK_MECHANISM_TYPE>& mechanisms, const TokenKey& key,
                             const PublicKey& public_key) {
  const Algorithm algorithm = key.algorithms.front();
  const SignatureKind kind = provider::kind_of(algorithm);
  const auto mechanism = choose_mechanism(kind, mechanisms);
  if (!mechanism) return not_proven("the token has no mechanism to sign with the new key");
  const Bytes message = harmless_message();
  const Bytes input = mechanism->input == SigningInput::digest ? hash_message(kind.hash, message) : message;
  const auto signature = sign_on_token(session, key.handle, *mechanism, kind, input);
  if (!signature) return Unexpected(token_error(signature.error(), "the token does not sign with the new key"));
  if (auto verified = public_key.verify(algorithm, message, *signature); !verified) {
    return not_proven("what the token signs with the new key does not verify with the file's public key",
                      verified.error().message);
  }
  return {};
}

Result<void> prove_unreadable(const Session& session, const TokenKey& key) {
  SIGNET_TRY_ASSIGN(const CK_RV rv, try_to_read_value(session, key));
  if (rv == CKR_ATTRIBUTE_SENSITIVE) return {};
  return not_proven("the token does not refuse to hand out the new key's value",
                    to_string(CallFailure{"C_GetAttributeValue", rv}));
}

}  // namespace

Result<CK_RV> try_to_read_value(const Session& session, const TokenKey& key) {
  SIGNET_TRY_ASSIGN(auto value, host::Secret::allocate(kLongestValueBytes));
  value.resize(value.capacity());
  const CK_ATTRIBUTE_TYPE type = key.type == KeyType::rsa ? CKA_PRIVATE_EXPONENT : CKA_VALUE;
  CK_ATTRIBUTE attribute{type, value.bytes().data(), value.bytes().size()};
  return session.functions().C_GetAttributeValue(session.handle(), key.handle, &attribute, 1);
}

Result<TokenKey> prove_key(const Session& session, CK_SLOT_ID slot, const KeyName& name, const PublicKey& public_key) {
  SIGNET_TRY_ASSIGN(const auto handle, find_private_key(session, name));
  const auto attributes = read_attributes(session, handle, private_key_attributes());
  if (!attributes) return not_proven(attributes.error());
  const auto mechanisms = signing_mechanisms(session.functions(), slot);
  if (!mechanisms) return not_proven(mechanisms.error());
  auto key = key_from_attributes(handle, *attributes, public_key, *mechanisms);
  if (!key.unusable.empty()) return not_proven(key.unusable);
  SIGNET_TRY(prove_unreadable(session, key));
  SIGNET_TRY(prove_signature(session, *mechanisms, key, public_key));
  return key;
}

}  // namespace signet::pkcs11
