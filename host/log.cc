#include "host/log.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <unistd.h>

#include "proto/utf8.h"

namespace signet::host {
namespace {

// journald splits lines above LineMax= (48 KiB), and what follows a split could pass for a line of its own.
constexpr std::size_t kLongestText = 8UL * 1024;

void append_escaped_octet(std::string& line, unsigned char octet) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  line += "\\x";
  line += kDigits[octet >> 4];
  line += kDigits[octet & 0x0f];
}

/// U+0080 to U+009F in UTF-8: terminals obey some of them.
bool is_c1_control(std::string_view text, std::size_t at) {
  if (at + 1 >= text.size() || text[at] != '\xc2') return false;
  const auto next = static_cast<unsigned char>(text[at + 1]);
  return next >= 0x80 && next <= 0x9f;
}

void append_escaped(std::string& line, std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto octet = static_cast<unsigned char>(text[i]);
    if (octet == '\n')
      line += "\\n";
    else if (octet == '\\')
      line += "\\\\";
    else if (is_control(text[i]))
      append_escaped_octet(line, octet);
    else if (is_c1_control(text, i)) {
      append_escaped_octet(line, octet);
      append_escaped_octet(line, static_cast<unsigned char>(text[++i]));
    } else
      line += text[i];
  }
}

std::string_view level_name(LogLevel level) {
  constexpr std::array<std::string_view, 5> kNames{"error", "warning", "notice", "info", "debug"};
  return kNames.at(static_cast<std::size_t>(level) - static_cast<std::size_t>(LogLevel::error));
}

std::string prefix(LogLevel level) {
  if (std::getenv("JOURNAL_STREAM") != nullptr) return "<" + std::to_string(static_cast<int>(level)) + ">";
  return std::string(level_name(level)) + ": ";
}

}  // namespace

void log(LogLevel level, std::string_view text) {
  std::string line = prefix(level);
  append_escaped(line, text.substr(0, kLongestText));
  if (text.size() > kLongestText) line += " [cut]";
  line += '\n';
  (void)!::write(STDERR_FILENO, line.data(), line.size());
}

void log_failure(LogLevel level, std::string_view what, const Error& error) {
  std::string text(what);
  text += ": " + error.message + " (" + std::string(error_info(error.code).name);
  if (!error.detail.empty()) text += "; " + error.detail;
  log(level, text + ")");
}

}  // namespace signet::host
