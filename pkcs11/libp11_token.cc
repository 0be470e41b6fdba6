#include "pkcs11/libp11_token.h"

#include <cstring>

#include <fmt/format.h>
#include <libp11.h>
#include <openssl/err.h>

namespace signet::pkcs11 {
namespace {

// libp11 keeps the CKR as the reason of OpenSSL's last error.
CK_RV last_ckr() {
  const unsigned long error = ERR_peek_last_error();
  const bool has_ckr = ERR_GET_LIB(error) == ERR_get_CKR_code();
  ERR_clear_error();
  return has_ckr ? static_cast<CK_RV>(ERR_GET_REASON(error)) : CKR_GENERAL_ERROR;
}

}  // namespace

Libp11Slots::Libp11Slots(const Module& module) : context_(module.libp11()) {
  ERR_clear_error();
  if (PKCS11_enumerate_slots(context_, &slots_, &count_) != 0) slots_ = nullptr;
}

Libp11Slots::~Libp11Slots() {
  if (slots_ != nullptr) PKCS11_release_all_slots(context_, slots_, count_);
}

Result<PKCS11_slot_st*> Libp11Slots::find(CK_SLOT_ID id) const {
  for (unsigned int i = 0; slots_ != nullptr && i < count_; ++i) {
    if (PKCS11_get_slotid_from_slot(&slots_[i]) == id && slots_[i].token != nullptr) return &slots_[i];
  }
  return Unexpected(make_error(ErrorCode::not_found, "the slot has gone since it was surveyed"));
}

Result<host::Secret> terminated(const host::Secret& pin) {
  const auto bytes = pin.bytes();
  SIGNET_TRY_ASSIGN(auto text, host::Secret::allocate(bytes.size() + 1));
  text.resize(bytes.size() + 1);
  std::memcpy(text.bytes().data(), bytes.data(), bytes.size());
  return text;
}

const char* c_text(const host::Secret& terminated_pin) {
  return reinterpret_cast<const char*>(terminated_pin.bytes().data());
}

Unexpected<Error> libp11_refusal(const char* function, const std::string& message) {
  const CallFailure failure{function, last_ckr()};
  auto error = token_error(failure, message);
  if (ckr_class(failure.rv) == CkrClass::pin) error.code = ErrorCode::not_permitted;
  return Unexpected(std::move(error));
}

std::string pin_length_hint(const Module& module, CK_SLOT_ID slot) {
  CK_TOKEN_INFO info{};
  if (module.functions().C_GetTokenInfo(slot, &info) != CKR_OK) return "";
  if (info.ulMaxPinLen == 0 || info.ulMaxPinLen < info.ulMinPinLen) return "";
  return fmt::format("; a PIN of this token has {} to {} octets", info.ulMinPinLen, info.ulMaxPinLen);
}

}  // namespace signet::pkcs11
