#include "proto/utf8.h"

#include <algorithm>
#include <cstdint>

namespace signet {
namespace {

bool is_continuation(char octet) { return (static_cast<unsigned char>(octet) & 0xc0U) == 0x80U; }

// A lead octet says how many octets its character takes and which of the first continuation octet's values are not an
// overlong form, a surrogate or beyond U+10FFFF (RFC 3629 section 4).
struct Lead {
  std::size_t length;
  std::uint8_t low = 0x80;
  std::uint8_t high = 0xbf;
};

Lead lead_of(std::uint8_t octet) {
  if (octet < 0x80) return {1};
  if (octet < 0xc2) return {0};
  if (octet < 0xe0) return {2};
  if (octet == 0xe0) return {3, 0xa0, 0xbf};
  if (octet == 0xed) return {3, 0x80, 0x9f};
  if (octet < 0xf0) return {3};
  if (octet == 0xf0) return {4, 0x90, 0xbf};
  if (octet < 0xf4) return {4};
  if (octet == 0xf4) return {4, 0x80, 0x8f};
  return {0};
}

bool is_character(std::string_view octets, const Lead& lead) {
  if (lead.length == 0 || octets.size() < lead.length) return false;
  if (lead.length == 1) return true;
  const auto second = static_cast<std::uint8_t>(octets[1]);
  if (second < lead.low || second > lead.high) return false;
  return std::ranges::all_of(octets.substr(1, lead.length - 1), is_continuation);
}

}  // namespace

std::size_t utf8_character(std::string_view text) {
  if (text.empty()) return 0;
  const Lead lead = lead_of(static_cast<std::uint8_t>(text.front()));
  return is_character(text, lead) ? lead.length : 0;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_character(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string_view utf8_prefix(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  while (max_bytes > 0 && is_continuation(text[max_bytes])) --max_bytes;
  return text.substr(0, max_bytes);
}

}  // namespace signet
