#pragma once

#include <chrono>
#include <string_view>

#include "daemon/rules/peer.h"
#include "daemon/rules/refusal_cap.h"
#include "proto/error.h"

namespace signet::service {

/// One line per failed request, with its id. What the caller brought about is capped per uid like refusals in the
/// audit, so that nobody fills the journal; what is wrong with us is always said.
class FailureLog {
 public:
  void note(const rules::Peer& peer, std::string_view request_id, const Error& error);

 private:
  rules::RefusalCap cap_{60, std::chrono::minutes(1)};
};

}  // namespace signet::service
