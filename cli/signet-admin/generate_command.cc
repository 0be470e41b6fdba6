#include <memory>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "cli/signet-admin/hsm_access.h"
#include "cli/signet-admin/key_commands.h"
#include "cli/signet-admin/key_file_writing.h"
#include "cli/signet-admin/key_views.h"
#include "pkcs11/key_generation.h"
#include "proto/openssl_handles.h"
#include "proto/ssh_public_key.h"

namespace signet::admin {
namespace {

using pkcs11::GenerationReport;

EvpKey make_key(KeyType type) {
  switch (type) {
    case KeyType::rsa:
      return EvpKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048}));
    case KeyType::ed25519:
      return EvpKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    case KeyType::ec_p256:
      return EvpKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
    case KeyType::ec_p384:
      return EvpKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-384"));
    case KeyType::ec_p521:
      break;
  }
  return EvpKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-521"));
}

/// A key of that type, for nothing but a look at the key file before the real one is made.
Result<PublicKey> sample_key(KeyType type) {
  const EvpKey key = make_key(type);
  unsigned char* der = nullptr;
  const int length = key ? i2d_PUBKEY(key.get(), &der) : -1;
  if (length <= 0) return Unexpected(make_error(ErrorCode::internal, "EVP_PKEY_Q_keygen"));
  const Bytes spki = to_bytes(std::as_bytes(std::span(der, static_cast<std::size_t>(length))));
  OPENSSL_free(der);
  return PublicKey::from_spki(spki);
}

Done<rules::ProfilePtr> check_files(const Invocation& invocation, const KeyFileFacts& facts) {
  const auto sample = sample_key(invocation.kind.type);
  if (!sample) return Unexpected(failure_of(sample.error()));
  return check_key_file_order(invocation.key_file, facts, *sample);
}

Done<pkcs11::KeyName> name_of(const Invocation& invocation) {
  if (invocation.id) return pkcs11::KeyName{invocation.argument, *invocation.id};
  auto id = pkcs11::random_key_id();
  if (!id) return Unexpected(failure_of(id.error()));
  return pkcs11::KeyName{invocation.argument, *std::move(id)};
}

Done<GenerationReport> generate_on(const OpenHsm& hsm, const Invocation& invocation, const pkcs11::KeyName& name) {
  SIGNET_TRY_ASSIGN(const auto session, open_user_session(hsm, pkcs11::SessionMode::read_write, invocation.secrets));
  auto report = pkcs11::generate_key(session, hsm.token.slot, invocation.kind, name);
  if (!report) return Unexpected(failure_of(report.error()));
  return std::move(*report);
}

boost::json::object jwk_of(const PublicKey& key) {
  boost::json::object jwk;
  for (const auto& [name, value] : key.jwk()) jwk.emplace(name, value);
  return jwk;
}

std::string told(const OpenHsm& hsm, const GenerationReport& report) {
  const PublicKey& key = *report.key.public_key;
  auto text = fmt::format("Made \"{}\" (id {}) in the token \"{}\" (serial {}).\n\n", report.key.label,
                          hex(report.key.id), hsm.token.label, hsm.token.serial);
  if (report.strictness == pkcs11::Strictness::plain)
    text += "  protection      the token refused to forbid other uses and later changes\n";
  text += "  read back       sensitive=1 extractable=0 always_sensitive=1 never_extractable=1 local=1\n";
  text += "  its value       refused by the token (CKR_ATTRIBUTE_SENSITIVE)\n";
  text += "  test signature  made in the token, verified with its public half\n";
  text += "  history         born inside: it was never outside the token\n";
  text += "  thumbprint      " + key.thumbprint() + "\n";
  return text + "\n" + key.pem() + "\n" + boost::json::serialize(jwk_of(key)) + "\n\n" +
         ssh_public_key(key, report.key.label) + "\n";
}

std::string told_in_json(const GenerationReport& report, const WrittenKeyFile& key_file) {
  const PublicKey& key = *report.key.public_key;
  auto json = json_of(report.key);
  json["value_refused"] = true;
  json["test_signature_verified"] = true;
  json["pem"] = key.pem();
  json["jwk"] = jwk_of(key);
  json["ssh"] = ssh_public_key(key, report.key.label);
  tell_in_json(key_file, json);
  return boost::json::serialize(json) + "\n";
}

}  // namespace

Done<Outcome> generate_key(const Invocation& invocation) {
  SIGNET_TRY_ASSIGN(const auto target, resolve(invocation.hsm));
  SIGNET_TRY_ASSIGN(const auto name, name_of(invocation));
  const KeyFileFacts facts{.link_name = target.link_name, .label = name.label};
  SIGNET_TRY_ASSIGN(const auto profile, check_files(invocation, facts));
  SIGNET_TRY_ASSIGN(const auto hsm, open_hsm(target));
  SIGNET_TRY_ASSIGN(const auto report, generate_on(hsm, invocation, name));
  SIGNET_TRY_ASSIGN(const auto key_file, write_key_file(invocation.key_file, facts, *report.key.public_key, profile));
  auto text = invocation.json ? told_in_json(report, key_file) : told(hsm, report) + told(key_file);
  return Outcome{std::move(text), key_file.failure};
}

}  // namespace signet::admin
