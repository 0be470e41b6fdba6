#pragma once

#include <string>

#include "host/secret.h"
#include "proto/result.h"

namespace signet::pkcs11 {

/// A note on disk that survives any death of the process: "this PIN is being tried on this token". It is written and
/// synced before C_Login and removed after a success, so that one found at start means a PIN that was refused, or whose
/// outcome nobody knows. Such a PIN is not tried again until the operator changes it (or removes the note): tokens
/// count wrong PINs and lock themselves. One thread at a time.
class LoginRecord {
 public:
  /// `directory`: the state-dir.
  explicit LoginRecord(std::string directory);

  enum class Verdict { may_try, last_try, was_refused };
  /// May this PIN be tried on the token with this serial number? It is the same PIN where a salted, slow hash of it
  /// agrees in its last octet, which is too little to search for the PIN with; a changed PIN is mistaken for the old
  /// one in 1 of 256 cases. Errors io_failure (the note cannot be read).
  Result<Verdict> judge(const std::string& serial, const host::Secret& pin) const;

  /// Before C_Login. Error io_failure: then there must be no login.
  Result<void> write_pending(const std::string& serial, const host::Secret& pin) const;
  /// After a C_Login that failed without a word about the PIN; judge() then allows a last try, after whose failure the
  /// pending note stays.
  Result<void> note_unclear(const std::string& serial, const host::Secret& pin) const;
  /// After a success.
  Result<void> clear() const;

 private:
  struct Note;
  Result<void> write(const Note& note) const;

  std::string path_;
};

}  // namespace signet::pkcs11
