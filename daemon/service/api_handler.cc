#include "daemon/service/api_handler.h"

#include <exception>

#include "daemon/rules/jwk_set.h"
#include "daemon/rules/views.h"
#include "daemon/service/routing.h"
#include "proto/api.h"

namespace signet::service {

Task<HttpResponse> ApiHandler::answer(const rules::Peer& peer, HttpRequest request, std::string_view request_id) {
  Error error;
  try {
    const auto route = route_of(rules::Listener::api, request);
    if (!route) {
      failures_.note(peer, request_id, route.error().error);
      co_return route_problem(route.error(), request_id);
    }
    Result<HttpResponse> response = HttpResponse{};
    if (route->endpoint == rules::Endpoint::issue_token) {
      response = co_await issuer_.issue(peer, std::move(request), route->key, request_id);
    } else {
      response = show(*route, peer);
    }
    if (response) co_return *std::move(response);
    error = std::move(response.error());
  } catch (const std::exception& e) {
    error = make_error(ErrorCode::internal, e.what());
  }
  co_return refuse(peer, error, request_id);
}

HttpResponse ApiHandler::refuse(const rules::Peer& peer, const Error& error, std::string_view request_id) {
  failures_.note(peer, request_id, error);
  return problem_response(error, request_id);
}

Result<HttpResponse> ApiHandler::show(const rules::Route& route, const rules::Peer& peer) {
  const rules::Configuration& configuration = *state_.configuration;
  refresh_live();
  switch (route.endpoint) {
    case rules::Endpoint::list_keys:
      return HttpResponse{.body = write_key_list(rules::list_keys(configuration, peer, state_.live))};
    case rules::Endpoint::show_key: {
      SIGNET_TRY_ASSIGN(const KeyDetail detail, rules::show_key(configuration, peer, route.key, state_.live));
      return HttpResponse{.body = write(detail)};
    }
    case rules::Endpoint::jwks:
      return HttpResponse{.content_type = "application/jwk-set+json",
                          .body = write_jwks(rules::published_keys(configuration, state_.live, wall_now()))};
    case rules::Endpoint::whoami:
      return HttpResponse{.body = write(rules::who_am_i(peer))};
    case rules::Endpoint::health:
      return health(peer);
    default:
      return Unexpected(make_error(ErrorCode::not_found));
  }
}

HttpResponse ApiHandler::health(const rules::Peer& peer) const {
  constexpr std::chrono::seconds kLookAgain{5};
  const Health health = rules::health_for(*state_.configuration, peer, state_.live);
  HttpResponse response{.body = write(health)};
  if (health.status != "down") return response;
  response.status = 503;
  response.retry_after = kLookAgain;
  return response;
}

void ApiHandler::refresh_live() {
  tokens_.refresh_health();
  state_.live.audit_works = audit_.works();
}

}  // namespace signet::service
