#pragma once

#include <string>

namespace signet::service {

/// A name for one request, in its answer, in the log and in the audit: 8 random hex digits of this process, "-", a
/// count. The I/O thread.
std::string next_request_id();

}  // namespace signet::service
