#pragma once

#include <chrono>
#include <optional>

#include "proto/api.h"

// When a JWT that is kept in a file is asked for again. Pure; any thread.
namespace signet::cli {

using WallTime = std::chrono::sys_seconds;  ///< Unix time

/// Just after the service would no longer hand out this JWT to others: then it gives a new one. This one has about
/// half of its lifetime then, a second less at worst where the service reuses for half. Where each JWT is handed out
/// once only, after half of what is left. At least a second from now.
WallTime next_renewal(const TokenAnswer& held, WallTime now);

/// Is it of no more use? Never where it has no expiry.
bool has_expired(const TokenAnswer& held, WallTime now);

/// How long a renewal may take: until the held JWT expires, if that comes before `timeout`, so that it is not left
/// standing by an answer that does not come; at least a second.
std::chrono::milliseconds renewal_timeout(const TokenAnswer& held, WallTime now, std::chrono::milliseconds timeout);

/// How long to wait before the next try: what the service said, else 1 s, 2 s, 4 s and so on up to a minute. `failures`
/// in a row, the one just met included.
std::chrono::seconds retry_pause(int failures, const std::optional<std::chrono::seconds>& retry_after);

}  // namespace signet::cli
