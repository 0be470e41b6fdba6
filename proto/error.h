#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

// The one catalogue of errors. A code is stable: clients and scripts may compare it. See docs/api/errors.md.
namespace signet {

/// Codes up to deadline_exceeded travel in HTTP answers (RFC 9457 problem documents); those after it stay in our own
/// processes.
enum class ErrorCode {
  invalid_request,
  not_permitted,
  not_found,
  method_not_allowed,
  request_timeout,
  payload_too_large,
  claims_rejected,
  lifetime_rejected,
  key_disabled,
  rate_limited,
  headers_too_large,
  internal,
  not_implemented,
  token_unavailable,
  overloaded,
  audit_unavailable,
  deadline_exceeded,
  bad_configuration,  ///< a file or option of ours is wrong; the message names the mend
  bad_input,          ///< a value given on the command line, in a key file or by another program of ours is wrong
  io_failure,         ///< the operating system refused (open, bind, connect, write)
  token_failure,      ///< the PKCS#11 module or token refused; the detail names call and CKR
};

/// A failure as a value. `message` is one plain sentence that says what to do; it may reach a client, so it never holds
/// a PIN, a JWT, a claim's value, a CKR code or a path of the server. `detail` is for the log only and may name call,
/// CKR and path (never a PIN, JWT or claim value).
struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;
  std::string detail{};
  std::optional<std::chrono::seconds> retry_after{};  ///< sent as Retry-After with 429 and 503
  std::string rule{};  ///< the policy rule that refused ("allow", "claim-allow sub", "rate 10/s"), for log and audit
};

struct ErrorInfo {
  ErrorCode code;
  std::string_view name;      ///< the stable code: "not_permitted"
  int http_status;            ///< 0 for codes that never travel in HTTP
  std::string_view title;     ///< the HTTP status phrase (RFC 9457 section 4.2.1); for local codes a short phrase
  std::string_view sentence;  ///< what to say where nobody has anything better to say
};

/// The catalogue's row of a code. Any thread.
const ErrorInfo& error_info(ErrorCode code);
/// The code of a stable name as read from an answer; nothing where the name is unknown. Any thread.
std::optional<ErrorCode> error_code_from_name(std::string_view name);
/// An Error with the catalogue's own sentence. Any thread.
Error make_error(ErrorCode code, std::string detail = {});

}  // namespace signet
