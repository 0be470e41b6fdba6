#include "daemon/rules/system_unit.h"

#include <algorithm>

#include "daemon/rules/unit_name.h"

namespace signet::rules {
namespace {

constexpr std::size_t kMaxSlices = 64;

/// Cuts off and gives the text before the first `end`.
std::string_view take_until(std::string_view& text, char end) {
  const auto head = text.substr(0, text.find(end));
  text.remove_prefix(std::min(head.size() + 1, text.size()));
  return head;
}

/// The path of a line that systemd writes to; empty for the others.
std::string_view systemd_path(std::string_view line) {
  const auto hierarchy = take_until(line, ':');
  const auto controllers = take_until(line, ':');
  const bool unified = hierarchy == "0" && controllers.empty();
  return unified || controllers == "name=systemd" ? line : std::string_view{};
}

/// systemd puts "_" before a name that the kernel could take for a file of its own ("cpu.slice"), and before one that
/// begins with "_" itself: cg_escape in its source.
std::string_view unescaped(std::string_view directory) {
  if (directory.starts_with('_')) directory.remove_prefix(1);
  return directory;
}

/// "a-b.slice" stands in "a.slice", and "a.slice" at the top.
bool stands_in(std::string_view slice, const std::optional<std::string>& outer) {
  static constexpr std::string_view kSuffix = ".slice";
  const auto dash = slice.rfind('-');
  if (!outer) return dash == slice.npos;
  return dash != slice.npos && slice.substr(0, dash) == outer->substr(0, outer->size() - kSuffix.size());
}

bool leaves(std::string_view path) { return (std::string(path) + "/").find("/../") != std::string::npos; }

SystemUnit unit_at(std::string_view path) {
  SystemUnit found;
  if (!path.starts_with('/') || path.ends_with('/') || leaves(path)) return found;
  path.remove_prefix(1);
  for (std::size_t depth = 0; depth < kMaxSlices && !path.empty(); ++depth) {
    const auto name = unescaped(take_until(path, '/'));
    if (is_slice_name(name) && stands_in(name, found.slice)) {
      found.slice = std::string(name);
      continue;
    }
    if (path.empty() && is_unit_name(name) && !is_user_manager(name)) found.unit = std::string(name);
    break;
  }
  return found;
}

}  // namespace

SystemUnit system_unit(std::string_view cgroup_text) {
  std::string_view path;
  while (!cgroup_text.empty()) {
    const auto said = systemd_path(take_until(cgroup_text, '\n'));
    if (said.empty() || said == "/") continue;
    if (!path.empty() && said != path) return {};
    path = said;
  }
  return unit_at(path);
}

}  // namespace signet::rules
