#include "proto/pkcs11_uri.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "proto/hex_digit.h"
#include "proto/utf8.h"

namespace signet {
namespace {

constexpr std::string_view kScheme = "pkcs11:";
constexpr std::size_t kLongestNameBytes = 64;

Unexpected<Error> refuse(std::string message) {
  return Unexpected(Error{.code = ErrorCode::bad_input, .message = std::move(message)});
}

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-._~").find(c) != std::string_view::npos;
}

// What RFC 7512 section 2.3 lets stand unencoded in a path attribute's value (pk11-pchar without pct-encoded).
bool may_stand_unencoded(char c) {
  return is_unreserved(c) || std::string_view(":[]@!$'()*+,=&").find(c) != std::string_view::npos;
}

Result<std::string> percent_decode(std::string_view name, std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      if (!may_stand_unencoded(text[i]))
        return refuse(fmt::format("{}= holds a character that must be written as %XX", name));
      decoded += text[i];
      continue;
    }
    const auto high = i + 2 < text.size() ? hex_digit(text[i + 1]) : std::nullopt;
    const auto low = high ? hex_digit(text[i + 2]) : std::nullopt;
    if (!low) return refuse(fmt::format("{}= holds a % without two hexadecimal digits after it", name));
    decoded += static_cast<char>(*high * 16 + *low);
    i += 2;
  }
  return decoded;
}

std::string percent_encode(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    if (is_unreserved(c)) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

// RFC 7512 section 2.3: everything of an id is best percent-encoded.
std::string percent_encode_all(BytesView octets_of_id) {
  std::string encoded;
  for (const std::byte octet : octets_of_id) encoded += fmt::format("%{:02X}", std::to_integer<unsigned>(octet));
  return encoded;
}

struct TextAttribute {
  std::string_view name;
  std::optional<std::string> Pkcs11Uri::*member;
};
constexpr std::array kTextAttributes = {
    TextAttribute{"token", &Pkcs11Uri::token},   TextAttribute{"manufacturer", &Pkcs11Uri::manufacturer},
    TextAttribute{"model", &Pkcs11Uri::model},   TextAttribute{"serial", &Pkcs11Uri::serial},
    TextAttribute{"object", &Pkcs11Uri::object}, TextAttribute{"type", &Pkcs11Uri::type},
};

Unexpected<Error> refuse_name(std::string_view name) {
  if (name == "pin-value" || name == "pin-source") {
    return refuse(
        fmt::format("{} does not belong in a URI; the PIN comes from pin-file or the credential \"pin\"", name));
  }
  if (name == "slot-id") return refuse("slot-id is not used, since slot numbers change; name the token instead");
  const bool printable = std::ranges::all_of(name, is_unreserved) && !name.empty() && name.size() <= kLongestNameBytes;
  return refuse(
      fmt::format("{} is not an attribute of ours; use token, manufacturer, model, serial, object, id and type",
                  printable ? name : "a part of it"));
}

Result<void> check_text(std::string_view name, std::string_view text) {
  if (!is_utf8(text)) return refuse(fmt::format("{}= is not UTF-8", name));
  if (name == "type" && text != "private" && text != "public" && text != "cert") {
    return refuse("type= is one of private, public and cert");
  }
  return {};
}

Result<void> set_attribute(Pkcs11Uri& uri, std::string_view name, std::string_view value) {
  const auto attribute = std::ranges::find(kTextAttributes, name, &TextAttribute::name);
  const bool is_id = name == "id";
  if (!is_id && attribute == kTextAttributes.end()) return refuse_name(name);
  if (is_id ? uri.id.has_value() : (uri.*attribute->member).has_value()) {
    return refuse(fmt::format("{}= stands there twice", name));
  }
  SIGNET_TRY_ASSIGN(std::string decoded, percent_decode(name, value));
  if (decoded.empty()) return refuse(fmt::format("{}= has no value; leave it out to match everything", name));
  if (is_id) {
    uri.id = to_bytes(decoded);
    return {};
  }
  SIGNET_TRY(check_text(name, decoded));
  uri.*attribute->member = std::move(decoded);
  return {};
}

}  // namespace

Result<Pkcs11Uri> parse_pkcs11_uri(std::string_view text) {
  if (!text.starts_with(kScheme)) return refuse("a PKCS#11 URI begins with pkcs11:");
  std::string_view rest = text.substr(kScheme.size());
  if (rest.find('?') != std::string_view::npos) {
    return refuse("query attributes (after ?) are not used; module and PIN have options of their own");
  }
  Pkcs11Uri uri;
  while (!rest.empty()) {
    const std::string_view part = rest.substr(0, rest.find(';'));
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos) return refuse("each part of a PKCS#11 URI is written attribute=value");
    SIGNET_TRY(set_attribute(uri, part.substr(0, equals), part.substr(equals + 1)));
    rest.remove_prefix(part.size());
    if (rest == ";") return refuse("a PKCS#11 URI does not end in ;");
    if (!rest.empty()) rest.remove_prefix(1);
  }
  return uri;
}

std::string to_string(const Pkcs11Uri& uri) {
  std::string path;
  const auto append = [&path](std::string_view name, const std::string& encoded) {
    if (!path.empty()) path += ';';
    path += fmt::format("{}={}", name, encoded);
  };
  for (const TextAttribute& attribute : kTextAttributes) {
    // The struct's order: id stands between object and type.
    if (attribute.name == "type" && uri.id) append("id", percent_encode_all(*uri.id));
    if (const auto& value = uri.*attribute.member) append(attribute.name, percent_encode(*value));
  }
  return std::string(kScheme) + path;
}

}  // namespace signet
