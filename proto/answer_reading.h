#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "proto/json.h"
#include "proto/json_members.h"
#include "proto/json_path.h"
#include "proto/result.h"

// What the readers of answers have in common: bodies, and values that stand inside others. Pure; any thread.
namespace signet {

inline constexpr JsonLimits kAnswerLimits{.max_bytes = 16UL * 1024 * 1024, .max_depth = 16};
inline constexpr std::int64_t kAnyInteger = std::numeric_limits<std::int64_t>::max();

/// Parses a body and hands its members to `read`, which gives the result.
template <class Read>
auto read_body(std::string_view body, Read read) -> Result<decltype(read(std::declval<MemberReader&>()))> {
  SIGNET_TRY_ASSIGN(const boost::json::value value, parse_json(body, kAnswerLimits));
  MemberReader members(value, std::string(kJsonRoot));
  auto result = read(members);
  SIGNET_TRY(members.finish());
  return result;
}

/// Reads a value that stands inside another; its error becomes that of the outer reader.
template <class Read>
auto read_inside(MemberReader& outer, const boost::json::value& value, const std::string& path, Read read) {
  MemberReader members(value, path);
  auto result = read(members);
  if (auto finished = members.finish(); !finished) outer.refuse(std::move(finished).error());
  return result;
}

template <class Read>
auto read_elements(MemberReader& outer, std::string_view name, Read read) {
  std::vector<decltype(read(outer))> elements;
  if (const boost::json::array* array = outer.array(name)) {
    for (const boost::json::value& value : *array) {
      const std::string path = json_path_element(outer.path_of(name), elements.size());
      elements.push_back(read_inside(outer, value, path, read));
    }
  }
  return elements;
}

/// The members of an object whose names are data, such as those of keys.
template <class Read>
auto read_named(MemberReader& outer, std::string_view name, Read read) {
  std::map<std::string, decltype(read(outer))> named;
  if (const boost::json::object* object = outer.object(name)) {
    for (const boost::json::key_value_pair& member : *object) {
      const std::string path = json_path_member(outer.path_of(name), member.key());
      named.emplace(member.key(), read_inside(outer, member.value(), path, read));
    }
  }
  return named;
}

}  // namespace signet
