#include "cli/signet-admin/certificate_commands.h"

#include <functional>

#include <fmt/format.h>

#include "cli/signet-admin/hsm_access.h"
#include "cli/signet-admin/key_commands.h"
#include "cli/signet-admin/new_file.h"
#include "pkcs11/certificate.h"
#include "pkcs11/certificate_request.h"
#include "pkcs11/mechanisms.h"

namespace signet::admin {
namespace {

using pkcs11::CertificateKey;
using pkcs11::CertificateSubject;
using pkcs11::RsaPadding;
using pkcs11::TokenKey;
using Make = std::function<Result<std::string>(const CertificateKey&, const CertificateSubject&)>;

NewFile file_of(const CertificateOptions& options) { return {.path = options.out, .noun = "file", .option = "--out"}; }

// What is wrong with the command line is said before the PIN is asked for, a name that no certificate takes included.
Done<CertificateSubject> subject_of(const CertificateOptions& options) {
  const auto wrong = [](const Error& error) { return Unexpected(failure_of(ExitCode::usage, error)); };
  auto name = pkcs11::parse_subject(options.subject);
  if (!name) return wrong(name.error());
  if (const auto encoded = pkcs11::x509_name(*name); !encoded) return wrong(encoded.error());
  for (const auto& dns : options.dns) {
    if (const auto checked = pkcs11::check_dns_name(dns); !checked) return wrong(checked.error());
  }
  return CertificateSubject{std::move(*name), options.dns};
}

Done<TokenKey> key_to_sign_with(const OpenHsm& hsm, const pkcs11::Session& session, const Invocation& invocation,
                                RsaPadding padding) {
  SIGNET_TRY_ASSIGN(const auto keys, keys_of(session, hsm.token.slot));
  SIGNET_TRY_ASSIGN(auto key, choose_key(keys, invocation.argument));
  if (const auto checked = pkcs11::check_certificate_key(key, padding); !checked)
    return Unexpected(failure_of(checked.error()));
  const auto mechanisms = pkcs11::signing_mechanisms(session.functions(), hsm.token.slot);
  if (!mechanisms)
    return Unexpected(failure_of(pkcs11::token_error(mechanisms.error(), "the token does not list its mechanisms")));
  const auto openssl = provider::LibraryContext::create();
  if (!openssl) return Unexpected(failure_of(openssl.error()));
  auto evp = pkcs11::TokenEvpKey::create(**openssl, {hsm.token.serial, key.id, key.label}, key,
                                         std::make_shared<const std::set<CK_MECHANISM_TYPE>>(*mechanisms));
  if (!evp) return Unexpected(failure_of(evp.error()));
  key.evp = std::move(*evp);
  return key;
}

Done<std::string> make(const Invocation& invocation, const Make& make_pem) {
  const auto& options = invocation.certificate;
  SIGNET_TRY_ASSIGN(const auto subject, subject_of(options));
  if (!options.out.empty()) SIGNET_TRY(check_can_be_made(file_of(options)));
  SIGNET_TRY_ASSIGN(const auto target, resolve(invocation.hsm));
  SIGNET_TRY_ASSIGN(const auto hsm, open_hsm(target));
  SIGNET_TRY_ASSIGN(const auto session, open_user_session(hsm, pkcs11::SessionMode::read_only, invocation.secrets));
  const auto padding = options.pss ? RsaPadding::pss : RsaPadding::pkcs1;
  SIGNET_TRY_ASSIGN(const auto key, key_to_sign_with(hsm, session, invocation, padding));
  const auto pem = make_pem({key, session, padding}, subject);
  if (!pem) return Unexpected(failure_of(pem.error()));
  if (options.out.empty()) return *pem;
  SIGNET_TRY(write_new_file(file_of(options), *pem));
  return fmt::format("Wrote {}, signed by the token and verified with the key's public half.\n", options.out);
}

}  // namespace

Done<std::string> request_certificate(const Invocation& invocation) {
  return make(invocation, pkcs11::make_certificate_request);
}

Done<std::string> self_sign_certificate(const Invocation& invocation) {
  const pkcs11::Validity validity{std::chrono::system_clock::now(), invocation.certificate.days};
  return make(invocation, [&](const CertificateKey& key, const CertificateSubject& subject) {
    return pkcs11::make_self_signed_certificate(key, subject, validity);
  });
}

}  // namespace signet::admin
