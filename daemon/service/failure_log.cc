#include "daemon/service/failure_log.h"

#include <fmt/format.h>

#include "host/log.h"

namespace signet::service {
namespace {

bool is_ours(const Error& error) {
  const int status = error_info(error.code).http_status;
  return status == 0 || status >= 500;
}

}  // namespace

void FailureLog::note(const rules::Peer& peer, std::string_view request_id, const Error& error) {
  lines_.tell_left_out();
  if (!is_ours(error) && !lines_.takes(peer.uid)) return;
  const host::LogLevel level = is_ours(error) ? host::LogLevel::warning : host::LogLevel::info;
  host::log_failure(level, fmt::format("request {} of uid {}", request_id, peer.uid), error);
}

}  // namespace signet::service
