#pragma once

#include <optional>
#include <string>
#include <sys/types.h>

#include "proto/result.h"

namespace signet::host {

/// Users and groups by name (getpwnam_r, getgrnam_r). Error bad_input "no user NAME on this machine"; any thread; may
/// block on NSS.
Result<uid_t> user_id(const std::string& name);
Result<gid_t> group_id(const std::string& name);
/// The name of a uid, nothing where it has none.
std::optional<std::string> user_name(uid_t uid);

}  // namespace signet::host
