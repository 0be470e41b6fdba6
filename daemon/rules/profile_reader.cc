#include "daemon/rules/profile_reader.h"

#include <algorithm>

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include "proto/json_path.h"

namespace signet::rules {

std::string ObjectReader::path_of(std::string_view name) const { return json_path_member(path_, name); }

const boost::json::value* ObjectReader::find(std::string_view name) {
  asked_.emplace(name);
  return object_.if_contains(name);
}

std::optional<std::string> ObjectReader::text(std::string_view name) {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string() || value->get_string().empty()) {
    refuse(name, "must be a text that is not empty");
    return std::nullopt;
  }
  return std::string(value->get_string());
}

std::string ObjectReader::required_text(std::string_view name) {
  if (object_.if_contains(name) == nullptr) refuse_missing(name);
  return text(name).value_or("");
}

std::optional<std::int64_t> ObjectReader::integer(std::string_view name, std::int64_t low, std::int64_t high) {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_int64() || value->get_int64() < low || value->get_int64() > high) {
    refuse(name, fmt::format("must be a whole number from {} to {}", low, high));
    return std::nullopt;
  }
  return value->get_int64();
}

std::int64_t ObjectReader::required_integer(std::string_view name, std::int64_t low, std::int64_t high) {
  if (object_.if_contains(name) == nullptr) refuse_missing(name);
  return integer(name, low, high).value_or(low);
}

bool ObjectReader::boolean(std::string_view name, bool absent) {
  const auto* value = find(name);
  if (value == nullptr) return absent;
  if (!value->is_bool()) refuse(name, "must be true or false");
  return value->is_bool() ? value->get_bool() : absent;
}

std::vector<std::string> ObjectReader::texts(std::string_view name) {
  const auto* value = find(name);
  if (value == nullptr) return {};
  std::vector<std::string> texts;
  const bool is_array = value->is_array() && !value->get_array().empty();
  bool good = is_array;
  if (is_array)
    for (const auto& entry : value->get_array()) {
      good = good && entry.is_string() && !entry.get_string().empty();
      if (good) texts.emplace_back(entry.get_string());
      good = good && std::ranges::count(texts, texts.back()) == 1;
    }
  if (good) return texts;
  refuse(name, "must be an array of different texts that are not empty");
  return {};
}

std::optional<ObjectReader> ObjectReader::object(std::string_view name) {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_object()) {
    refuse(name, "must be an object");
    return std::nullopt;
  }
  return ObjectReader(value->get_object(), path_of(name), problems_);
}

void ObjectReader::refuse_unknown() {
  for (const auto& member : object_)
    if (!asked_.contains(std::string_view(member.key())))
      refuse(member.key(), "is no member that a profile knows here; remove it or correct its spelling");
}

}  // namespace signet::rules
