#pragma once

#include <string_view>

#include "daemon/rules/peer.h"
#include "daemon/service/capped_log.h"
#include "proto/error.h"

namespace signet::service {

/// One line per failed request, with its id. What the caller brought about is capped per uid; what is wrong with
/// us is always said.
class FailureLog {
 public:
  void note(const rules::Peer& peer, std::string_view request_id, const Error& error);

 private:
  CappedLog lines_{"refusals"};
};

}  // namespace signet::service
