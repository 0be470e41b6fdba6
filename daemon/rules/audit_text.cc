#include "daemon/rules/audit_text.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "proto/utf8.h"

namespace signet::rules {
namespace {

constexpr std::uint32_t kReplacement = 0xfffd;

std::uint32_t code_point(std::string_view character) {
  constexpr std::uint32_t kLeadBits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
  std::uint32_t code = static_cast<unsigned char>(character.front()) & kLeadBits[character.size()];
  for (const char octet : character.substr(1)) code = code << 6U | (static_cast<unsigned char>(octet) & 0x3fU);
  return code;
}

void append_unit(std::string& out, std::uint32_t unit) { fmt::format_to(std::back_inserter(out), "\\u{:04x}", unit); }

// RFC 8259 section 7: beyond the Basic Multilingual Plane by a surrogate pair.
void append_code_point(std::string& out, std::uint32_t code) {
  if (code < 0x10000) return append_unit(out, code);
  append_unit(out, 0xd800 + ((code - 0x10000) >> 10U));
  append_unit(out, 0xdc00 + ((code - 0x10000) & 0x3ffU));
}

bool is_printable_ascii(char c) { return c >= 0x20 && c < 0x7f; }

/// Appends the character at the beginning of `rest`, which is not printable ASCII, and removes it there.
void append_next(std::string& out, std::string_view& rest) {
  const std::size_t length = utf8_character(rest);
  append_code_point(out, length == 0 ? kReplacement : code_point(rest.substr(0, length)));
  rest.remove_prefix(length == 0 ? 1 : length);
}

/// Appends what stands before the first character that is not printable ASCII or one of `marks`, and removes it.
void append_plain(std::string& out, std::string_view& rest, std::string_view marks) {
  const auto* end = std::ranges::find_if(
      rest, [marks](char c) { return !is_printable_ascii(c) || marks.find(c) != std::string_view::npos; });
  const auto length = static_cast<std::size_t>(end - rest.begin());
  out.append(rest.substr(0, length));
  rest.remove_prefix(length);
}

void append_string(std::string& out, std::string_view text) {
  constexpr std::string_view kMarks = "\"\\";
  out += '"';
  for (append_plain(out, text, kMarks); !text.empty(); append_plain(out, text, kMarks)) {
    if (!is_printable_ascii(text.front())) {
      append_next(out, text);
      continue;
    }
    out += '\\';
    out += text.front();
    text.remove_prefix(1);
  }
  out += '"';
}

}  // namespace

std::string ascii_json(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  for (append_plain(out, json, ""); !json.empty(); append_plain(out, json, "")) append_next(out, json);
  return out;
}

void AuditText::text(std::string_view name, std::string_view value) {
  if (value.empty()) return;
  this->name(name);
  append_string(members_, value);
}

void AuditText::texts(std::string_view name, const std::vector<std::string>& values) {
  if (values.empty()) return;
  this->name(name);
  char before = '[';
  for (const std::string& value : values) {
    members_ += before;
    append_string(members_, value);
    before = ',';
  }
  members_ += ']';
}

void AuditText::number(std::string_view name, std::int64_t value) {
  this->name(name);
  members_ += std::to_string(value);
}

void AuditText::flag(std::string_view name, bool value) {
  this->name(name);
  members_ += value ? "true" : "false";
}

void AuditText::value(std::string_view name, std::string_view ascii_json) {
  this->name(name);
  members_ += ascii_json;
}

void AuditText::name(std::string_view name) {
  if (!members_.empty()) members_ += ',';
  members_ += '"';
  members_ += name;
  members_ += "\":";
}

}  // namespace signet::rules
