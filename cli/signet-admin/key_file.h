#pragma once

#include <string>

#include "cli/signet-admin/arguments.h"
#include "cli/signet-admin/failure.h"
#include "daemon/rules/profile.h"
#include "proto/public_key.h"

namespace signet::admin {

/// What the token tells for a file of keys.d.
struct KeyFileFacts {
  std::string link_name{};      ///< `token`; empty where it is not known
  std::string label{};          ///< CKA_LABEL
  std::string source{};         ///< the imported file's name without its ending
  bool token_shows_key = true;  ///< the token has a public key object; else the file carries the whole key
};

/// "2X9R4HXF34" from "AuthKey_2X9R4HXF34", which is how Apple names its files; empty for any other name. Any thread.
std::string apple_key_id(std::string_view file_stem);

struct KeyFileText {
  std::string text{};
  bool complete = false;  ///< every line has its value
};

/// The lines of a file of keys.d: those that the profile wants, or, where none is given, those of the profiles that
/// come with Signet. What is not known stands there without a value and with a comment: signetd names it in its report.
/// Failure usage: a value that would not be read back as it was given. Any thread.
Done<KeyFileText> key_file_text(const KeyFileFacts& facts, const KeyFileOptions& options, const PublicKey& key,
                                const rules::Profile* profile = nullptr);

}  // namespace signet::admin
