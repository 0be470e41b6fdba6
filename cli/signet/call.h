#pragma once

#include <chrono>
#include <string>

#include "cli/signet/connection.h"
#include "cli/signet/http_message.h"

namespace signet::cli {

/// Where the daemon listens and how long one command may take, tries and all.
struct Endpoint {
  std::string socket = "/run/signet/signet.sock";
  std::chrono::milliseconds timeout = std::chrono::seconds(30);
  int give_up = -1;  ///< a descriptor of the caller's: once it can be read, a call ends with CallFault::given_up
};

/// One request, one answer, on a connection of its own. A request whose connection ends before the answer is whole is
/// sent once more on a new one, unless it may not be repeated: of a repeated request for a token a second one is signed
/// at worst. Blocks up to the timeout. Any thread.
CallResult<HttpAnswer> call(const Endpoint& endpoint, const HttpRequest& request);

}  // namespace signet::cli
