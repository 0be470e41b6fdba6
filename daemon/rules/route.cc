#include "daemon/rules/route.h"

#include <algorithm>
#include <array>
#include <optional>

#include "proto/config_values.h"

namespace signet::rules {
namespace {

struct Row {
  Listener listener;
  std::string_view method;
  std::string_view path;  ///< `{key}` stands for one segment
  Endpoint endpoint;
};

constexpr std::array kRows{
    Row{Listener::api, "POST", "/v1/keys/{key}/tokens", Endpoint::issue_token},
    Row{Listener::api, "GET", "/v1/keys", Endpoint::list_keys},
    Row{Listener::api, "GET", "/v1/keys/{key}", Endpoint::show_key},
    Row{Listener::api, "GET", "/v1/jwks", Endpoint::jwks},
    Row{Listener::api, "GET", "/v1/whoami", Endpoint::whoami},
    Row{Listener::api, "GET", "/v1/health", Endpoint::health},
    Row{Listener::admin, "POST", "/v1/keys/{key}/disable", Endpoint::disable_key},
    Row{Listener::admin, "POST", "/v1/keys/{key}/enable", Endpoint::enable_key},
    Row{Listener::admin, "POST", "/v1/keys/{key}/promote", Endpoint::promote_key},
    Row{Listener::admin, "POST", "/v1/reload", Endpoint::reload},
    Row{Listener::admin, "GET", "/v1/status", Endpoint::status},
};

constexpr std::string_view kKeySegment = "{key}";

/// RFC 9110 section 9 and RFC 5789.
constexpr std::array<std::string_view, 9> kHttpMethods{"GET",     "HEAD",    "POST",  "PUT",  "DELETE",
                                                       "CONNECT", "OPTIONS", "TRACE", "PATCH"};

/// What stands for `{key}` in the path, empty where the row has none; nothing where the path is another.
std::optional<std::string_view> match(std::string_view pattern, std::string_view path) {
  const auto at = pattern.find(kKeySegment);
  if (at == pattern.npos) return pattern == path ? std::optional(std::string_view{}) : std::nullopt;
  const auto before = pattern.substr(0, at);
  const auto after = pattern.substr(at + kKeySegment.size());
  if (path.size() < before.size() + after.size() || !path.starts_with(before) || !path.ends_with(after))
    return std::nullopt;
  const auto segment = path.substr(before.size(), path.size() - before.size() - after.size());
  if (segment.empty() || segment.find('/') != segment.npos) return std::nullopt;
  return segment;
}

/// Absolute form carries scheme and authority before the path (RFC 9112 section 3.2.2); over a Unix socket they mean
/// nothing.
std::string_view without_authority(std::string_view target) {
  static constexpr std::string_view kScheme = "http://";
  if (!target.starts_with(kScheme)) return target;
  const auto slash = target.find('/', kScheme.size());
  return slash == target.npos ? std::string_view("/") : target.substr(slash);
}

Unexpected<RouteRefusal> refused(ErrorCode code) { return Unexpected(RouteRefusal{make_error(code)}); }

}  // namespace

bool is_key_name(std::string_view text) { return parse_name(text).has_value(); }

Result<Route, RouteRefusal> find_route(Listener listener, std::string_view method, std::string_view target) {
  if (std::ranges::find(kHttpMethods, method) == kHttpMethods.end()) return refused(ErrorCode::not_implemented);
  const auto path = without_authority(target);
  if (path.find('?') != path.npos)
    return Unexpected(RouteRefusal{
        Error{ErrorCode::invalid_request, "No call takes a query; remove everything from the question mark on."}});
  for (const auto& row : kRows) {
    const auto key = row.listener == listener ? match(row.path, path) : std::nullopt;
    if (!key) continue;
    if (row.method != method)
      return Unexpected(RouteRefusal{make_error(ErrorCode::method_not_allowed), std::string(row.method)});
    return Route{row.endpoint, is_key_name(*key) ? std::string(*key) : std::string()};
  }
  return refused(ErrorCode::not_found);
}

}  // namespace signet::rules
