#pragma once

#include <string>
#include <string_view>

#include "proto/result.h"

namespace signet::rules {

enum class Listener { api, admin };

enum class Endpoint {
  issue_token,  ///< POST /v1/keys/{key}/tokens
  list_keys,    ///< GET /v1/keys
  show_key,     ///< GET /v1/keys/{key}
  jwks,         ///< GET /v1/jwks
  whoami,       ///< GET /v1/whoami
  health,       ///< GET /v1/health
  disable_key,  ///< POST /v1/keys/{key}/disable, admin
  enable_key,   ///< POST /v1/keys/{key}/enable, admin
  promote_key,  ///< POST /v1/keys/{key}/promote, admin
  reload,       ///< POST /v1/reload, admin
  status,       ///< GET /v1/status, admin
};

struct Route {
  Endpoint endpoint = Endpoint::health;
  std::string key{};  ///< empty where the endpoint has none, and where the name is none that a key could have: nobody
                      ///< may use such a key
};

struct RouteRefusal {
  Error error;  ///< not_found, method_not_allowed, not_implemented (a method HTTP does not know), invalid_request (a
                ///< query)
  std::string allow{};  ///< value of `Allow` with method_not_allowed (RFC 9110 section 10.2.1)
};

/// Finds the call that a request line means. Targets in origin form or absolute form (RFC 9112 section 3.2). The admin
/// socket answers the admin calls alone, and on the API socket those do not exist. Any thread.
Result<Route, RouteRefusal> find_route(Listener listener, std::string_view method, std::string_view target);

/// `[a-z0-9._-]{1,64}`, not "." or "..".
bool is_key_name(std::string_view text);

}  // namespace signet::rules
