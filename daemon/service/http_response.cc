#include <ctime>

#include <fmt/format.h>

#include "daemon/service/http_message.h"
#include "proto/api.h"

namespace signet::service {
namespace {

constexpr std::chrono::seconds kDefaultRetryAfter{1};

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 204:
      return "No Content";
    case 400:
      return "Bad Request";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 413:
      return "Content Too Large";
    case 422:
      return "Unprocessable Content";
    case 423:
      return "Locked";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "Internal Server Error";
  }
}

// IMF-fixdate (RFC 9110 section 5.6.7), made anew once a second: strftime for every cached answer would show in a
// profile.
std::string_view http_date() {
  thread_local std::time_t made_at = -1;
  thread_local char text[32];
  const std::time_t now = std::time(nullptr);
  if (now != made_at) {
    std::tm parts{};
    gmtime_r(&now, &parts);
    std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    made_at = now;
  }
  return text;
}

bool wants_retry_after(int status) { return status == 429 || status == 503; }

}  // namespace

HttpResponse problem_response(const Error& error, std::string_view request_id) {
  const bool travels = error_info(error.code).http_status != 0;
  const ErrorCode code = travels ? error.code : ErrorCode::internal;
  const ErrorInfo& info = error_info(code);
  const bool has_words = travels && !error.message.empty();
  HttpResponse response{.status = info.http_status, .content_type = "application/problem+json"};
  response.body = write(Problem{.code = code,
                                .detail = has_words ? error.message : std::string(info.sentence),
                                .request_id = std::string(request_id)});
  if (wants_retry_after(response.status)) response.retry_after = error.retry_after.value_or(kDefaultRetryAfter);
  return response;
}

void append_response(std::string& out, const HttpResponse& response, Framing framing, Content content) {
  auto to = std::back_inserter(out);
  out.reserve(out.size() + response.body.size() + 320);
  fmt::format_to(to, "HTTP/1.1 {} {}\r\nDate: {}\r\nCache-Control: no-store\r\n", response.status,
                 reason_phrase(response.status), http_date());
  if (response.status != 204) {
    fmt::format_to(to, "Content-Type: {}\r\nContent-Length: {}\r\n", response.content_type, response.body.size());
  }
  if (response.retry_after) fmt::format_to(to, "Retry-After: {}\r\n", response.retry_after->count());
  if (!response.allow.empty()) fmt::format_to(to, "Allow: {}\r\n", response.allow);
  if (framing == Framing::close) out += "Connection: close\r\n";
  out += "\r\n";
  if (content == Content::whole) out += response.body;
}

}  // namespace signet::service
