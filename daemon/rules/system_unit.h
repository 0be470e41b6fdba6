#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace signet::rules {

/// What the system's own service manager calls the place of a process.
struct SystemUnit {
  std::optional<std::string> unit{};   ///< "gitlab-runner.service"
  std::optional<std::string> slice{};  ///< the innermost: "user-1000.slice"
  bool operator==(const SystemUnit&) const = default;
};

/// From the text of a /proc/PID/cgroup: the line of the unified hierarchy ("0::PATH", cgroups(7)), or, on machines with
/// the old layout, of "name=systemd". Where both say something they must agree, for a container engine may move a
/// process in one of them alone.
///
/// Only what the system manager named counts: slices from the root down, each inside the one its name says
/// (systemd.slice(5)), then one service or scope, in which the process is itself. A process further down has no unit:
/// there names are given by whom the subtree was delegated to (`Delegate=`), a container engine or a user's own
/// manager. Nor has any process of user@UID.service one. Anything else, such as a path that leaves our cgroup namespace
/// ("/.."), gives neither. Pure; any thread.
SystemUnit system_unit(std::string_view cgroup_text);

}  // namespace signet::rules
