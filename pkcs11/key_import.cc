#include "pkcs11/key_import.h"

#include "pkcs11/free_key_name.h"
#include "pkcs11/key_proof.h"

namespace signet::pkcs11 {
namespace {

constexpr std::size_t kKeyIdBytes = 20;

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
  SIGNET_TRY(check_name_is_free(session, slot, name, &key.public_key()));
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
