#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "daemon/rules/claims.h"
#include "daemon/rules/decide.h"
#include "daemon/service/audit_log.h"
#include "daemon/service/described_keys.h"
#include "daemon/service/http_message.h"
#include "daemon/service/jwt_cache.h"
#include "daemon/service/jwt_signer.h"
#include "daemon/service/rule_log.h"
#include "daemon/service/service_state.h"
#include "daemon/service/token_directory.h"

namespace signet::service {

/// POST /v1/keys/{key}/tokens: shape, authorise, disabled, claims, cache, rate, token link, audit, answer.
class TokenIssuer {
 public:
  /// All of them outlive this.
  TokenIssuer(ServiceState& state, DescribedKeys& keys, TokenDirectory& tokens, JwtCache& cache, AuditLog& audit,
              JwtSigner& signer);

  /// The answer, or the error that the caller puts into one. Either way the audit log has it.
  Task<Result<HttpResponse>> issue(const rules::Peer& peer, HttpRequest request, std::string key,
                                   std::string_view request_id);

 private:
  struct Issued {
    SignedJwtPtr jwt;
    bool cached;
    std::string object;  ///< rules::object_id of what signed it
  };

  Task<Result<Issued>> obtain(const HttpRequest& request, const std::string& key, Deadline deadline,
                              rules::AuditRecord& record);
  Result<rules::Admitted> admit(const rules::Configuration& configuration, const HttpRequest& request,
                                const std::string& key, rules::AuditRecord& record);
  Result<void> count(const rules::KeyPolicy& key, uid_t uid, bool cached, RateTime now);
  void give_back(const rules::KeyPolicy& key, uid_t uid, RateTime counted_at);
  Task<Result<rules::PublicKeyPin>> know_pin(const rules::KeyPolicy& key, Deadline deadline);
  Task<Result<void>> fill_facts(rules::JwtPlan& plan, const rules::KeyPolicy& key, const rules::PublicKeyPin& pin,
                                Deadline deadline);
  Result<std::shared_ptr<TokenLink>> usable_link(const rules::KeyPolicy& key) const;
  Task<Result<std::shared_ptr<TokenLink>>> ready_link(const rules::KeyPolicy& key, Deadline deadline) const;
  void refresh(const Sha256Digest& cache_id, const rules::KeyPolicy& policy, rules::JwtPlan plan,
               rules::PublicKeyPin pin, const rules::AuditRecord& record);

  ServiceState& state_;
  DescribedKeys& keys_;
  TokenDirectory& tokens_;
  JwtCache& cache_;
  AuditLog& audit_;
  JwtSigner& signer_;
  RuleLog rule_log_{};
};

}  // namespace signet::service
