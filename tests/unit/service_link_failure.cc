#include "daemon/service/link_failure.h"
#include "tests/support/catch.h"
#include "tests/support/matchers.h"

namespace signet::test {
namespace {

using service::LinkFailureCode;
using service::TokenState;

TEST_CASE("each failure of the link has its error") {
  const auto [code, expected] = GENERATE(table<LinkFailureCode, ErrorCode>({
      {LinkFailureCode::version_unsupported, ErrorCode::token_unavailable},
      {LinkFailureCode::bad_request, ErrorCode::internal},
      {LinkFailureCode::token_opening, ErrorCode::token_unavailable},
      {LinkFailureCode::token_unavailable, ErrorCode::token_unavailable},
      {LinkFailureCode::no_such_key, ErrorCode::token_unavailable},
      {LinkFailureCode::key_refused, ErrorCode::token_unavailable},
      {LinkFailureCode::key_changed, ErrorCode::token_unavailable},
      {LinkFailureCode::message_refused, ErrorCode::internal},
      {LinkFailureCode::busy, ErrorCode::overloaded},
      {LinkFailureCode::signature_bad, ErrorCode::token_unavailable},
      {LinkFailureCode::token_failed, ErrorCode::token_unavailable},
      {LinkFailureCode::rate_exceeded, ErrorCode::overloaded},
      {LinkFailureCode::record_unavailable, ErrorCode::token_unavailable},
      {LinkFailureCode::unspecified, ErrorCode::internal},
  }));
  const Error error = service::api_error({code, TokenState::absent, "C_Sign: CKR_DEVICE_ERROR"});
  REQUIRE(error.code == expected);
  REQUIRE(error.retry_after.has_value());
  if (code != LinkFailureCode::token_unavailable) REQUIRE(error.message.find("CKR") == std::string::npos);
  REQUIRE_FALSE(error.detail.empty());
}

TEST_CASE("a rate that is used up says when there is room again") {
  const Error error =
      service::api_error({LinkFailureCode::rate_exceeded, TokenState::ready, "", std::chrono::seconds(42)});
  REQUIRE(error.retry_after == std::chrono::seconds(42));
}

TEST_CASE("a token that cannot be used speaks for itself where it has words") {
  REQUIRE(service::unavailable_error(TokenState::pin_refused, "the PIN was refused").message == "the PIN was refused");
  REQUIRE(service::unavailable_error(TokenState::absent, "").message.find("absent") != std::string::npos);
}

}  // namespace
}  // namespace signet::test
