#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "daemon/rules/route.h"
#include "daemon/service/audit_log.h"
#include "daemon/service/change_queue.h"
#include "daemon/service/disabled_keys.h"
#include "daemon/service/failure_log.h"
#include "daemon/service/http_handler.h"
#include "daemon/service/jwks_file.h"
#include "daemon/service/jwt_cache.h"
#include "daemon/service/key_rotation.h"
#include "daemon/service/service_state.h"
#include "daemon/service/token_directory.h"
#include "proto/config_file.h"

namespace signet::service {

/// The calls of admin.sock: for root and for the group signet-admin, whoever else may reach the socket.
class AdminHandler : public HttpHandler {
 public:
  /// What a reload found wrong; empty where the new configuration is in force.
  using Reload = std::function<std::vector<ConfigProblem>()>;

  struct Parts {
    ServiceState& state;
    TokenDirectory& tokens;
    JwtCache& cache;
    AuditLog& audit;
    ChangeQueue& changes;
    FailureLog& failures;
    const DisabledKeyFiles& disabled_files;
    KeyRotation& rotation;
    const JwksFile& jwks_file;
    Reload reload;
    std::function<std::size_t()> connections;  ///< open on signet.sock
  };
  /// All that is referred to outlives this. `admin_group`: absent where the machine has no such group.
  AdminHandler(Parts parts, std::optional<gid_t> admin_group);

  Task<HttpResponse> answer(const rules::Peer& peer, HttpRequest request, std::string_view request_id) override;
  HttpResponse refuse(const rules::Peer& peer, const Error& error, std::string_view request_id) override;

 private:
  Task<Result<HttpResponse>> act(const rules::Route& route, const HttpRequest& request, const rules::Peer& peer,
                                 std::string_view request_id);
  Task<Result<HttpResponse>> disable(const std::string& key, const std::string& body, rules::AuditRecord record);
  Task<Result<HttpResponse>> enable(const std::string& key, rules::AuditRecord record);
  Task<Result<HttpResponse>> promote(std::string key, rules::AuditRecord record);
  Result<DisableRequest> put_out_of_use(const std::string& key, const std::string& body);
  Task<Result<void>> recorded(const rules::AuditRecord& record);
  Task<Result<HttpResponse>> reload(rules::AuditRecord record);
  HttpResponse status();
  Result<void> check_key(const std::string& key) const;
  bool is_officer(const rules::Peer& peer) const;

  Parts parts_;
  const std::optional<gid_t> admin_group_;
  const std::int64_t started_at_;
  std::optional<std::string> being_enabled_;  ///< waits for its record
};

}  // namespace signet::service
