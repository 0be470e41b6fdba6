#pragma once

#include <optional>
#include <string_view>

#include "pkcs11/key_template.h"
#include "pkcs11/session.h"
#include "pkcs11/token_key.h"

// Keys that are born on the token and never were anywhere else.
namespace signet::pkcs11 {

/// What to make. `rsa_bits` counts for RSA alone.
struct KeyKind {
  KeyType type = KeyType::ec_p256;
  CK_ULONG rsa_bits = 0;
};

/// "p256", "p384", "p521", "rsa2048", "rsa3072", "rsa4096", "ed25519"; nothing for another name. Any thread.
std::optional<KeyKind> key_kind_from_name(std::string_view name);
/// Those names, for a sentence.
std::string_view key_kind_names();

struct GenerationReport {
  TokenKey key;  ///< as read back from another session, its public half known
  Strictness strictness = Strictness::full;
};

/// CKA_ID where nobody chose one: 20 random octets, since it has to be said before there is a public key to derive it
/// from. Error internal. Any thread.
Result<Bytes> random_key_id();

/// C_GenerateKeyPair with the strictest template that the token takes, then prove_key, and the token's word that the
/// key was made there and has never been extractable; where any of it fails, what was made is destroyed. `session` is
/// read-write and logged in; the proof opens one of its own. Errors: not_permitted (label or id is there already),
/// token_failure (no mechanism, refused, not proven). Blocks in the module; one thread, no other in the module.
Result<GenerationReport> generate_key(const Session& session, CK_SLOT_ID slot, KeyKind kind, const KeyName& name);

}  // namespace signet::pkcs11
