#include "daemon/rules/unit_name.h"

#include <algorithm>

#include <fmt/format.h>

namespace signet::rules {
namespace {

constexpr std::size_t kMaxUnitName = 255;
constexpr std::string_view kSlice = ".slice";

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view(":-_.\\").find(c) != std::string_view::npos;
}

bool is_type_of_processes(std::string_view type) { return type == ".service" || type == ".scope"; }

/// The part before the type; empty where there is no such type.
std::string_view stem_of(std::string_view name) {
  const auto dot = name.rfind('.');
  return dot == name.npos || !is_type_of_processes(name.substr(dot)) ? std::string_view{} : name.substr(0, dot);
}

/// "runner@": the instance after the first "@" is missing.
bool is_template(std::string_view stem) { return !stem.empty() && stem.find('@') == stem.size() - 1; }

Unexpected<Error> refused(std::string message) { return Unexpected(Error{ErrorCode::bad_input, std::move(message)}); }

}  // namespace

bool is_unit_name(std::string_view name) {
  const auto stem = stem_of(name);
  if (stem.empty() || name.size() > kMaxUnitName) return false;
  if (stem.front() == '@' || is_template(stem)) return false;
  return std::ranges::all_of(stem, [](char c) { return c == '@' || is_name_character(c); });
}

bool is_slice_name(std::string_view name) {
  if (!name.ends_with(kSlice) || name.size() > kMaxUnitName) return false;
  const auto stem = name.substr(0, name.size() - kSlice.size());
  if (stem.empty() || stem.front() == '-' || stem.back() == '-' || stem.find("--") != stem.npos) return false;
  return std::ranges::all_of(stem, is_name_character);
}

bool is_user_manager(std::string_view unit) { return unit.starts_with("user@") && unit.ends_with(".service"); }

Result<std::string> parse_unit_name(std::string_view name) {
  if (is_template(stem_of(name)))
    return refused(fmt::format("names the template {}; write one instance of it, like {}", name,
                               std::string(name).insert(name.rfind('.'), "1")));
  if (!is_unit_name(name))
    return refused(
        fmt::format("{} is not the whole name of a service or scope; write it as systemctl shows it, like "
                    "gitlab-runner.service",
                    name));
  if (is_user_manager(name))
    return refused(fmt::format("{} runs whatever its user likes and is never told as a unit; write user:NAME", name));
  return std::string(name);
}

Result<std::string> parse_slice_name(std::string_view name) {
  if (is_slice_name(name)) return std::string(name);
  return refused(
      fmt::format("{} is not the whole name of a slice; write it as systemctl shows it, like system.slice; "
                  "-.slice, the root of all, cannot be named",
                  name));
}

}  // namespace signet::rules
