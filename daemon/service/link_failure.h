#pragma once

#include "daemon/service/link_messages.h"
#include "proto/error.h"

namespace signet::service {

/// What a client is told of a signature that failed. `detail` keeps the link's own code for the log. Pure.
Error api_error(const LinkFailure& failure);

/// token_unavailable for a token in this state, with the mend for its operator.
Error unavailable_error(TokenState state, std::string_view message);

}  // namespace signet::service
