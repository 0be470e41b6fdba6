#pragma once

#include <string_view>

#include "daemon/rules/peer.h"
#include "daemon/service/http_message.h"
#include "daemon/service/io.h"

namespace signet::service {

/// What one socket serves: the calls of signet.sock, or those of admin.sock.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;
  /// Answers one whole request of this peer. May take until the request's deadline; never throws an everyday event.
  virtual Task<HttpResponse> answer(const rules::Peer& peer, HttpRequest request, std::string_view request_id) = 0;
  /// A request that never became one (408, 413, 431, 400, 501): the answer, after the log has it.
  virtual HttpResponse refuse(const rules::Peer& peer, const Error& error, std::string_view request_id) = 0;
};

}  // namespace signet::service
