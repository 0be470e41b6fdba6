#include "pkcs11/key_import.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "pkcs11/key_proof.h"
#include "pkcs11/mechanisms.h"
#include "pkcs11/object_listing.h"

namespace signet::pkcs11 {
namespace {

constexpr std::size_t kKeyIdBytes = 20;

Unexpected<Error> taken(std::string message) {
  return Unexpected(Error{.code = ErrorCode::not_permitted, .message = std::move(message)});
}

Unexpected<Error> no_listing(const CallFailure& failure) {
  return Unexpected(token_error(failure, "the token does not list its keys; try again, or ask its vendor"));
}

// Two keys of one label or id cannot be told apart by the URI in a key file.
Result<void> check_free(const TokenKey& existing, const PrivateKey& key, const KeyName& name) {
  if (existing.public_key && existing.public_key->spki() == key.public_key().spki()) {
    return taken(fmt::format("the token already holds this key, labelled \"{}\" (id {}); nothing was changed",
                             existing.label, hex(existing.id)));
  }
  if (existing.label == name.label)
    return taken(fmt::format("the token already has a key labelled \"{}\"; choose another with --label", name.label));
  if (existing.id == name.id) {
    return taken(fmt::format("the token already has a key with the id {} (\"{}\"); choose another with --id",
                             hex(name.id), existing.label));
  }
  return {};
}

Result<void> check_all_free(const Session& session, CK_SLOT_ID slot, const PrivateKey& key, const KeyName& name) {
  const auto mechanisms = signing_mechanisms(session.functions(), slot);
  if (!mechanisms) return no_listing(mechanisms.error());
  const auto keys = list_keys(session, *mechanisms);
  if (!keys) return no_listing(keys.error());
  for (const TokenKey& existing : *keys) SIGNET_TRY(check_free(existing, key, name));
  return {};
}

CallResult<CK_OBJECT_HANDLE> create_public_key(const Session& session, const PublicKey& key, const KeyName& name) {
  auto attributes = public_key_template(key, name);
  CK_OBJECT_HANDLE handle = 0;
  SIGNET_TRY(
      check("C_CreateObject", session.functions().C_CreateObject(session.handle(), attributes.attributes().data(),
                                                                 attributes.size(), &handle)));
  return handle;
}

Result<TokenKey> prove_in_fresh_session(const Session& session, CK_SLOT_ID slot, const KeyName& name,
                                        const PublicKey& key) {
  const auto fresh = Session::open(session.functions(), slot, SessionMode::read_only);
  if (!fresh)
    return Unexpected(token_error(fresh.error(), "the token gives no second session to prove the new key in"));
  return prove_key(*fresh, slot, name, key);
}

bool destroy(const Session& session, CK_OBJECT_HANDLE object) {
  return session.functions().C_DestroyObject(session.handle(), object) == CKR_OK;
}

Error after_clean_up(Error error, bool destroyed) {
  error.message += destroyed ? "; the key was destroyed again"
                             : "; the key could NOT be destroyed again: remove it with the vendor's tool";
  return error;
}

}  // namespace

Bytes default_key_id(const PublicKey& key) {
  const auto& digest = key.spki_sha256();
  return {digest.begin(), digest.begin() + kKeyIdBytes};
}

Result<ImportReport> import_key(const Session& session, CK_SLOT_ID slot, const PrivateKey& key, const KeyName& name) {
  SIGNET_TRY(check_all_free(session, slot, key, name));
  SIGNET_TRY_ASSIGN(const auto created, create_private_key(session, slot, key, name));
  const auto public_object = create_public_key(session, key.public_key(), name);
  auto proven = prove_in_fresh_session(session, slot, name, key.public_key());
  if (!proven) {
    bool destroyed = destroy(session, created.handle);
    if (public_object) destroyed = destroy(session, *public_object) && destroyed;
    return Unexpected(after_clean_up(std::move(proven.error()), destroyed));
  }
  return ImportReport{created, std::move(*proven), public_object ? std::string() : to_string(public_object.error())};
}

}  // namespace signet::pkcs11
