#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "proto/error.h"

// One HTTP request as our calls see it, and the answer to it. Values; the wire form is request_parser's and
// http_response.cc's.
namespace signet::service {

struct HttpRequest {
  std::string method;
  std::string target;  ///< request-target as sent (RFC 9112 section 3.2)
  std::string body{};
  bool wants_bare_jwt = false;  ///< Accept names application/jwt
  bool keep_alive = true;
};

struct HttpResponse {
  int status = 200;
  std::string_view content_type = "application/json";
  std::string body{};
  std::optional<std::chrono::seconds> retry_after{};
  std::string allow{};  ///< methods of this resource, sent with 405
};

/// The RFC 9457 document of a failure. A code that never travels in HTTP becomes `internal`. 429 and 503 get a
/// Retry-After.
HttpResponse problem_response(const Error& error, std::string_view request_id);

enum class Framing { keep_open, close };
enum class Content { whole, header_only };  ///< header_only: the answer to HEAD

/// Appends the answer's octets: status line, Date, Cache-Control: no-store, Content-Length, the rest.
void append_response(std::string& out, const HttpResponse& response, Framing framing, Content content);

}  // namespace signet::service
