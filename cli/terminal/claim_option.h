#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/json/fwd.hpp>

#include "proto/result.h"

namespace signet::terminal {

/// The claims of `--claim NAME=JSON` options. Error bad_input with a sentence that shows how a text is quoted; the
/// value itself is not repeated, because the output of build jobs is kept. Any thread.
Result<boost::json::object> claims_of(const std::vector<std::string>& options);

}  // namespace signet::terminal
