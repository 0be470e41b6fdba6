#pragma once

#include <string>

#include "cli/signet-admin/failure.h"
#include "daemon/rules/profile.h"

// A key file held to signetd's own rules before it is written.
namespace signet::admin {

/// The profile NAME of a directory, empty for the installed ones. Failures: usage (there is none of that name), failure
/// (its file is wrong or cannot be read). Any thread.
Done<rules::ProfilePtr> read_profile(const std::string& directory, const std::string& name);

/// What signetd would find wrong with this text at that path, but for lines that still wait for their value. Failure:
/// usage, with every problem on a line. Any thread that may block on the machine's users and groups.
Done<void> check_key_file(const std::string& path, const std::string& text, const rules::ProfilePtr& profile);

}  // namespace signet::admin
