#pragma once

#include <functional>
#include <string>
#include <sys/types.h>

#include "cli/signet-admin/failure.h"
#include "daemon/rules/peer.h"
#include "host/accounts.h"

namespace signet::admin {

/// How `--as` finds users and groups; the program gives those of this machine.
struct KnownCallers {
  std::function<Result<host::Account>(const std::string& name)> account;
  std::function<std::optional<std::string>(uid_t uid)> user_name;
  std::function<Result<gid_t>(const std::string& name)> group_id;
};

/// The caller that `--as user=ci,group=builders,unit=x.service,slice=y.slice` describes, as the kernel would record it:
/// `user` and `uid` bring the groups that this machine knows for them, `group` and `gid` add one. A uid that the
/// machine does not know has the gid 65534 and no groups. Failure: usage. Any thread that may block.
Done<rules::Peer> caller_of(const std::string& text, const KnownCallers& known);

}  // namespace signet::admin
