#include <fcntl.h>
#include <filesystem>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "cli/signet-admin/hsm_access.h"
#include "cli/signet-admin/key_commands.h"
#include "cli/signet-admin/key_file.h"
#include "cli/signet-admin/key_file_check.h"
#include "cli/signet-admin/key_views.h"
#include "cli/signet-admin/new_file.h"
#include "cli/signet-admin/secret_entry.h"
#include "host/file_descriptor.h"
#include "host/os_error.h"
#include "pkcs11/key_import.h"

namespace signet::admin {
namespace {

using pkcs11::ImportReport;
using pkcs11::PrivateKey;

constexpr std::size_t kLargestKeyFile = std::size_t{64} * 1024;

// From a pipe too: key import <(decrypt apple.p8.enc).
Result<host::Secret> read_file(const std::string& path) {
  const host::FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!file.valid()) return host::os_error("the file cannot be opened", "open " + path);
  return host::read_secret_descriptor(file.get(), kLargestKeyFile, host::FinalNewline::kept);
}

Done<PrivateKey> read_key(const std::string& path, const SecretDescriptors& secrets) {
  const auto file = read_file(path);
  if (!file)
    return Unexpected(
        failure_of({file.error().code,
                    "the file " + path + " cannot be used: it is missing, unreadable, empty or larger than 64 KiB",
                    file.error().detail}));
  std::optional<Failure> not_asked;
  auto key = PrivateKey::from_file(file->bytes(), [&]() -> Result<host::Secret> {
    auto passphrase = read_or_ask(secrets.passphrase, fmt::format("Passphrase of {}: ", path));
    if (passphrase) return std::move(*passphrase);
    not_asked = passphrase.error();
    return Unexpected(make_error(ErrorCode::bad_input));
  });
  if (not_asked) return Unexpected(*not_asked);
  if (!key)
    return Unexpected(failure_of(
        {key.error().code, "the file " + path + " cannot be imported: " + key.error().message, key.error().detail}));
  return std::move(*key);
}

pkcs11::KeyName name_of(const Invocation& invocation, const PublicKey& key) {
  const auto stem = std::filesystem::path(invocation.argument).stem().string();
  return {invocation.label.value_or(stem), invocation.id.value_or(pkcs11::default_key_id(key))};
}

NewFile file_of(const KeyFileOptions& options) {
  return {.path = options.path, .noun = "key file", .option = "--write-key-file"};
}

KeyFileFacts facts_of(const Invocation& invocation, const HsmTarget& target, const pkcs11::KeyName& name) {
  return {target.link_name, name.label, std::filesystem::path(invocation.argument).stem().string()};
}

std::string told(const Invocation& invocation, const OpenHsm& hsm, const ImportReport& report) {
  const auto& key = report.key;
  auto text = fmt::format("Imported {} into the token \"{}\" (serial {}).\n\n", invocation.argument, hsm.token.label,
                          hsm.token.serial);
  text += fmt::format("  way in          {}{}\n", describe(report.created.route),
                      report.created.strictness == pkcs11::Strictness::full
                          ? ""
                          : "; the token refused to forbid other uses and later changes");
  text +=
      "  read back       " +
      fmt::format("sensitive={} extractable={} always_sensitive={} never_extractable={} local={}\n", int{key.sensitive},
                  int{key.extractable}, int{key.always_sensitive}, int{key.never_extractable}, int{key.local});
  text += "  its value       refused by the token (CKR_ATTRIBUTE_SENSITIVE)\n";
  text += "  test signature  made in the token, verified with the file's public key\n";
  text += "  public object   " +
          (report.no_public_object.empty() ? std::string("created beside it")
                                           : "refused by the token (" + report.no_public_object + ")") +
          "\n";
  text += "  history         imported: it was outside the token once\n";
  return text;
}

std::string advice(const Invocation& invocation) {
  return fmt::format(
      "\n{0} still holds the key in the clear. Destroy it and every copy (shred -u {0}); a copy that is forgotten is "
      "the one that leaks.\n",
      invocation.argument);
}

std::string told_in_json(const Invocation& invocation, const ImportReport& report, const std::string& key_file,
                         bool written) {
  auto json = json_of(report.key);
  json["way_in"] = describe(report.created.route);
  json["public_object"] = report.no_public_object.empty();
  json["value_refused"] = true;
  json["test_signature_verified"] = true;
  json["key_file"] = key_file;
  json["key_file_path"] = nullptr;
  if (written) json["key_file_path"] = invocation.key_file.path;
  return boost::json::serialize(json) + "\n";
}

// Everything that can be wrong with the files is found before the PIN is asked for. The profile: null where none is
// read.
Done<rules::ProfilePtr> check_files(const Invocation& invocation, KeyFileFacts facts, const PublicKey& key) {
  const auto& wanted = invocation.key_file;
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

Done<ImportReport> import_into(const OpenHsm& hsm, const Invocation& invocation, const PrivateKey& key,
                               const pkcs11::KeyName& name) {
  SIGNET_TRY_ASSIGN(const auto session, open_user_session(hsm, pkcs11::SessionMode::read_write, invocation.secrets));
  auto report = pkcs11::import_key(session, hsm.token.slot, key, name);
  if (!report) return Unexpected(failure_of(report.error()));
  return std::move(*report);
}

std::string about_key_file(const Invocation& invocation, const KeyFileText& key_file, bool written) {
  if (!written) return "\nFor a file in keys.d:\n\n" + key_file.text;
  return fmt::format("\nWrote {}; {}reload signetd.\n", invocation.key_file.path,
                     key_file.complete ? "" : "complete it, then ");
}

// The key is in the token by now: where the file cannot be written after all, its lines are on stdout.
Failure not_written(const Failure& why) {
  return {
      ExitCode::failure,
      "The key is imported, but its key file is not written; put the lines above into it yourself. " + why.sentence};
}

}  // namespace

Done<Outcome> import_key(const Invocation& invocation) {
  SIGNET_TRY_ASSIGN(const auto target, resolve(invocation.hsm));
  SIGNET_TRY_ASSIGN(const auto key, read_key(invocation.argument, invocation.secrets));
  const auto name = name_of(invocation, key.public_key());
  auto facts = facts_of(invocation, target, name);
  SIGNET_TRY_ASSIGN(const auto profile, check_files(invocation, facts, key.public_key()));
  SIGNET_TRY_ASSIGN(const auto hsm, open_hsm(target));
  SIGNET_TRY_ASSIGN(const auto report, import_into(hsm, invocation, key, name));
  facts.token_shows_key = report.no_public_object.empty();
  SIGNET_TRY_ASSIGN(const auto key_file, key_file_text(facts, invocation.key_file, key.public_key(), profile.get()));
  const bool wanted = !invocation.key_file.path.empty();
  const auto written = wanted ? write_new_file(file_of(invocation.key_file), key_file.text) : Done<void>();
  Outcome outcome;
  outcome.text = invocation.json ? told_in_json(invocation, report, key_file.text, wanted && written)
                                 : told(invocation, hsm, report) +
                                       about_key_file(invocation, key_file, wanted && written) + advice(invocation);
  if (!written) outcome.failure = not_written(written.error());
  return outcome;
}

}  // namespace signet::admin
