#pragma once

#include <functional>
#include <string>
#include <sys/types.h>

#include "proto/result.h"

namespace signet::rules {

/// How names of users and groups become numbers: the one thing that configuration asks of the machine. The daemon gives
/// host::user_id and host::group_id. Called on the thread that reads configuration; may block. Error bad_input, "no
/// user NAME on this machine".
struct Accounts {
  std::function<Result<uid_t>(const std::string& name)> user_id;
  std::function<Result<gid_t>(const std::string& name)> group_id;
};

}  // namespace signet::rules
