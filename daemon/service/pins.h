#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "proto/result.h"
#include "proto/sha256.h"

namespace signet::service {

/// For keys whose file names no public key: the one they had when they were first described, in one file per key of
/// state-dir/pins. Taking back a pin is an officer's deed: removing its file, then a reload.
class Pins {
 public:
  /// Key names have no slash (rules::is_key_name), so a name is a file's name; a leading dot is no harm.
  explicit Pins(std::string directory) : directory_(std::move(directory)) {}

  /// Reads all records anew. One that is damaged is logged, and stands for its key. Error io_failure, naming the file
  /// in its detail; what was known then stays.
  Result<void> load();
  std::optional<Sha256Digest> find(std::string_view key) const;
  /// There is a record, and it cannot be read: the key must not be used, and no other be taken for it.
  bool is_damaged(std::string_view key) const;
  /// On the disk when this returns. Error io_failure.
  Result<void> record(const std::string& key, const Sha256Digest& spki_sha256);

 private:
  const std::string directory_;
  std::map<std::string, std::optional<Sha256Digest>, std::less<>> pins_;  ///< nothing: damaged
};

}  // namespace signet::service
