#include <fcntl.h>
#include <filesystem>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "cli/signet-admin/hsm_access.h"
#include "cli/signet-admin/key_commands.h"
#include "cli/signet-admin/key_file_writing.h"
#include "cli/signet-admin/key_views.h"
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

std::string told_in_json(const ImportReport& report, const WrittenKeyFile& key_file) {
  auto json = json_of(report.key);
  json["way_in"] = describe(report.created.route);
  json["public_object"] = report.no_public_object.empty();
  json["value_refused"] = true;
  json["test_signature_verified"] = true;
  tell_in_json(key_file, json);
  return boost::json::serialize(json) + "\n";
}

Done<ImportReport> import_into(const OpenHsm& hsm, const Invocation& invocation, const PrivateKey& key,
                               const pkcs11::KeyName& name) {
  SIGNET_TRY_ASSIGN(const auto session, open_user_session(hsm, pkcs11::SessionMode::read_write, invocation.secrets));
  auto report = pkcs11::import_key(session, hsm.token.slot, key, name);
  if (!report) return Unexpected(failure_of(report.error()));
  return std::move(*report);
}

}  // namespace

Done<Outcome> import_key(const Invocation& invocation) {
  SIGNET_TRY_ASSIGN(const auto target, resolve(invocation.hsm));
  SIGNET_TRY_ASSIGN(const auto key, read_key(invocation.argument, invocation.secrets));
  const auto name = name_of(invocation, key.public_key());
  auto facts = facts_of(invocation, target, name);
  SIGNET_TRY_ASSIGN(const auto profile, check_key_file_order(invocation.key_file, facts, key.public_key()));
  SIGNET_TRY_ASSIGN(const auto hsm, open_hsm(target));
  SIGNET_TRY_ASSIGN(const auto report, import_into(hsm, invocation, key, name));
  facts.token_shows_key = report.no_public_object.empty();
  SIGNET_TRY_ASSIGN(const auto key_file, write_key_file(invocation.key_file, facts, key.public_key(), profile));
  auto text = invocation.json ? told_in_json(report, key_file)
                              : told(invocation, hsm, report) + told(key_file) + advice(invocation);
  return Outcome{std::move(text), key_file.failure};
}

}  // namespace signet::admin
