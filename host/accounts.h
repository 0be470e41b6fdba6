#pragma once

#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

#include "proto/result.h"

namespace signet::host {

/// Users and groups by name (getpwnam_r, getgrnam_r). Error bad_input "no user NAME on this machine"; any thread; may
/// block on NSS.
Result<uid_t> user_id(const std::string& name);
Result<gid_t> group_id(const std::string& name);
/// A user as this machine knows it.
struct Account {
  std::string name;
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups{};  ///< supplementary ones, as a login would give them
};
/// By name (getpwnam_r, getgrouplist). Error bad_input; any thread; may block on NSS.
Result<Account> account(const std::string& name);
/// The name of a uid, nothing where it has none.
std::optional<std::string> user_name(uid_t uid);

}  // namespace signet::host
