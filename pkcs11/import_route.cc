#include "pkcs11/import_route.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "pkcs11/key_wrap.h"
#include "pkcs11/objects.h"
#include "pkcs11/unwrapping_key.h"

namespace signet::pkcs11 {
namespace {

constexpr std::array kStrictToPlain{Strictness::full, Strictness::plain};

/// What every route works with, and what it has been refused so far.
struct Import {
  const Session& session;
  CK_SLOT_ID slot;
  const PrivateKey& key;
  const KeyName& name;
  std::vector<CK_OBJECT_HANDLE> before;  ///< private keys that were there already
  std::string refusals{};

  void refused(std::string_view why) { refusals += (refusals.empty() ? "" : "; ") + std::string(why); }
  void refused(const CallFailure& failure) {
    refused(to_string(failure));
    remove_leftovers();
  }
  void remove_leftovers();
};

// SoftHSM 2.6.1 leaves an empty object on the token when it refuses a template. Only what was not there before, and has
// no name at all, may be such a leftover: another process may be making keys as well.
void Import::remove_leftovers() {
  constexpr std::array kNames{CKA_LABEL, CKA_ID};
  const auto now = find_objects_of_class(session, CKO_PRIVATE_KEY);
  if (!now) return;
  for (const CK_OBJECT_HANDLE handle : *now) {
    if (std::ranges::find(before, handle) != before.end()) continue;
    const auto found = read_attributes(session, handle, kNames);
    const bool nameless = found && found->bytes(CKA_ID).empty() && found->bytes(CKA_LABEL).empty();
    if (nameless) session.functions().C_DestroyObject(session.handle(), handle);
  }
}

using Attempt = std::optional<CreatedKey>;

bool can_unwrap(const Import& import, CK_MECHANISM_TYPE mechanism) {
  CK_MECHANISM_INFO info{};
  return import.session.functions().C_GetMechanismInfo(import.slot, mechanism, &info) == CKR_OK &&
         (info.flags & CKF_UNWRAP) != 0;
}

Attempt unwrap(Import& import, ImportRoute route, CK_MECHANISM& mechanism, CK_OBJECT_HANDLE unwrapping_key,
               Bytes wrapped) {
  for (const Strictness strictness : kStrictToPlain) {
    auto attributes = private_key_template(import.key.public_key().type(), import.name, strictness);
    CK_OBJECT_HANDLE handle = 0;
    const CK_RV rv = import.session.functions().C_UnwrapKey(import.session.handle(), &mechanism, unwrapping_key,
                                                            writable_octets(wrapped), wrapped.size(),
                                                            attributes.attributes().data(), attributes.size(), &handle);
    if (rv == CKR_OK) return CreatedKey{handle, route, strictness};
    import.refused(CallFailure{"C_UnwrapKey", rv});
  }
  return std::nullopt;
}

Result<Attempt> by_rsa_aes(Import& import) {
  if (!can_unwrap(import, CKM_RSA_AES_KEY_WRAP)) return Attempt();
  auto pair = RsaUnwrappingKey::make(import.session);
  if (!pair) {
    import.refused(pair.error());
    return Attempt();
  }
  SIGNET_TRY_ASSIGN(const auto plain, import.key.pkcs8());
  SIGNET_TRY_ASSIGN(auto wrapped, rsa_aes_wrap(pair->public_key(), plain.bytes()));
  RsaAesMechanism mechanism;
  return unwrap(import, ImportRoute::rsa_aes_unwrap, *mechanism.get(), pair->handle(), std::move(wrapped));
}

Result<Attempt> by_aes(Import& import) {
  if (!can_unwrap(import, CKM_AES_KEY_WRAP_PAD)) return Attempt();
  SIGNET_TRY_ASSIGN(const auto wrapping_key, make_wrapping_key());
  auto inside = AesUnwrappingKey::make(import.session, wrapping_key);
  if (!inside) {
    import.refused(inside.error());
    return Attempt();
  }
  SIGNET_TRY_ASSIGN(const auto plain, import.key.pkcs8());
  SIGNET_TRY_ASSIGN(auto wrapped, aes_wrap_pad(wrapping_key, plain.bytes()));
  CK_MECHANISM mechanism{CKM_AES_KEY_WRAP_PAD, nullptr, 0};
  return unwrap(import, ImportRoute::aes_unwrap, mechanism, inside->handle(), std::move(wrapped));
}

Result<Attempt> by_create_object(Import& import) {
  for (const Strictness strictness : kStrictToPlain) {
    SIGNET_TRY_ASSIGN(auto attributes, private_key_template(import.key, import.name, strictness));
    CK_OBJECT_HANDLE handle = 0;
    const CK_RV rv = import.session.functions().C_CreateObject(import.session.handle(), attributes.attributes().data(),
                                                               attributes.size(), &handle);
    if (rv == CKR_OK) return Attempt(CreatedKey{handle, ImportRoute::create_object, strictness});
    import.refused(CallFailure{"C_CreateObject", rv});
  }
  return Attempt();
}

}  // namespace

std::string_view describe(ImportRoute route) {
  switch (route) {
    case ImportRoute::rsa_aes_unwrap:
      return "unwrapped inside the token (CKM_RSA_AES_KEY_WRAP)";
    case ImportRoute::aes_unwrap:
      return "unwrapped inside the token (CKM_AES_KEY_WRAP_PAD)";
    case ImportRoute::create_object:
      break;
  }
  return "created from its numbers (C_CreateObject)";
}

Result<CreatedKey> create_private_key(const Session& session, CK_SLOT_ID slot, const PrivateKey& key,
                                      const KeyName& name) {
  auto before = find_objects_of_class(session, CKO_PRIVATE_KEY);
  if (!before) return Unexpected(token_error(before.error(), "the token does not list its keys"));
  Import import{session, slot, key, name, std::move(*before)};
  for (const auto route : {by_rsa_aes, by_aes, by_create_object}) {
    SIGNET_TRY_ASSIGN(const auto attempt, route(import));
    if (attempt) return *attempt;
  }
  return Unexpected(Error{
      .code = ErrorCode::token_failure,
      .message =
          "the token takes this key by none of the ways known here; see its vendor's manual for how keys are imported",
      .detail = import.refusals});
}

}  // namespace signet::pkcs11
