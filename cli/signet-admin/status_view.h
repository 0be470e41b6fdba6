#pragma once

#include <string>
#include <string_view>

#include "proto/result.h"

namespace signet::admin {

/// The answer of GET /v1/status for people. Members that this version does not know are passed over. Error
/// invalid_request: it is not one. Any thread.
Result<std::string> view_status(std::string_view body, bool colour);

}  // namespace signet::admin
