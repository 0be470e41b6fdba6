#include "proto/error.h"

#include <algorithm>

namespace signet {
namespace {

using enum ErrorCode;

constexpr auto kCatalogue = std::to_array<ErrorInfo>({
    {invalid_request, "invalid_request", 400, "Bad Request",
     "The request is not what this call takes; correct it and send it again."},
    {not_permitted, "not_permitted", 403, "Forbidden",
     "You may not use a key of this name; ask the administrator, who sees the reason in the log."},
    {not_found, "not_found", 404, "Not Found", "There is no such call here; see the list of calls in the API's pages."},
    {method_not_allowed, "method_not_allowed", 405, "Method Not Allowed",
     "This call exists with another method; the Allow header names it."},
    {request_timeout, "request_timeout", 408, "Request Timeout",
     "The request did not arrive completely in time; send it in one go."},
    {payload_too_large, "payload_too_large", 413, "Content Too Large", "The body is larger than 64 KiB; send less."},
    {claims_rejected, "claims_rejected", 422, "Unprocessable Content",
     "The key's profile does not allow these claims; ask for those that GET /v1/keys/{key} lists."},
    {lifetime_rejected, "lifetime_rejected", 422, "Unprocessable Content",
     "The key's profile does not allow this lifetime; ask for one within the limits that GET /v1/keys/{key} lists."},
    {key_disabled, "key_disabled", 423, "Locked", "This key is disabled; ask the administrator to enable it."},
    {rate_limited, "rate_limited", 429, "Too Many Requests",
     "This key's rate is used up; wait as long as Retry-After says."},
    {headers_too_large, "headers_too_large", 431, "Request Header Fields Too Large",
     "The request's header is too large; send fewer or shorter fields."},
    {internal, "internal", 500, "Internal Server Error",
     "The service failed unexpectedly; give the administrator the request_id."},
    {not_implemented, "not_implemented", 501, "Not Implemented", "This service does not know how to do that."},
    {token_unavailable, "token_unavailable", 503, "Service Unavailable",
     "The token that holds this key cannot sign now; GET /v1/health says why."},
    {overloaded, "overloaded", 503, "Service Unavailable",
     "More is asked than can be signed now; wait as long as Retry-After says."},
    {audit_unavailable, "audit_unavailable", 503, "Service Unavailable",
     "The audit record cannot be written, so nothing is handed out; tell the administrator."},
    {deadline_exceeded, "deadline_exceeded", 504, "Gateway Timeout",
     "The token did not answer in time; try again, and tell the administrator if it lasts."},
    {bad_configuration, "bad_configuration", 0, "Bad Configuration", "The configuration is wrong."},
    {bad_input, "bad_input", 0, "Bad Input", "The value is wrong."},
    {io_failure, "io_failure", 0, "System Failure", "The operating system refused."},
    {token_failure, "token_failure", 0, "Token Failure", "The PKCS#11 token refused."},
});

constexpr bool rows_follow_the_enumeration() {
  for (std::size_t i = 0; i < kCatalogue.size(); ++i) {
    if (static_cast<std::size_t>(kCatalogue[i].code) != i) return false;
  }
  return kCatalogue.size() == static_cast<std::size_t>(token_failure) + 1;
}
static_assert(rows_follow_the_enumeration());

}  // namespace

const ErrorInfo& error_info(ErrorCode code) { return kCatalogue.at(static_cast<std::size_t>(code)); }

std::optional<ErrorCode> error_code_from_name(std::string_view name) {
  const auto row = std::ranges::find(kCatalogue, name, &ErrorInfo::name);
  if (row == kCatalogue.end()) return std::nullopt;
  return row->code;
}

Error make_error(ErrorCode code, std::string detail) {
  return {.code = code, .message = std::string(error_info(code).sentence), .detail = std::move(detail)};
}

}  // namespace signet
