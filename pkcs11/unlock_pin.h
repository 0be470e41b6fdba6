#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "host/file_descriptor.h"
#include "pkcs11/login_note.h"

namespace signet::pkcs11 {

/// A token's record of login attempts (login_record.h) as the operator meets it: looked at, and removed once the PIN is
/// known to be right. A signet-token that logs in meanwhile is never made to wait. One thread at a time.
class UnlockPin {
 public:
  /// Is there a record of any token in that state-dir? Errors: io_failure (the directory is not there, or not for this
  /// user).
  static Result<bool> any(const std::string& state_dir);
  /// That of the token with this serial number; nothing where there is none. Errors as above.
  static Result<std::optional<UnlockPin>> find(const std::string& state_dir, const std::string& serial);

  /// What it says; nothing where the file is none of ours, or speaks of another token.
  const std::optional<LoginNote>& note() const { return note_; }
  std::int64_t since() const { return since_; }  ///< Unix seconds
  /// Is the process alive that tries this PIN, without having an answer yet?
  bool is_being_tried() const { return being_tried_; }

  enum class Clearing { cleared, is_being_tried, replaced };
  /// Removes this record durably; another that has taken its place meanwhile stays. Error io_failure.
  Result<Clearing> clear() const;

 private:
  explicit UnlockPin(std::string path, host::FileDescriptor file) : path_(std::move(path)), file_(std::move(file)) {}
  Result<void> look(const std::string& serial);

  std::string path_;
  host::FileDescriptor file_;
  std::optional<LoginNote> note_{};
  std::int64_t since_ = 0;
  bool being_tried_ = false;
};

}  // namespace signet::pkcs11
