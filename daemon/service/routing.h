#pragma once

#include <optional>
#include <variant>

#include "daemon/rules/route.h"
#include "daemon/service/http_message.h"

namespace signet::service {

/// The call a request means, HEAD counting as GET (RFC 9110 section 9.3.2).
Result<rules::Route, rules::RouteRefusal> route_of(rules::Listener listener, const HttpRequest& request);

/// The problem document of a refused route, with `Allow` where it belongs.
HttpResponse route_problem(const rules::RouteRefusal& refusal, std::string_view request_id);

}  // namespace signet::service
