#include "tests/bench/raw_token.h"

#include <array>

#include "pkcs11/public_key_source.h"

namespace signet::bench {

using pkcs11::Session;

Unexpected<Error> refuse(std::string message) {
  return Unexpected(Error{.code = ErrorCode::bad_input, .message = std::move(message)});
}

Result<CK_SLOT_ID> find_slot(const CK_FUNCTION_LIST& functions, std::string label) {
  std::array<CK_SLOT_ID, 64> slots{};
  CK_ULONG count = slots.size();
  SIGNET_TRY(named(pkcs11::check("C_GetSlotList", functions.C_GetSlotList(CK_TRUE, slots.data(), &count))));
  CK_TOKEN_INFO info{};
  label.resize(sizeof info.label, ' ');
  for (CK_ULONG i = 0; i < count; ++i) {
    SIGNET_TRY(named(pkcs11::check("C_GetTokenInfo", functions.C_GetTokenInfo(slots[i], &info))));
    if (text_of(std::as_bytes(std::span(info.label))) == label) return slots[i];
  }
  return refuse("the module shows no token of this label");
}

Result<RawToken> open_raw_token(const TokenName& name, pkcs11::SessionMode mode, BytesView pin) {
  SIGNET_TRY_ASSIGN(std::unique_ptr<pkcs11::Module> module, pkcs11::Module::load({.path = name.module}));
  SIGNET_TRY_ASSIGN(const CK_SLOT_ID slot, find_slot(module->functions(), name.token));
  SIGNET_TRY_ASSIGN(Session session, named(Session::open(module->functions(), slot, mode)));
  SIGNET_TRY(named(pkcs11::login(session, CKU_USER, pin)));
  return RawToken{.module = std::move(module), .slot = slot, .session = std::move(session)};
}

Result<CK_OBJECT_HANDLE> find_key(const Session& session, CK_OBJECT_CLASS object_class, std::string label) {
  const std::array wanted{CK_ATTRIBUTE{CKA_CLASS, &object_class, sizeof object_class},
                          CK_ATTRIBUTE{CKA_LABEL, label.data(), label.size()}};
  SIGNET_TRY_ASSIGN(const std::vector<CK_OBJECT_HANDLE> found, named(pkcs11::find_objects(session, wanted)));
  if (found.size() != 1) return refuse("the token has not exactly one key of this label");
  return found.front();
}

Result<PublicKey> read_public_key(const Session& session, const std::string& label) {
  SIGNET_TRY_ASSIGN(const CK_OBJECT_HANDLE object, find_key(session, CKO_PUBLIC_KEY, label));
  SIGNET_TRY_ASSIGN(const pkcs11::Attributes attributes,
                    named(pkcs11::read_attributes(session, object, pkcs11::public_key_attributes())));
  auto key = pkcs11::public_key_of_object(attributes);
  if (!key || key->type() != KeyType::ec_p256) return refuse("the key is not on P-256");
  return std::move(*key);
}

}  // namespace signet::bench
