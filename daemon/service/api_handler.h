#pragma once

#include "daemon/rules/route.h"
#include "daemon/service/failure_log.h"
#include "daemon/service/http_handler.h"
#include "daemon/service/service_state.h"
#include "daemon/service/token_directory.h"
#include "daemon/service/token_issuer.h"

namespace signet::service {

/// The calls of signet.sock.
class ApiHandler : public HttpHandler {
 public:
  /// All of them outlive this.
  ApiHandler(ServiceState& state, TokenDirectory& tokens, TokenIssuer& issuer, AuditLog& audit, FailureLog& failures)
      : state_(state), tokens_(tokens), issuer_(issuer), audit_(audit), failures_(failures) {}

  Task<HttpResponse> answer(const rules::Peer& peer, HttpRequest request, std::string_view request_id) override;
  HttpResponse refuse(const rules::Peer& peer, const Error& error, std::string_view request_id) override;

 private:
  Result<HttpResponse> show(const rules::Route& route, const rules::Peer& peer);
  HttpResponse health(const rules::Peer& peer) const;
  void refresh_live();

  ServiceState& state_;
  TokenDirectory& tokens_;
  TokenIssuer& issuer_;
  AuditLog& audit_;
  FailureLog& failures_;
};

}  // namespace signet::service
