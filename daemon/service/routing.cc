#include "daemon/service/routing.h"

namespace signet::service {

Result<rules::Route, rules::RouteRefusal> route_of(rules::Listener listener, const HttpRequest& request) {
  return rules::find_route(listener, request.method == "HEAD" ? "GET" : std::string_view(request.method),
                           request.target);
}

HttpResponse route_problem(const rules::RouteRefusal& refusal, std::string_view request_id) {
  HttpResponse response = problem_response(refusal.error, request_id);
  response.allow = refusal.allow == "GET" ? "GET, HEAD" : refusal.allow;
  return response;
}

}  // namespace signet::service
