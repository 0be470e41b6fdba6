#include "pkcs11/free_key_name.h"

#include <fmt/format.h>

#include "pkcs11/mechanisms.h"
#include "pkcs11/object_listing.h"

namespace signet::pkcs11 {
namespace {

Unexpected<Error> taken(std::string message) {
  return Unexpected(Error{.code = ErrorCode::not_permitted, .message = std::move(message)});
}

Unexpected<Error> no_listing(const CallFailure& failure) {
  return Unexpected(token_error(failure, "the token does not list its keys; try again, or ask its vendor"));
}

Result<void> check_against(const TokenKey& existing, const KeyName& name, const PublicKey* public_key) {
  if (public_key != nullptr && existing.public_key && existing.public_key->spki() == public_key->spki()) {
    return taken(fmt::format("the token already holds this key, labelled \"{}\" (id {}); nothing was changed",
                             existing.label, hex(existing.id)));
  }
  if (existing.label == name.label)
    return taken(fmt::format("the token already has a key labelled \"{}\"; choose another label", name.label));
  if (existing.id == name.id) {
    return taken(fmt::format("the token already has a key with the id {} (\"{}\"); choose another with --id",
                             hex(name.id), existing.label));
  }
  return {};
}

}  // namespace

Result<void> check_name_is_free(const Session& session, CK_SLOT_ID slot, const KeyName& name,
                                const PublicKey* public_key) {
  const auto mechanisms = signing_mechanisms(session.functions(), slot);
  if (!mechanisms) return no_listing(mechanisms.error());
  const auto keys = list_keys(session, *mechanisms);
  if (!keys) return no_listing(keys.error());
  for (const TokenKey& existing : *keys) SIGNET_TRY(check_against(existing, name, public_key));
  return {};
}

}  // namespace signet::pkcs11
