#pragma once

#include <optional>
#include <string>

#include <boost/json/fwd.hpp>

#include "cli/signet-admin/key_file.h"
#include "daemon/rules/profile.h"

// The key file of a key that is being made: checked before anything is done, written or printed after it.
namespace signet::admin {

/// Everything that can be wrong with the file is found before the PIN is asked for. `key` is of the kind that the new
/// key will have. Gives the profile; null where no file is to be written. Failures: usage, refused (it exists),
/// failure.
Done<rules::ProfilePtr> check_key_file_order(const KeyFileOptions& wanted, KeyFileFacts facts, const PublicKey& key);

struct WrittenKeyFile {
  KeyFileText content{};
  std::string path{};                ///< empty: it was not written, or not to be
  std::optional<Failure> failure{};  ///< why it was not: the key is on the token by then, so that this is told last
};

/// Failures: usage. `profile` is that of check_key_file_order.
Done<WrittenKeyFile> write_key_file(const KeyFileOptions& wanted, const KeyFileFacts& facts, const PublicKey& key,
                                    const rules::ProfilePtr& profile);

/// What is said of it after the key.
std::string told(const WrittenKeyFile& file);
/// The members key_file and key_file_path.
void tell_in_json(const WrittenKeyFile& file, boost::json::object& json);

}  // namespace signet::admin
