#include "daemon/service/link_failure.h"

#include <algorithm>

#include <fmt/format.h>

#include "daemon/rules/decide.h"

namespace signet::service {
namespace {

using rules::kRetryAfterMend;

std::string_view code_name(LinkFailureCode code) {
  switch (code) {
    case LinkFailureCode::version_unsupported:
      return "VERSION_UNSUPPORTED";
    case LinkFailureCode::bad_request:
      return "BAD_REQUEST";
    case LinkFailureCode::token_opening:
      return "TOKEN_OPENING";
    case LinkFailureCode::token_unavailable:
      return "TOKEN_UNAVAILABLE";
    case LinkFailureCode::no_such_key:
      return "NO_SUCH_KEY";
    case LinkFailureCode::key_refused:
      return "KEY_REFUSED";
    case LinkFailureCode::key_changed:
      return "KEY_CHANGED";
    case LinkFailureCode::message_refused:
      return "MESSAGE_REFUSED";
    case LinkFailureCode::busy:
      return "BUSY";
    case LinkFailureCode::signature_bad:
      return "SIGNATURE_BAD";
    case LinkFailureCode::token_failed:
      return "TOKEN_FAILED";
    case LinkFailureCode::rate_exceeded:
      return "RATE_EXCEEDED";
    case LinkFailureCode::record_unavailable:
      return "RECORD_UNAVAILABLE";
    case LinkFailureCode::unspecified:
      break;
  }
  return "FAILURE_UNSPECIFIED";
}

Error with_detail(ErrorCode code, std::string message, const LinkFailure& failure, std::chrono::seconds retry_after) {
  return {code, std::move(message), fmt::format("link: {} ({})", code_name(failure.code), failure.message),
          retry_after};
}

}  // namespace

Error unavailable_error(TokenState state, std::string_view message) {
  Error error{ErrorCode::token_unavailable, std::string(message), fmt::format("token {}", state_name(state)),
              kRetryAfterMend};
  if (error.message.empty()) error.message = fmt::format("the key's token is {}; see /v1/health", state_name(state));
  return error;
}

Error api_error(const LinkFailure& failure) {
  constexpr std::chrono::seconds kSoon{1};
  switch (failure.code) {
    case LinkFailureCode::rate_exceeded:
      return with_detail(ErrorCode::overloaded, "the token's service signs no more for now; try again later", failure,
                         std::max(kSoon, failure.retry_after));
    case LinkFailureCode::record_unavailable:
      return with_detail(ErrorCode::token_unavailable,
                         "the token's service cannot keep its record of signatures, so none leaves; the administrator "
                         "must make room on its disk",
                         failure, kRetryAfterMend);
    case LinkFailureCode::busy:
      return with_detail(ErrorCode::overloaded, "the token has more to sign than it can; try again shortly", failure,
                         kSoon);
    case LinkFailureCode::token_opening:
      return with_detail(ErrorCode::token_unavailable, "the token is being opened; try again shortly", failure, kSoon);
    case LinkFailureCode::token_unavailable: {
      Error error = unavailable_error(failure.state, failure.message);
      error.detail += ", link: TOKEN_UNAVAILABLE";
      return error;
    }
    case LinkFailureCode::no_such_key:
      return with_detail(ErrorCode::token_unavailable,
                         "the token does not hold this key; its officer must import it or mend its file", failure,
                         kRetryAfterMend);
    case LinkFailureCode::key_refused:
      return with_detail(ErrorCode::token_unavailable, "the token's service refuses to use this key; see /v1/health",
                         failure, kRetryAfterMend);
    case LinkFailureCode::key_changed:
      return with_detail(ErrorCode::token_unavailable,
                         "the key on the token is not the one this name was given to; its officer must look", failure,
                         kRetryAfterMend);
    case LinkFailureCode::signature_bad:
    case LinkFailureCode::token_failed:
    case LinkFailureCode::version_unsupported:
      return with_detail(ErrorCode::token_unavailable, "the token failed to sign; try again shortly", failure, kSoon);
    case LinkFailureCode::message_refused:
    case LinkFailureCode::bad_request:
    case LinkFailureCode::unspecified:
      break;
  }
  return with_detail(ErrorCode::internal, std::string(error_info(ErrorCode::internal).sentence), failure, kSoon);
}

}  // namespace signet::service
