#include "cli/signet-admin/key_file_writing.h"

#include <boost/json/object.hpp>
#include <fmt/format.h>

#include "cli/signet-admin/key_file_check.h"
#include "cli/signet-admin/new_file.h"

namespace signet::admin {
namespace {

NewFile file_of(const KeyFileOptions& options) {
  return {.path = options.path, .noun = "key file", .option = "--write-key-file"};
}

// Its lines are on stdout then.
Failure not_written(const Failure& why) {
  return {ExitCode::failure,
          "The key is on the token, but its key file is not written; put the lines above into it yourself. " +
              why.sentence};
}

}  // namespace

Done<rules::ProfilePtr> check_key_file_order(const KeyFileOptions& wanted, KeyFileFacts facts, const PublicKey& key) {
  SIGNET_TRY(key_file_text(facts, wanted, key));
  if (wanted.path.empty()) return rules::ProfilePtr();
  SIGNET_TRY(check_can_be_made(file_of(wanted)));
  SIGNET_TRY_ASSIGN(const auto profile, read_profile(wanted.profiles_dir, wanted.profile));
  // With the whole key in it: from a hash nobody could say whether its kind fits the profile's algorithm.
  facts.token_shows_key = false;
  SIGNET_TRY_ASSIGN(const auto key_file, key_file_text(facts, wanted, key, profile.get()));
  SIGNET_TRY(check_key_file(wanted.path, key_file.text, profile));
  return profile;
}

Done<WrittenKeyFile> write_key_file(const KeyFileOptions& wanted, const KeyFileFacts& facts, const PublicKey& key,
                                    const rules::ProfilePtr& profile) {
  WrittenKeyFile file;
  SIGNET_TRY_ASSIGN(file.content, key_file_text(facts, wanted, key, profile.get()));
  if (wanted.path.empty()) return file;
  const auto written = write_new_file(file_of(wanted), file.content.text);
  if (written)
    file.path = wanted.path;
  else
    file.failure = not_written(written.error());
  return file;
}

std::string told(const WrittenKeyFile& file) {
  if (file.path.empty()) return "\nFor a file in keys.d:\n\n" + file.content.text;
  return fmt::format("\nWrote {}; {}reload signetd.\n", file.path, file.content.complete ? "" : "complete it, then ");
}

void tell_in_json(const WrittenKeyFile& file, boost::json::object& json) {
  json["key_file"] = file.content.text;
  json["key_file_path"] = nullptr;
  if (!file.path.empty()) json["key_file_path"] = file.path;
}

}  // namespace signet::admin
