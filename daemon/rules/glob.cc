#include "daemon/rules/glob.h"

#include <algorithm>
#include <utility>

#include "proto/utf8.h"

namespace signet::rules {
namespace {

constexpr std::size_t kLongestPattern = 1024;

Unexpected<Error> refused(const char* message) { return Unexpected(Error{ErrorCode::bad_input, message}); }

bool continues(char octet) { return (static_cast<unsigned char>(octet) & 0xc0U) == 0x80U; }

/// Of UTF-8 (RFC 3629 section 3): an octet and those that continue it.
std::vector<std::string_view> characters_of(std::string_view text) {
  std::vector<std::string_view> characters;
  for (std::size_t begin = 0; begin < text.size();) {
    auto end = begin + 1;
    while (end < text.size() && continues(text[end])) ++end;
    characters.push_back(text.substr(begin, end - begin));
    begin = end;
  }
  return characters;
}

bool is_special(std::string_view character) { return character == "*" || character == "?" || character == "\\"; }

}  // namespace

Result<Glob> Glob::parse(std::string_view pattern) {
  if (pattern.empty()) return refused("is empty and would match nothing; write a pattern such as build-*");
  if (pattern.size() > kLongestPattern) return refused("is longer than 1024 octets; write several shorter patterns");
  if (!is_utf8(pattern) || std::ranges::any_of(pattern, is_control))
    return refused("holds a control character or is not UTF-8; write plain text");
  Glob glob;
  glob.text_ = pattern;
  const auto characters = characters_of(pattern);
  for (std::size_t i = 0; i < characters.size(); ++i) {
    const bool escapes = characters[i] == "\\";
    if (escapes && (++i == characters.size() || !is_special(characters[i])))
      return refused("has a \\ that stands before none of * ? \\; write \\\\ for the character itself");
    const bool twice = !escapes && characters[i] == "*" && i + 1 < characters.size() && characters[i + 1] == "*";
    if (twice) ++i;
    const auto kind = escapes                ? Kind::character
                      : twice                ? Kind::any
                      : characters[i] == "*" ? Kind::many
                      : characters[i] == "?" ? Kind::one
                                             : Kind::character;
    glob.parts_.push_back({kind, std::string(characters[i])});
  }
  return glob;
}

bool Glob::takes(const Part& part, std::string_view character) {
  if (part.kind == Kind::any) return true;
  return part.kind == Kind::character ? part.character == character : character != "/" && character != "?";
}

/// Keeps every place in the pattern that the text so far can have led to. There is nothing to go back to, so no text
/// makes it slow.
bool Glob::matches(std::string_view text) const {
  if (!is_utf8(text)) return false;
  const std::size_t end = parts_.size();
  std::vector<bool> places(end + 1, false);
  const auto reach = [&](std::vector<bool>& reached, std::size_t place) {
    reached[place] = true;
    while (place < end && repeats(parts_[place])) reached[++place] = true;
  };
  reach(places, 0);
  for (const auto character : characters_of(text)) {
    std::vector<bool> next(end + 1, false);
    for (std::size_t place = 0; place < end; ++place)
      if (places[place] && takes(parts_[place], character)) reach(next, repeats(parts_[place]) ? place : place + 1);
    places = std::move(next);
  }
  return places[end];
}

std::string Glob::filled(std::string_view first, std::string_view other) const {
  std::string text;
  bool begun = false;
  for (const auto& part : parts_) {
    if (repeats(part))
      text += std::exchange(begun, true) ? other : first;
    else
      text += part.kind == Kind::one ? std::string_view("x") : part.character;
  }
  return text;
}

bool any_matches(const std::vector<Glob>& globs, std::string_view text) {
  return std::ranges::any_of(globs, [&](const Glob& glob) { return glob.matches(text); });
}

}  // namespace signet::rules
