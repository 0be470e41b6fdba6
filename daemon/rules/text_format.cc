#include "daemon/rules/text_format.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <limits>

#include "proto/hex_digit.h"

namespace signet::rules {
namespace {

struct FormatInfo {
  TextFormat format;
  std::string_view name;
  std::string_view description;
  FormatBounds bounds;
};

constexpr std::size_t kAnyLength = std::numeric_limits<std::size_t>::max();

constexpr std::array<FormatInfo, 6> kFormats{{
    {TextFormat::uuid, "uuid", "a UUID: 8-4-4-4-12 hexadecimal digits", {36, 36, "-"}},
    {TextFormat::origin,
     "origin",
     "an origin: https://host or https://host:port in lower case, without a path",
     {9, kAnyLength, "https:/"}},
    {TextFormat::http_origin,
     "http-origin",
     "an origin: http://host or http://host:port in lower case, without a path",
     {8, kAnyLength, "http:/"}},
    {TextFormat::https_url,
     "https-url",
     "an https address with its host in lower case, without user name and fragment",
     {9, kAnyLength, "https:/"}},
    {TextFormat::email, "email", "an e-mail address", {3, kAnyLength, "@"}},
    {TextFormat::mailto, "mailto", "mailto: and an e-mail address", {10, kAnyLength, "mailto:@"}},
}};

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_letter(char c) { return is_lower(c) || (c >= 'A' && c <= 'Z'); }

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !hex_digit(text[i])) return false;
  }
  return true;
}

/// RFC 1123 section 2.1: letters, digits and inner dashes, at most 63 of them.
bool is_label(std::string_view label) {
  const auto plain = [](char c) { return is_lower(c) || is_digit(c) || c == '-'; };
  return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
         std::ranges::all_of(label, plain);
}

/// In lower case, as browsers write origins (RFC 6454 section 4): a service compares octet by octet.
bool is_host(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']')) {
    const auto address = host.substr(1, host.size() - 2);
    return address.find(':') != address.npos &&
           std::ranges::all_of(address, [](char c) { return lower_hex_digit(c) || c == ':'; });
  }
  while (!host.empty()) {
    const auto dot = host.find('.');
    if (!is_label(host.substr(0, dot))) return false;
    if (dot == host.npos) return true;
    host.remove_prefix(dot + 1);
  }
  return false;
}

/// A default port has no place in an origin: browsers leave it out (RFC 6454 section 6.2).
bool is_port(std::string_view text, std::string_view default_port) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() && port > 0 && !text.starts_with('0') &&
         text != default_port;
}

bool is_authority(std::string_view authority, std::string_view default_port) {
  const auto bracket = authority.rfind(']');
  const auto colon = authority.find(':', bracket == authority.npos ? 0 : bracket);
  if (colon == authority.npos) return is_host(authority);
  return is_host(authority.substr(0, colon)) && is_port(authority.substr(colon + 1), default_port);
}

bool is_origin(std::string_view text, std::string_view scheme, std::string_view default_port) {
  return text.starts_with(scheme) && is_authority(text.substr(scheme.size()), default_port);
}

/// RFC 3986 section 3.3 and 3.4; what it does not list, such as spaces and quotes, is refused.
bool is_path_character(char c) {
  static constexpr std::string_view kMarks = "-._~!$&'()*+,;=:@/?%";
  return is_letter(c) || is_digit(c) || kMarks.find(c) != kMarks.npos;
}

bool is_https_url(std::string_view text) {
  static constexpr std::string_view kScheme = "https://";
  if (!text.starts_with(kScheme)) return false;
  text.remove_prefix(kScheme.size());
  const auto end = std::min(text.find_first_of("/?"), text.size());
  return is_authority(text.substr(0, end), "") && std::ranges::all_of(text.substr(end), is_path_character);
}

/// dot-atom of RFC 5322 section 3.4.1, as services write their accounts' addresses.
bool is_email(std::string_view text) {
  static constexpr std::string_view kMarks = "!#$%&'*+-/=?^_`{|}~.";
  const auto at = text.find('@');
  if (at == text.npos || at == 0 || at > 64) return false;
  const auto local = text.substr(0, at);
  const auto domain = text.substr(at + 1);
  const auto domain_character = [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '.'; };
  return std::ranges::all_of(local,
                             [](char c) { return is_letter(c) || is_digit(c) || kMarks.find(c) != kMarks.npos; }) &&
         !local.starts_with('.') && !local.ends_with('.') && local.find("..") == local.npos && !domain.empty() &&
         std::ranges::all_of(domain, domain_character) && !domain.starts_with('.') && !domain.ends_with('.') &&
         domain.find("..") == domain.npos;
}

bool is_mailto(std::string_view text) {
  static constexpr std::string_view kScheme = "mailto:";
  return text.starts_with(kScheme) && is_email(text.substr(kScheme.size()));
}

}  // namespace

std::optional<TextFormat> format_from_name(std::string_view name) {
  const auto found = std::ranges::find(kFormats, name, &FormatInfo::name);
  return found == kFormats.end() ? std::nullopt : std::optional(found->format);
}

std::string_view describe_format(TextFormat format) {
  return std::ranges::find(kFormats, format, &FormatInfo::format)->description;
}

FormatBounds bounds_of(TextFormat format) { return std::ranges::find(kFormats, format, &FormatInfo::format)->bounds; }

bool has_format(TextFormat format, std::string_view text) {
  switch (format) {
    case TextFormat::uuid:
      return is_uuid(text);
    case TextFormat::origin:
      return is_origin(text, "https://", "443");
    case TextFormat::http_origin:
      return is_origin(text, "http://", "80");
    case TextFormat::https_url:
      return is_https_url(text);
    case TextFormat::email:
      return is_email(text);
    case TextFormat::mailto:
      return is_mailto(text);
  }
  return false;
}

}  // namespace signet::rules
