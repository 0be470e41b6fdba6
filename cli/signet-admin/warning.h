#pragma once

#include <string>

namespace signet::admin {

/// "signet-admin: SENTENCE" on stderr; one that cannot be written stops nothing. Main thread.
void warn(const std::string& sentence);

}  // namespace signet::admin
