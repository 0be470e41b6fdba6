#include "proto/json_path.h"

#include <algorithm>

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <fmt/format.h>

#include "proto/utf8.h"

namespace signet {
namespace {

constexpr std::size_t kLongestNameBytes = 64;

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

bool is_word(std::string_view name) {
  return !name.empty() && name.size() <= kLongestNameBytes && std::ranges::all_of(name, is_word_character);
}

}  // namespace

std::string json_path_member(std::string_view path, std::string_view name) {
  if (is_word(name)) return fmt::format("{}.{}", path, name);
  const std::string_view shown = utf8_prefix(name, kLongestNameBytes);
  const auto* ellipsis = shown.size() < name.size() ? "…" : "";
  return fmt::format("{}[{}{}]", path, boost::json::serialize(boost::json::string(shown)), ellipsis);
}

std::string json_path_element(std::string_view path, std::size_t index) { return fmt::format("{}[{}]", path, index); }

}  // namespace signet
