#pragma once

#include <chrono>
#include <optional>

#include "proto/api.h"

// When a JWT that is kept in a file is asked for again. Pure; any thread.
namespace signet::cli {

using WallTime = std::chrono::sys_seconds;  ///< Unix time

/// Just after the service would no longer hand out this JWT to others: then it gives a new one, and this one still has
/// at least half of its lifetime. Where each JWT is handed out once only, after half of what is left. At least a second
/// from now.
WallTime next_renewal(const TokenAnswer& held, WallTime now);

/// Is it of no more use? Never where it has no expiry.
bool has_expired(const TokenAnswer& held, WallTime now);

/// How long to wait before the next try: what the service said, else 1 s, 2 s, 4 s and so on up to a minute. `failures`
/// in a row, the one just met included.
std::chrono::seconds retry_pause(int failures, const std::optional<std::chrono::seconds>& retry_after);

}  // namespace signet::cli
