#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proto/result.h"

// Whom a certificate or a request for one is about, as text. Pure; any thread.
namespace signet::pkcs11 {

/// One attribute of a distinguished name (X.501), each in a relative name of its own.
struct NameAttribute {
  std::string type;  ///< one of kNameTypes
  std::string value;
};

struct CertificateSubject {
  std::vector<NameAttribute> name{};
  std::vector<std::string> dns_names{};  ///< subjectAltName (RFC 5280 section 4.2.1.6)
};

/// "/CN=build/O=Example GmbH" in this order; "\/" and "\\" stand for the character itself. Types: C, ST, L, O, OU, CN,
/// DC, serialNumber, emailAddress. Error bad_input, with the mend.
Result<std::vector<NameAttribute>> parse_subject(std::string_view text);

/// A host name of ASCII labels, its first perhaps "*" (RFC 5890 section 2.3.1, RFC 6125 section 6.4.3). Error
/// bad_input.
Result<void> check_dns_name(std::string_view name);

}  // namespace signet::pkcs11
