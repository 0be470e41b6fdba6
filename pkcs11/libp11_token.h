#pragma once

#include <string>

#include "host/secret.h"
#include "pkcs11/survey.h"

struct PKCS11_slot_st;

// What the two orders of a security officer (token_init.h, user_pin_reset.h) have in common, for their files alone. One
// thread, no other in the module.
namespace signet::pkcs11 {

/// libp11's list of slots, given back at the end. Closes every session of the process.
class Libp11Slots {
 public:
  explicit Libp11Slots(const Module& module);
  Libp11Slots(const Libp11Slots&) = delete;
  Libp11Slots& operator=(const Libp11Slots&) = delete;
  ~Libp11Slots();
  /// The slot, with a token in it. Error not_found.
  Result<PKCS11_slot_st*> find(CK_SLOT_ID id) const;

 private:
  PKCS11_ctx_st* context_;
  PKCS11_slot_st* slots_ = nullptr;
  unsigned int count_ = 0;
};

/// A PIN as the C string that libp11 takes.
Result<host::Secret> terminated(const host::Secret& pin);
const char* c_text(const host::Secret& terminated_pin);

/// What libp11's call failed with, and `message`. Error not_permitted where it was about a PIN, else token_failure.
Unexpected<Error> libp11_refusal(const char* function, const std::string& message);

/// "; a PIN of this token has 4 to 255 octets", to follow a refusal; empty where the token does not tell
/// (CK_TOKEN_INFO).
std::string pin_length_hint(const Module& module, CK_SLOT_ID slot);

}  // namespace signet::pkcs11
