#pragma once

#include <string>
#include <string_view>

#include "proto/result.h"

// Names of systemd units as systemctl shows them: systemd.unit(5), "Description".
namespace signet::rules {

/// A service or scope that can run: "gitlab-runner.service", "runner@1.service", "session-3.scope"; escapes like \x2d
/// belong to the name. No template ("runner@.service"). Any thread.
bool is_unit_name(std::string_view name);
/// "system.slice", "user-1000.slice": not the root slice "-.slice", of which everything is part.
bool is_slice_name(std::string_view name);
/// "user@1000.service": the service that runs a user's own manager. What is in it is that user's doing.
bool is_user_manager(std::string_view unit);

/// The words `unit:NAME` and `slice:NAME` of an allow line. Error bad_input with a message that completes "allow: …".
Result<std::string> parse_unit_name(std::string_view name);
Result<std::string> parse_slice_name(std::string_view name);

}  // namespace signet::rules
