#include "pkcs11/token_init.h"

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

Unexpected<Error> refused(const char* function, const std::string& what) {
  const CallFailure failure{function, last_ckr()};
  auto error = token_error(failure, what);
  if (ckr_class(failure.rv) == CkrClass::pin) error.code = ErrorCode::not_permitted;
  return Unexpected(std::move(error));
}

/// "; a PIN of this token has 4 to 255 octets", to follow a refusal; empty where the token does not tell
/// (CK_TOKEN_INFO).
std::string pin_length_hint(const Module& module, CK_SLOT_ID slot) {
  CK_TOKEN_INFO info{};
  if (module.functions().C_GetTokenInfo(slot, &info) != CKR_OK) return "";
  if (info.ulMaxPinLen == 0 || info.ulMaxPinLen < info.ulMinPinLen) return "";
  return fmt::format("; a PIN of this token has {} to {} octets", info.ulMinPinLen, info.ulMaxPinLen);
}

/// libp11's list of slots, given back at the end.
class Slots {
 public:
  explicit Slots(PKCS11_ctx_st* context) : context_(context) {
    if (PKCS11_enumerate_slots(context_, &slots_, &count_) != 0) slots_ = nullptr;
  }
  Slots(const Slots&) = delete;
  Slots& operator=(const Slots&) = delete;
  ~Slots() {
    if (slots_ != nullptr) PKCS11_release_all_slots(context_, slots_, count_);
  }
  PKCS11_SLOT* find(CK_SLOT_ID id) const {
    for (unsigned int i = 0; slots_ != nullptr && i < count_; ++i) {
      if (PKCS11_get_slotid_from_slot(&slots_[i]) == id && slots_[i].token != nullptr) return &slots_[i];
    }
    return nullptr;
  }

 private:
  PKCS11_ctx_st* context_;
  PKCS11_SLOT* slots_ = nullptr;
  unsigned int count_ = 0;
};

// libp11 takes PINs as C strings.
Result<host::Secret> terminated(const host::Secret& pin) {
  const auto bytes = pin.bytes();
  SIGNET_TRY_ASSIGN(auto text, host::Secret::allocate(bytes.size() + 1));
  text.resize(bytes.size() + 1);
  std::memcpy(text.bytes().data(), bytes.data(), bytes.size());
  return text;
}

const char* c_text(const host::Secret& text) { return reinterpret_cast<const char*>(text.bytes().data()); }

Result<std::string> padded_label(const std::string& label) {
  if (label.empty() || label.size() > kMaxTokenLabelBytes) {
    return Unexpected(
        Error{.code = ErrorCode::bad_input,
              .message = fmt::format("a token's label has 1 to {} octets; choose another", kMaxTokenLabelBytes)});
  }
  std::string padded = label;
  // C_InitToken reads 32 octets, blank-padded and without a terminator (PKCS#11 2.40 section 5.5); libp11 hands its
  // argument on as it is.
  padded.resize(kMaxTokenLabelBytes, ' ');
  return padded;
}

Result<void> set_user_pin(PKCS11_SLOT* slot, const char* so_pin, const char* user_pin, const std::string& pin_length) {
  constexpr int kReadWrite = 1;
  constexpr int kSecurityOfficer = 1;
  if (PKCS11_open_session(slot, kReadWrite) != 0)
    return refused("C_OpenSession", "the token was initialised but gives no session to set its user PIN");
  if (PKCS11_login(slot, kSecurityOfficer, so_pin) != 0)
    return refused("C_Login", "the token was initialised but refuses the SO PIN it was just given");
  if (PKCS11_init_pin(slot->token, user_pin) != 0)
    return refused("C_InitPIN", "the token was initialised but refuses this user PIN" + pin_length +
                                    "; choose another one and run this again with --force");
  return {};
}

}  // namespace

Result<void> init_token(const Module& module, CK_SLOT_ID slot, const std::string& label, const host::Secret& so_pin,
                        const host::Secret& user_pin) {
  SIGNET_TRY_ASSIGN(const auto padded, padded_label(label));
  SIGNET_TRY_ASSIGN(const auto so_text, terminated(so_pin));
  SIGNET_TRY_ASSIGN(const auto user_text, terminated(user_pin));
  const std::string pin_length = pin_length_hint(module, slot);
  ERR_clear_error();
  const Slots slots(module.libp11());
  PKCS11_SLOT* found = slots.find(slot);
  if (found == nullptr) return Unexpected(make_error(ErrorCode::not_found, "the slot has gone since it was surveyed"));
  if (PKCS11_init_token(found->token, c_text(so_text), padded.c_str()) != 0) {
    return refused("C_InitToken", "the token does not let itself be initialised with this SO PIN" + pin_length);
  }
  return set_user_pin(found, c_text(so_text), c_text(user_text), pin_length);
}

}  // namespace signet::pkcs11
