#include "daemon/service/token_issuer.h"

#include <ctime>

#include "daemon/rules/key_facts.h"
#include "daemon/rules/rotation.h"
#include "daemon/service/jwt_record.h"
#include "proto/api.h"

namespace signet::service {
namespace {

Error link_gone() {
  return {ErrorCode::token_unavailable, "the configuration has just changed; send the request again"};
}

HttpResponse bare_answer(const SignedJwt& jwt) { return {.content_type = "application/jwt", .body = jwt.text}; }

HttpResponse json_answer(const rules::AuditRecord& record, const SignedJwt& jwt, bool cached) {
  return {.body = write(TokenAnswer{.token = jwt.text,
                                    .key = record.key,
                                    .kid = record.kid,
                                    .alg = record.alg,
                                    .issued_at = jwt.issued_at,
                                    .expires_at = jwt.expires_at,
                                    .reusable_until = jwt.reusable_until,
                                    .cached = cached})};
}

SigningOrderPtr make_order(const rules::KeyPolicy& key, rules::JwtPlan plan, rules::PublicKeyPin pin,
                           std::shared_ptr<TokenLink> link, Deadline deadline, const rules::AuditRecord& record) {
  return std::make_shared<const SigningOrder>(SigningOrder{std::move(plan), key.object, std::move(pin), std::move(link),
                                                           deadline,
                                                           std::make_shared<const rules::AuditRecord>(record)});
}

RateTime rate_now() { return std::chrono::duration_cast<RateTime>(SteadyClock::now().time_since_epoch()); }

}  // namespace

TokenIssuer::TokenIssuer(ServiceState& state, DescribedKeys& keys, TokenDirectory& tokens, JwtCache& cache,
                         AuditLog& audit, JwtSigner& signer)
    : state_(state), keys_(keys), tokens_(tokens), cache_(cache), audit_(audit), signer_(signer) {}

Task<Result<HttpResponse>> TokenIssuer::issue(const rules::Peer& peer, HttpRequest request, std::string key,
                                              std::string_view request_id) {
  const Deadline deadline = SteadyClock::now() + state_.configuration->daemon.deadline;
  rules::AuditRecord record{.time = {}, .request_id = std::string(request_id), .peer = peer, .key = key, .outcome = {}};
  const Result<Issued> issued = co_await obtain(request, key, deadline, record);
  record.time = audit_now();
  if (!issued) {
    record.outcome = error_info(issued.error().code).name;
    record.rule = issued.error().rule;
    audit_.record_refusal(record);
    co_return Unexpected(issued.error());
  }
  const SignedJwt& jwt = *issued->jwt;
  record.outcome = "issued";
  record.cached = issued->cached;
  put_jwt(record, jwt);
  if (Result<void> recorded = co_await audit_.must_record(record, deadline); !recorded)
    co_return Unexpected(recorded.error());
  // One without an expiry counts while it is handed out.
  state_.holders.note(issued->object, peer, jwt.expires_at.value_or(jwt.reusable_until), std::time(nullptr));
  co_return request.wants_bare_jwt ? bare_answer(jwt) : json_answer(record, jwt, issued->cached);
}

Task<Result<TokenIssuer::Issued>> TokenIssuer::obtain(const HttpRequest& request, const std::string& key,
                                                      Deadline deadline, rules::AuditRecord& record) {
  const auto configuration = state_.configuration;  // a reload must not take the key away under us
  Result<rules::Admitted> admitted = admit(*configuration, request, key, record);
  if (!admitted) co_return Unexpected(admitted.error());
  const rules::KeyPolicy& policy = *admitted->key;
  rules::JwtPlan& plan = admitted->plan;

  Result<rules::PublicKeyPin> pin = co_await know_pin(policy, deadline);
  if (!pin) co_return Unexpected(pin.error());
  if (Result<void> filled = co_await fill_facts(plan, policy, *pin, deadline); !filled)
    co_return Unexpected(filled.error());
  rules::put_plan(record, plan);
  const rules::WallTime now = wall_now();
  cache_.observe_clock(now);
  record.spki_sha256 = pin->spki_sha256;
  const Sha256Digest cache_id = rules::cache_key(plan, pin->spki_sha256);
  SignedJwtPtr kept = cache_.find(cache_id, plan, now);
  const RateTime counted_at = rate_now();
  if (auto counted = count(policy, record.peer->uid, kept != nullptr, counted_at); !counted)
    co_return Unexpected(counted.error());
  if (kept) {
    const bool refreshes = rules::wants_refresh(plan, kept->made_at, kept->reusable_until, now);
    if (refreshes) refresh(cache_id, policy, std::move(plan), *std::move(pin), record);
    co_return Issued{std::move(kept), true, rules::object_id(policy)};
  }
  Result<std::shared_ptr<TokenLink>> link = co_await ready_link(policy, deadline);
  if (!link) {
    give_back(policy, record.peer->uid, counted_at);
    co_return Unexpected(link.error());
  }
  const bool may_share = may_share_jwt(plan);
  const SigningOrderPtr order =
      make_order(policy, std::move(plan), *std::move(pin), *std::move(link), deadline, record);
  Result<SignedJwtPtr> jwt = SignedJwtPtr();
  if (may_share) {
    // Named, because g++ 12 destroys braced temporaries of a co_await expression twice.
    JwtHolder holder{key, record.peer->uid};
    JwtSource source = signer_.source(order);
    jwt = co_await cache_.obtain(cache_id, std::move(holder), deadline, std::move(source));
  } else {
    jwt = co_await signer_.sign(order);
  }
  if (!jwt) {
    if (jwt.error().code == ErrorCode::overloaded) give_back(policy, record.peer->uid, counted_at);
    co_return Unexpected(jwt.error());
  }
  // An officer may have disabled the key while the token signed.
  if (Result<void> enabled = rules::check_enabled(state_.live.disabled, key); !enabled) {
    put_jwt(record, **jwt);
    co_return Unexpected(enabled.error());
  }
  co_return Issued{*std::move(jwt), false, rules::object_id(policy)};
}

// Counts for no rate, for the caller asked for nothing new. Where the token cannot sign now, the cached JWT serves on.
void TokenIssuer::refresh(const Sha256Digest& cache_id, const rules::KeyPolicy& policy, rules::JwtPlan plan,
                          rules::PublicKeyPin pin, const rules::AuditRecord& record) {
  if (!cache_.may_refresh(cache_id)) return;
  Result<std::shared_ptr<TokenLink>> link = usable_link(policy);
  if (!link) return;
  const Deadline deadline = SteadyClock::now() + state_.configuration->daemon.deadline;
  const SigningOrderPtr order = make_order(policy, std::move(plan), std::move(pin), *std::move(link), deadline, record);
  cache_.refresh(cache_id, {policy.name, record.peer->uid}, signer_.source(order));
}

Result<rules::Admitted> TokenIssuer::admit(const rules::Configuration& configuration, const HttpRequest& request,
                                           const std::string& key, rules::AuditRecord& record) {
  SIGNET_TRY_ASSIGN(const TokenRequest asked, read_token_request(request.body));
  record.lifetime = asked.lifetime;
  SIGNET_TRY_ASSIGN(rules::Admitted admitted,
                    rules::admit(configuration, state_.live.disabled, *record.peer, key, asked));
  rules::put_plan(record, admitted.plan);
  rule_log_.note(*record.peer, record.request_id, key, admitted.plan.would_refuse);
  return admitted;
}

Result<void> TokenIssuer::count(const rules::KeyPolicy& key, uid_t uid, bool cached, RateTime now) {
  using Answer = rules::KeyRates::Answer;
  return state_.rates[key.name].count(key, uid, cached ? Answer::cached : Answer::fresh, now);
}

// Where the token was surely not asked. What was handed to it stays counted, for it may have signed it.
void TokenIssuer::give_back(const rules::KeyPolicy& key, uid_t uid, RateTime counted_at) {
  state_.rates[key.name].give_back(key, uid, rules::KeyRates::Answer::fresh, counted_at);
}

// Known but for a key's very first use, which has to wait until its token shows it.
Task<Result<rules::PublicKeyPin>> TokenIssuer::know_pin(const rules::KeyPolicy& key, Deadline deadline) {
  if (auto pin = keys_.pin(key)) co_return *std::move(pin);
  const std::shared_ptr<TokenLink> link = tokens_.find(key.token);
  if (!link) co_return Unexpected(link_gone());
  if (Result<void> described = co_await link->wait_until_described(deadline); !described)
    co_return Unexpected(described.error());
  if (auto pin = keys_.pin(key)) co_return *std::move(pin);
  if (const auto usable = usable_link(key); !usable) co_return Unexpected(usable.error());
  co_return Unexpected(make_error(ErrorCode::token_unavailable, "described without a public key"));
}

// What is known stays true while the token is away, so that a cached JWT needs no token.
Task<Result<void>> TokenIssuer::fill_facts(rules::JwtPlan& plan, const rules::KeyPolicy& key,
                                           const rules::PublicKeyPin& pin, Deadline deadline) {
  if (!rules::needs_key_facts(plan)) co_return Result<void>();
  if (rules::fill_key_facts(plan, keys_.facts(key, pin))) co_return Result<void>();
  const std::shared_ptr<TokenLink> link = tokens_.find(key.token);
  if (!link) co_return Unexpected(link_gone());
  if (Result<void> described = co_await link->wait_until_described(deadline); !described)
    co_return Unexpected(described.error());
  if (const auto usable = usable_link(key); !usable) co_return Unexpected(usable.error());
  co_return rules::fill_key_facts(plan, keys_.facts(key, pin));
}

Result<std::shared_ptr<TokenLink>> TokenIssuer::usable_link(const rules::KeyPolicy& key) const {
  const auto condition = state_.live.objects.find(rules::object_id(key));
  if (condition != state_.live.objects.end() && !condition->second.usable) {
    return Unexpected(Error{ErrorCode::token_unavailable, condition->second.message,
                            "key " + key.name + " cannot be used", rules::kRetryAfterMend});
  }
  std::shared_ptr<TokenLink> link = tokens_.find(key.token);
  if (!link) return Unexpected(link_gone());
  return link;
}

Task<Result<std::shared_ptr<TokenLink>>> TokenIssuer::ready_link(const rules::KeyPolicy& key, Deadline deadline) const {
  Result<std::shared_ptr<TokenLink>> link = usable_link(key);
  if (!link) co_return link;
  if (const Result<void> expected = co_await (*link)->expect_service(deadline); !expected)
    co_return Unexpected(expected.error());
  co_return link;
}

}  // namespace signet::service
