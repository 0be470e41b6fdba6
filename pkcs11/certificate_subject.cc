#include "pkcs11/certificate_subject.h"

#include <algorithm>
#include <array>

#include "proto/utf8.h"

namespace signet::pkcs11 {
namespace {

constexpr std::array<std::string_view, 9> kNameTypes{"C",  "ST",           "L",           "O", "OU", "CN",
                                                     "DC", "serialNumber", "emailAddress"};
constexpr std::size_t kLongestDnsName = 253;
constexpr std::size_t kLongestDnsLabel = 63;

Unexpected<Error> bad(std::string message) {
  return Unexpected(Error{.code = ErrorCode::bad_input, .message = std::move(message)});
}

bool has_control_character(std::string_view text) { return std::ranges::any_of(text, is_control); }

// "TYPE=value" of each part between slashes that no backslash protects.
std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '/') {
      parts.emplace_back();
      continue;
    }
    if (text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '/' || text[i + 1] == '\\')) ++i;
    parts.back() += text[i];
  }
  return parts;
}

Result<NameAttribute> attribute_of(const std::string& part) {
  const auto equals = part.find('=');
  const auto type = part.substr(0, equals);
  if (equals == std::string::npos || std::ranges::find(kNameTypes, type) == kNameTypes.end()) {
    return bad("the subject has a part \"" + part +
               "\" that does not begin with C=, ST=, L=, O=, OU=, CN=, DC=, serialNumber= or emailAddress=; a slash "
               "inside a value is written \\/");
  }
  NameAttribute attribute{type, part.substr(equals + 1)};
  if (attribute.value.empty()) return bad("the subject has nothing after " + type + "=; give a value or leave it out");
  return attribute;
}

bool is_dns_label(std::string_view label) {
  const auto alphanumeric = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return !label.empty() && label.size() <= kLongestDnsLabel && alphanumeric(label.front()) &&
         alphanumeric(label.back()) && std::ranges::all_of(label, [&](char c) { return alphanumeric(c) || c == '-'; });
}

}  // namespace

Result<std::vector<NameAttribute>> parse_subject(std::string_view text) {
  if (!text.starts_with('/') || text.size() == 1)
    return bad("the subject is written like \"/CN=build/O=Example\", with a slash before each part");
  if (!is_utf8(text) || has_control_character(text)) return bad("the subject is UTF-8 text without control characters");
  std::vector<NameAttribute> name;
  for (const std::string& part : split(text)) {
    SIGNET_TRY_ASSIGN(auto attribute, attribute_of(part));
    name.push_back(std::move(attribute));
  }
  return name;
}

Result<void> check_dns_name(std::string_view name) {
  const auto refused = [&] {
    return bad("\"" + std::string(name) + "\" is no DNS name: letters, digits and hyphens between dots, in ASCII");
  };
  if (has_control_character(name) || !is_utf8(name)) return bad("a DNS name has letters, digits, hyphens and dots");
  std::string_view rest = name.starts_with("*.") ? name.substr(2) : name;
  if (rest.empty() || name.size() > kLongestDnsName) return refused();
  for (;;) {
    const auto dot = rest.find('.');
    if (!is_dns_label(rest.substr(0, dot))) return refused();
    if (dot == std::string_view::npos) return {};
    rest.remove_prefix(dot + 1);
  }
}

}  // namespace signet::pkcs11
