#include "pkcs11/ckr.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace signet::pkcs11 {
namespace {

struct Row {
  CK_RV rv;
  std::string_view name;
  CkrClass ckr_class;
};

// PKCS#11 2.40 section 5.1, sorted by value.
constexpr std::array kRows{
    Row{CKR_OK, "CKR_OK", CkrClass::ok},
    Row{CKR_CANCEL, "CKR_CANCEL", CkrClass::session},
    Row{CKR_HOST_MEMORY, "CKR_HOST_MEMORY", CkrClass::sick},
    Row{CKR_SLOT_ID_INVALID, "CKR_SLOT_ID_INVALID", CkrClass::token_gone},
    Row{CKR_GENERAL_ERROR, "CKR_GENERAL_ERROR", CkrClass::sick},
    Row{CKR_FUNCTION_FAILED, "CKR_FUNCTION_FAILED", CkrClass::sick},
    Row{CKR_ARGUMENTS_BAD, "CKR_ARGUMENTS_BAD", CkrClass::request},
    Row{CKR_NO_EVENT, "CKR_NO_EVENT", CkrClass::request},
    Row{CKR_NEED_TO_CREATE_THREADS, "CKR_NEED_TO_CREATE_THREADS", CkrClass::setup},
    Row{CKR_CANT_LOCK, "CKR_CANT_LOCK", CkrClass::setup},
    Row{CKR_ATTRIBUTE_READ_ONLY, "CKR_ATTRIBUTE_READ_ONLY", CkrClass::request},
    Row{CKR_ATTRIBUTE_SENSITIVE, "CKR_ATTRIBUTE_SENSITIVE", CkrClass::request},
    Row{CKR_ATTRIBUTE_TYPE_INVALID, "CKR_ATTRIBUTE_TYPE_INVALID", CkrClass::request},
    Row{CKR_ATTRIBUTE_VALUE_INVALID, "CKR_ATTRIBUTE_VALUE_INVALID", CkrClass::request},
    Row{0x1BUL, "CKR_ACTION_PROHIBITED", CkrClass::request},
    Row{CKR_DATA_INVALID, "CKR_DATA_INVALID", CkrClass::request},
    Row{CKR_DATA_LEN_RANGE, "CKR_DATA_LEN_RANGE", CkrClass::request},
    Row{CKR_DEVICE_ERROR, "CKR_DEVICE_ERROR", CkrClass::sick},
    Row{CKR_DEVICE_MEMORY, "CKR_DEVICE_MEMORY", CkrClass::sick},
    Row{CKR_DEVICE_REMOVED, "CKR_DEVICE_REMOVED", CkrClass::token_gone},
    Row{CKR_ENCRYPTED_DATA_INVALID, "CKR_ENCRYPTED_DATA_INVALID", CkrClass::request},
    Row{CKR_ENCRYPTED_DATA_LEN_RANGE, "CKR_ENCRYPTED_DATA_LEN_RANGE", CkrClass::request},
    Row{CKR_FUNCTION_CANCELED, "CKR_FUNCTION_CANCELED", CkrClass::session},
    Row{CKR_FUNCTION_NOT_PARALLEL, "CKR_FUNCTION_NOT_PARALLEL", CkrClass::request},
    Row{CKR_FUNCTION_NOT_SUPPORTED, "CKR_FUNCTION_NOT_SUPPORTED", CkrClass::request},
    Row{CKR_KEY_HANDLE_INVALID, "CKR_KEY_HANDLE_INVALID", CkrClass::stale_key},
    Row{CKR_KEY_SIZE_RANGE, "CKR_KEY_SIZE_RANGE", CkrClass::request},
    Row{CKR_KEY_TYPE_INCONSISTENT, "CKR_KEY_TYPE_INCONSISTENT", CkrClass::request},
    Row{CKR_KEY_FUNCTION_NOT_PERMITTED, "CKR_KEY_FUNCTION_NOT_PERMITTED", CkrClass::request},
    Row{CKR_KEY_NOT_WRAPPABLE, "CKR_KEY_NOT_WRAPPABLE", CkrClass::request},
    Row{CKR_KEY_UNEXTRACTABLE, "CKR_KEY_UNEXTRACTABLE", CkrClass::request},
    Row{CKR_MECHANISM_INVALID, "CKR_MECHANISM_INVALID", CkrClass::request},
    Row{CKR_MECHANISM_PARAM_INVALID, "CKR_MECHANISM_PARAM_INVALID", CkrClass::request},
    Row{CKR_OBJECT_HANDLE_INVALID, "CKR_OBJECT_HANDLE_INVALID", CkrClass::stale_key},
    Row{CKR_OPERATION_ACTIVE, "CKR_OPERATION_ACTIVE", CkrClass::session},
    Row{CKR_OPERATION_NOT_INITIALIZED, "CKR_OPERATION_NOT_INITIALIZED", CkrClass::session},
    Row{CKR_PIN_INCORRECT, "CKR_PIN_INCORRECT", CkrClass::pin},
    Row{CKR_PIN_INVALID, "CKR_PIN_INVALID", CkrClass::pin},
    Row{CKR_PIN_LEN_RANGE, "CKR_PIN_LEN_RANGE", CkrClass::pin},
    Row{CKR_PIN_EXPIRED, "CKR_PIN_EXPIRED", CkrClass::pin},
    Row{CKR_PIN_LOCKED, "CKR_PIN_LOCKED", CkrClass::pin},
    Row{CKR_SESSION_CLOSED, "CKR_SESSION_CLOSED", CkrClass::session},
    Row{CKR_SESSION_COUNT, "CKR_SESSION_COUNT", CkrClass::pool_limit},
    Row{CKR_SESSION_HANDLE_INVALID, "CKR_SESSION_HANDLE_INVALID", CkrClass::session},
    Row{CKR_SESSION_PARALLEL_NOT_SUPPORTED, "CKR_SESSION_PARALLEL_NOT_SUPPORTED", CkrClass::request},
    Row{CKR_SESSION_READ_ONLY, "CKR_SESSION_READ_ONLY", CkrClass::request},
    Row{CKR_SESSION_EXISTS, "CKR_SESSION_EXISTS", CkrClass::request},
    Row{CKR_SESSION_READ_ONLY_EXISTS, "CKR_SESSION_READ_ONLY_EXISTS", CkrClass::request},
    Row{CKR_SESSION_READ_WRITE_SO_EXISTS, "CKR_SESSION_READ_WRITE_SO_EXISTS", CkrClass::request},
    Row{CKR_SIGNATURE_INVALID, "CKR_SIGNATURE_INVALID", CkrClass::request},
    Row{CKR_SIGNATURE_LEN_RANGE, "CKR_SIGNATURE_LEN_RANGE", CkrClass::request},
    Row{CKR_TEMPLATE_INCOMPLETE, "CKR_TEMPLATE_INCOMPLETE", CkrClass::request},
    Row{CKR_TEMPLATE_INCONSISTENT, "CKR_TEMPLATE_INCONSISTENT", CkrClass::request},
    Row{CKR_TOKEN_NOT_PRESENT, "CKR_TOKEN_NOT_PRESENT", CkrClass::token_gone},
    Row{CKR_TOKEN_NOT_RECOGNIZED, "CKR_TOKEN_NOT_RECOGNIZED", CkrClass::token_gone},
    Row{CKR_TOKEN_WRITE_PROTECTED, "CKR_TOKEN_WRITE_PROTECTED", CkrClass::request},
    Row{CKR_UNWRAPPING_KEY_HANDLE_INVALID, "CKR_UNWRAPPING_KEY_HANDLE_INVALID", CkrClass::request},
    Row{CKR_UNWRAPPING_KEY_SIZE_RANGE, "CKR_UNWRAPPING_KEY_SIZE_RANGE", CkrClass::request},
    Row{CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT, "CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT", CkrClass::request},
    Row{CKR_USER_ALREADY_LOGGED_IN, "CKR_USER_ALREADY_LOGGED_IN", CkrClass::ok},
    Row{CKR_USER_NOT_LOGGED_IN, "CKR_USER_NOT_LOGGED_IN", CkrClass::login_lost},
    Row{CKR_USER_PIN_NOT_INITIALIZED, "CKR_USER_PIN_NOT_INITIALIZED", CkrClass::pin},
    Row{CKR_USER_TYPE_INVALID, "CKR_USER_TYPE_INVALID", CkrClass::pin},
    Row{CKR_USER_ANOTHER_ALREADY_LOGGED_IN, "CKR_USER_ANOTHER_ALREADY_LOGGED_IN", CkrClass::pin},
    Row{CKR_USER_TOO_MANY_TYPES, "CKR_USER_TOO_MANY_TYPES", CkrClass::pin},
    Row{CKR_WRAPPED_KEY_INVALID, "CKR_WRAPPED_KEY_INVALID", CkrClass::request},
    Row{CKR_WRAPPED_KEY_LEN_RANGE, "CKR_WRAPPED_KEY_LEN_RANGE", CkrClass::request},
    Row{CKR_WRAPPING_KEY_HANDLE_INVALID, "CKR_WRAPPING_KEY_HANDLE_INVALID", CkrClass::request},
    Row{CKR_WRAPPING_KEY_SIZE_RANGE, "CKR_WRAPPING_KEY_SIZE_RANGE", CkrClass::request},
    Row{CKR_WRAPPING_KEY_TYPE_INCONSISTENT, "CKR_WRAPPING_KEY_TYPE_INCONSISTENT", CkrClass::request},
    Row{CKR_RANDOM_SEED_NOT_SUPPORTED, "CKR_RANDOM_SEED_NOT_SUPPORTED", CkrClass::request},
    Row{CKR_RANDOM_NO_RNG, "CKR_RANDOM_NO_RNG", CkrClass::request},
    Row{0x130UL, "CKR_DOMAIN_PARAMS_INVALID", CkrClass::request},
    Row{0x140UL, "CKR_CURVE_NOT_SUPPORTED", CkrClass::request},
    Row{CKR_BUFFER_TOO_SMALL, "CKR_BUFFER_TOO_SMALL", CkrClass::request},
    Row{CKR_SAVED_STATE_INVALID, "CKR_SAVED_STATE_INVALID", CkrClass::request},
    Row{CKR_INFORMATION_SENSITIVE, "CKR_INFORMATION_SENSITIVE", CkrClass::request},
    Row{CKR_STATE_UNSAVEABLE, "CKR_STATE_UNSAVEABLE", CkrClass::request},
    Row{CKR_CRYPTOKI_NOT_INITIALIZED, "CKR_CRYPTOKI_NOT_INITIALIZED", CkrClass::sick},
    Row{CKR_CRYPTOKI_ALREADY_INITIALIZED, "CKR_CRYPTOKI_ALREADY_INITIALIZED", CkrClass::setup},
    Row{CKR_MUTEX_BAD, "CKR_MUTEX_BAD", CkrClass::sick},
    Row{CKR_MUTEX_NOT_LOCKED, "CKR_MUTEX_NOT_LOCKED", CkrClass::sick},
    Row{CKR_FUNCTION_REJECTED, "CKR_FUNCTION_REJECTED", CkrClass::request},
};
static_assert(std::ranges::is_sorted(kRows, {}, &Row::rv));

const Row* find_row(CK_RV rv) {
  const auto* row = std::ranges::lower_bound(kRows, rv, {}, &Row::rv);
  return row != kRows.end() && row->rv == rv ? row : nullptr;
}

}  // namespace

CkrClass ckr_class(CK_RV rv) {
  const Row* row = find_row(rv);
  return row != nullptr ? row->ckr_class : CkrClass::sick;
}

std::string ckr_name(CK_RV rv) {
  const Row* row = find_row(rv);
  return row != nullptr ? std::string(row->name) : fmt::format("CKR 0x{:x}", rv);
}

std::string to_string(const CallFailure& failure) {
  return fmt::format("{} answered {} (0x{:x})", failure.function, ckr_name(failure.rv), failure.rv);
}

bool means_token_lost(CkrClass ckr_class) {
  using enum CkrClass;
  return ckr_class != ok && ckr_class != request && ckr_class != pin;
}

CallResult<void> check(const char* function, CK_RV rv) {
  if (rv == CKR_OK) return {};
  return Unexpected(CallFailure{function, rv});
}

Error token_error(const CallFailure& failure, std::string message) {
  return {.code = ErrorCode::token_failure, .message = std::move(message), .detail = to_string(failure)};
}

}  // namespace signet::pkcs11
