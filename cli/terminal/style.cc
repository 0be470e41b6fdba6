#include "cli/terminal/style.h"

#include <cstdlib>
#include <unistd.h>

#include "proto/utf8.h"

namespace signet::terminal {
namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : value;
}

// SGR parameters, ECMA-48 section 8.3.117.
std::string_view sgr(Tone tone) {
  switch (tone) {
    case Tone::heading:
      return "1";
    case Tone::good:
      return "32";
    case Tone::doubtful:
      return "33";
    case Tone::bad:
      return "31";
    case Tone::plain:
      break;
  }
  return "";
}

// U+0080 to U+009F, among them CSI, are C2 80 to C2 9F in UTF-8.
bool is_c1(std::string_view text, std::size_t at) {
  if (at + 1 >= text.size() || static_cast<unsigned char>(text[at]) != 0xc2) return false;
  const auto next = static_cast<unsigned char>(text[at + 1]);
  return next >= 0x80 && next <= 0x9f;
}

}  // namespace

bool shows_colour(int fd) {
  const auto kind = environment("TERM");
  return environment("NO_COLOR").empty() && !kind.empty() && kind != "dumb" && ::isatty(fd) == 1;
}

std::string paint(std::string_view text, Tone tone, bool colour) {
  if (!colour || tone == Tone::plain) return std::string(text);
  return "\x1b[" + std::string(sgr(tone)) + "m" + std::string(text) + "\x1b[0m";
}

std::string printable(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_c1(text, i)) {
      shown += '?';
      ++i;
    } else {
      shown += is_control(text[i]) ? '?' : text[i];
    }
  }
  return shown;
}

}  // namespace signet::terminal
