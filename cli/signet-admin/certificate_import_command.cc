#include <fcntl.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "cli/signet-admin/certificate_commands.h"
#include "cli/signet-admin/hsm_access.h"
#include "host/process.h"
#include "pkcs11/certificate_import.h"

namespace signet::admin {
namespace {

using pkcs11::ImportedCertificate;

constexpr std::size_t kLargestCertificateFile = std::size_t{256} * 1024;

Done<X509Certificate> read_file(const std::string& path) {
  const auto file = host::read_file(path, kLargestCertificateFile);
  if (!file)
    return Unexpected(failure_of({file.error().code, "the file " + path + " cannot be read", file.error().detail}));
  auto certificate = pkcs11::read_certificate_file(bytes_of(*file));
  if (!certificate)
    return Unexpected(failure_of(
        {certificate.error().code, "the file " + path + " cannot be imported: " + certificate.error().message}));
  return std::move(*certificate);
}

std::string when(std::chrono::sys_seconds time) { return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", time); }

std::string told(const X509Certificate& certificate, const ImportedCertificate& imported) {
  return fmt::format(
      "Stored the certificate beside the key \"{}\" (id {}).\n\n"
      "  valid           {} to {}\n"
      "  x5t#S256        {}\n"
      "  x5t             {}\n\n{}\n",
      imported.key.label, hex(imported.key.id), when(certificate.not_before()), when(certificate.not_after()),
      certificate.sha256_thumbprint(), certificate.sha1_thumbprint(),
      imported.is_used ? "JWTs that name a certificate name this one; reload signetd."
                       : "JWTs go on naming another certificate of the key: one that is valid, and began later.");
}

std::string told_in_json(const X509Certificate& certificate, const ImportedCertificate& imported) {
  return boost::json::serialize(boost::json::object{{"label", imported.key.label},
                                                    {"id", hex(imported.key.id)},
                                                    {"not_before", when(certificate.not_before())},
                                                    {"not_after", when(certificate.not_after())},
                                                    {"x5t_s256", certificate.sha256_thumbprint()},
                                                    {"x5t", certificate.sha1_thumbprint()},
                                                    {"used", imported.is_used}}) +
         "\n";
}

}  // namespace

Done<std::string> import_certificate(const Invocation& invocation) {
  SIGNET_TRY_ASSIGN(const auto target, resolve(invocation.hsm));
  SIGNET_TRY_ASSIGN(const auto certificate, read_file(invocation.argument));
  SIGNET_TRY_ASSIGN(const auto hsm, open_hsm(target));
  SIGNET_TRY_ASSIGN(const auto session, open_user_session(hsm, pkcs11::SessionMode::read_write, invocation.secrets));
  const auto imported = pkcs11::import_certificate(session, hsm.token.slot, certificate);
  if (!imported) return Unexpected(failure_of(imported.error()));
  return invocation.json ? told_in_json(certificate, *imported) : told(certificate, *imported);
}

}  // namespace signet::admin
