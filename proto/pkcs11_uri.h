#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "proto/bytes.h"
#include "proto/result.h"

namespace signet {

/// The attributes of an RFC 7512 PKCS#11 URI that we act on; an absent one matches everything.
struct Pkcs11Uri {
  std::optional<std::string> token{};  ///< CK_TOKEN_INFO label
  std::optional<std::string> manufacturer{};
  std::optional<std::string> model{};
  std::optional<std::string> serial{};
  std::optional<std::string> object{};  ///< CKA_LABEL
  std::optional<Bytes> id{};            ///< CKA_ID
  std::optional<std::string> type{};    ///< "private", "public", "cert"

  bool operator==(const Pkcs11Uri&) const = default;
};

/// Parses "pkcs11:token=build;object=AuthKey_2X9R4HXF34". Error bad_input, naming the attribute: unknown or repeated
/// attributes, bad percent-encoding, `pin-value` (a PIN never stands in a URI), `slot-id` (slot numbers change), query
/// attributes. Any thread.
Result<Pkcs11Uri> parse_pkcs11_uri(std::string_view text);
/// The canonical text: attributes in the struct's order, percent-encoded. Any thread.
std::string to_string(const Pkcs11Uri& uri);

}  // namespace signet
