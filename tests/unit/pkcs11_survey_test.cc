#include "pkcs11/survey.h"
#include "tests/support/matchers.h"

namespace signet::pkcs11 {
namespace {

TokenSurvey token(const std::string& label, const std::string& serial) {
  return {.slot = 7,
          .label = label,
          .manufacturer = "SoftHSM project",
          .model = "SoftHSM v2",
          .serial = serial,
          .initialized = true};
}

Pkcs11Uri uri(const std::string& text) { return parse_pkcs11_uri(text).value(); }

}  // namespace

TEST_CASE("a token is chosen by what its URI names, never by its slot", "[pkcs11]") {
  std::vector<TokenSurvey> tokens{token("build", "1"), token("build", "2"), token("release", "3")};
  CHECK(choose_token(tokens, uri("pkcs11:token=release")).value().serial == "3");
  CHECK(choose_token(tokens, uri("pkcs11:token=build;serial=2")).value().serial == "2");
  CHECK(choose_token(tokens, uri("pkcs11:serial=1;model=SoftHSM%20v2")).value().serial == "1");
  REQUIRE_ERROR(choose_token(tokens, uri("pkcs11:token=nobody")), ErrorCode::not_found);
  REQUIRE_ERROR(choose_token(tokens, uri("pkcs11:token=build;serial=3")), ErrorCode::not_found);
  REQUIRE_ERROR(choose_token(tokens, uri("pkcs11:token=build")), ErrorCode::bad_configuration);
  REQUIRE_ERROR(choose_token({}, uri("pkcs11:token=build")), ErrorCode::not_found);
}

TEST_CASE("a slot that is not initialised is no token", "[pkcs11]") {
  TokenSurvey blank = token("build", "1");
  blank.initialized = false;
  REQUIRE_ERROR(choose_token({blank}, uri("pkcs11:token=build")), ErrorCode::not_found);
}

TEST_CASE("a file that is no module, or none at all, is a configuration error", "[pkcs11]") {
  REQUIRE_ERROR(Module::load({.path = "/nonexistent/module.so"}), ErrorCode::bad_configuration);
  REQUIRE_ERROR(Module::load({.path = "/proc/self/exe"}), ErrorCode::bad_configuration);
}

}  // namespace signet::pkcs11
