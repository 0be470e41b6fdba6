#pragma once

#include <string>
#include <string_view>

#include "host/file_descriptor.h"
#include "host/secret.h"
#include "proto/result.h"

namespace signet::pkcs11 {

/// Every record's file in a state-dir is called this and 16 hexadecimal digits.
inline constexpr std::string_view kLoginRecordPrefix = "login-attempt.";
/// The file of the token with that serial number, which names it by the beginning of its SHA-256: a serial number may
/// have any octets. A record per token, or a login to one would wipe out the refusal by another.
std::string login_record_path(const std::string& state_dir, std::string_view serial);
/// The octets a record may have at most.
inline constexpr std::size_t kMaxLoginRecordBytes = 4096;
/// io_failure, for people; `detail` is the system call and its reason.
Unexpected<Error> no_login_record(std::string detail);

/// A note on disk that survives any death of the process: "this PIN is being tried on this token". It is written and
/// synced before C_Login and removed after a success, so that one found at start means a PIN that was refused, or whose
/// outcome nobody knows. Such a PIN is not tried again until the operator changes it (or says that it is right, by
/// signet-admin token unlock-pin): tokens count wrong PINs and lock themselves. One thread at a time.
///
/// While the PIN is being tried, the file is locked (flock(2)), which ends with the process however it ends:
/// unlock_pin.h tells by this a login that is under way from one whose outcome will never be known.
class LoginRecord {
 public:
  /// `directory`: the state-dir.
  explicit LoginRecord(std::string directory);

  enum class Verdict { may_try, last_try, was_refused };
  /// May this PIN be tried on the token with this serial number? It is the same PIN where a salted, slow hash of it
  /// agrees in its last octet, which is too little to search for the PIN with; a changed PIN is mistaken for the old
  /// one in 1 of 256 cases. A note that is none of ours, or not of this token, counts as a refusal. Errors io_failure
  /// (the note cannot be read).
  Result<Verdict> judge(const std::string& serial, const host::Secret& pin) const;

  /// Before C_Login. Error io_failure: then there must be no login. Locked until one of the two below, or the object's
  /// end.
  Result<void> write_pending(const std::string& serial, const host::Secret& pin) const;
  /// After a C_Login that failed without a word about the PIN; judge() then allows a last try, after whose failure the
  /// pending note stays.
  Result<void> note_unclear(const std::string& serial, const host::Secret& pin) const;
  /// After a success.
  Result<void> clear(const std::string& serial) const;

 private:
  std::string directory_;
  mutable host::FileDescriptor pending_{};  ///< the locked file while the PIN is being tried
};

}  // namespace signet::pkcs11
