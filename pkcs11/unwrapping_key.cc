#include "pkcs11/unwrapping_key.h"

#include <array>

#include "pkcs11/key_template.h"
#include "pkcs11/key_wrap.h"
#include "pkcs11/objects.h"
#include "pkcs11/public_key_source.h"

namespace signet::pkcs11 {
namespace {

constexpr CK_ULONG kModulusBits = 3072;
constexpr std::array kPublicExponent{std::byte{1}, std::byte{0}, std::byte{1}};

Template aes_template(const host::Secret& value) {
  Template attributes;
  attributes.number(CKA_CLASS, CKO_SECRET_KEY).number(CKA_KEY_TYPE, CKK_AES);
  attributes.flag(CKA_TOKEN, false)
      .flag(CKA_PRIVATE, true)
      .flag(CKA_SENSITIVE, true)
      .flag(CKA_EXTRACTABLE, false)
      .flag(CKA_UNWRAP, true);
  attributes.borrowed(CKA_VALUE, value);
  return attributes;
}

Template rsa_public_template() {
  Template attributes;
  attributes.flag(CKA_TOKEN, false)
      .flag(CKA_WRAP, true)
      .number(CKA_MODULUS_BITS, kModulusBits)
      .bytes(CKA_PUBLIC_EXPONENT, kPublicExponent);
  return attributes;
}

Template rsa_private_template() {
  Template attributes;
  attributes.flag(CKA_TOKEN, false)
      .flag(CKA_PRIVATE, true)
      .flag(CKA_SENSITIVE, true)
      .flag(CKA_EXTRACTABLE, false)
      .flag(CKA_UNWRAP, true);
  return attributes;
}

}  // namespace

SessionObject::~SessionObject() {
  if (session_ != nullptr) session_->functions().C_DestroyObject(session_->handle(), handle_);
}

CallResult<AesUnwrappingKey> AesUnwrappingKey::make(const Session& session, const host::Secret& value) {
  auto attributes = aes_template(value);
  CK_OBJECT_HANDLE handle = 0;
  SIGNET_TRY(
      check("C_CreateObject", session.functions().C_CreateObject(session.handle(), attributes.attributes().data(),
                                                                 attributes.size(), &handle)));
  return AesUnwrappingKey(SessionObject(session, handle));
}

CallResult<RsaUnwrappingKey> RsaUnwrappingKey::make(const Session& session) {
  auto public_attributes = rsa_public_template();
  auto private_attributes = rsa_private_template();
  CK_MECHANISM mechanism{CKM_RSA_PKCS_KEY_PAIR_GEN, nullptr, 0};
  CK_OBJECT_HANDLE public_handle = 0;
  CK_OBJECT_HANDLE private_handle = 0;
  SIGNET_TRY(check("C_GenerateKeyPair", session.functions().C_GenerateKeyPair(
                                            session.handle(), &mechanism, public_attributes.attributes().data(),
                                            public_attributes.size(), private_attributes.attributes().data(),
                                            private_attributes.size(), &public_handle, &private_handle)));
  SessionObject public_object(session, public_handle);
  SessionObject private_object(session, private_handle);
  SIGNET_TRY_ASSIGN(const auto attributes, read_attributes(session, public_handle, public_key_attributes()));
  auto public_key = public_key_of_object(attributes);
  if (!public_key) return Unexpected(CallFailure{"C_GetAttributeValue", CKR_ATTRIBUTE_VALUE_INVALID});
  return RsaUnwrappingKey(std::move(public_object), std::move(private_object), std::move(*public_key));
}

RsaAesMechanism::RsaAesMechanism() {
  oaep_.hashAlg = CKM_SHA256;
  oaep_.mgf = CKG_MGF1_SHA256;
  oaep_.source = CKZ_DATA_SPECIFIED;
  parameters_ = {kWrappingKeyBytes * 8, &oaep_};
  mechanism_ = {CKM_RSA_AES_KEY_WRAP, &parameters_, sizeof parameters_};
}

}  // namespace signet::pkcs11
