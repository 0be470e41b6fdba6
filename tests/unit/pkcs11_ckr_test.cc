#include "pkcs11/ckr.h"
#include "tests/support/catch.h"

namespace signet::pkcs11 {

TEST_CASE("return values have their class", "[pkcs11]") {
  using enum CkrClass;
  const std::pair<CK_RV, CkrClass> expected[] = {
      {CKR_OK, ok},
      {CKR_USER_ALREADY_LOGGED_IN, ok},
      {CKR_DATA_LEN_RANGE, request},
      {CKR_KEY_TYPE_INCONSISTENT, request},
      {CKR_KEY_FUNCTION_NOT_PERMITTED, request},
      {CKR_MECHANISM_INVALID, request},
      {CKR_BUFFER_TOO_SMALL, request},
      {CKR_OPERATION_ACTIVE, session},
      {CKR_OPERATION_NOT_INITIALIZED, session},
      {CKR_SESSION_CLOSED, session},
      {CKR_SESSION_HANDLE_INVALID, session},
      {CKR_SESSION_COUNT, pool_limit},
      {CKR_KEY_HANDLE_INVALID, stale_key},
      {CKR_OBJECT_HANDLE_INVALID, stale_key},
      {CKR_USER_NOT_LOGGED_IN, login_lost},
      {CKR_SLOT_ID_INVALID, token_gone},
      {CKR_DEVICE_REMOVED, token_gone},
      {CKR_TOKEN_NOT_PRESENT, token_gone},
      {CKR_TOKEN_NOT_RECOGNIZED, token_gone},
      {CKR_HOST_MEMORY, sick},
      {CKR_GENERAL_ERROR, sick},
      {CKR_FUNCTION_FAILED, sick},
      {CKR_DEVICE_ERROR, sick},
      {CKR_CRYPTOKI_NOT_INITIALIZED, sick},
      {CKR_PIN_INCORRECT, pin},
      {CKR_PIN_LOCKED, pin},
      {CKR_PIN_EXPIRED, pin},
      {CKR_USER_PIN_NOT_INITIALIZED, pin},
      {CKR_CANT_LOCK, setup},
      {CKR_CRYPTOKI_ALREADY_INITIALIZED, setup},
  };
  for (const auto& [rv, ckr_class_wanted] : expected) {
    INFO(ckr_name(rv));
    CHECK(static_cast<int>(ckr_class(rv)) == static_cast<int>(ckr_class_wanted));
  }
}

TEST_CASE("unknown and vendor codes count as a sick device", "[pkcs11]") {
  for (const CK_RV rv : {CK_RV{0x7777}, CK_RV{0x80000001UL}, CK_RV{0xFFFFFFFFUL}})
    CHECK(ckr_class(rv) == CkrClass::sick);
  CHECK(ckr_name(0x80000001UL) == "CKR 0x80000001");
}

TEST_CASE("only request, pin and success leave the image as it is", "[pkcs11]") {
  CHECK_FALSE(means_token_lost(CkrClass::ok));
  CHECK_FALSE(means_token_lost(CkrClass::request));
  CHECK_FALSE(means_token_lost(CkrClass::pin));
  for (const CkrClass lost : {CkrClass::session, CkrClass::pool_limit, CkrClass::stale_key, CkrClass::login_lost,
                              CkrClass::token_gone, CkrClass::sick, CkrClass::setup}) {
    CHECK(means_token_lost(lost));
  }
}

TEST_CASE("a failure names call and code, for the log alone", "[pkcs11]") {
  const auto failed = check("C_Sign", CKR_DEVICE_REMOVED);
  REQUIRE_FALSE(failed.has_value());
  CHECK(to_string(failed.error()) == "C_Sign answered CKR_DEVICE_REMOVED (0x32)");
  const Error error = token_error(failed.error(), "plain words");
  CHECK(error.message == "plain words");
  CHECK(error.detail == "C_Sign answered CKR_DEVICE_REMOVED (0x32)");
  CHECK(check("C_Sign", CKR_OK).has_value());
}

}  // namespace signet::pkcs11
