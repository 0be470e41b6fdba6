#pragma once

#include <atomic>

#include "tests/support/fault_module/character.h"

namespace signet::fault {

/// The real module's calls as a module of this character makes them. Any thread.
class InCharacter {
 public:
  explicit InCharacter(const CK_FUNCTION_LIST& real) : real_(real), character_(Character::from_environment()) {}

  CK_RV initialize(void* arguments);
  CK_RV finalize(void* reserved);
  CK_RV token_info(CK_SLOT_ID slot, CK_TOKEN_INFO* info) const;
  CK_RV mechanism_list(CK_SLOT_ID slot, CK_MECHANISM_TYPE* list, CK_ULONG* count) const;
  CK_RV mechanism_info(CK_SLOT_ID slot, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO* info) const;
  CK_RV open_session(CK_SLOT_ID slot, CK_FLAGS flags, void* application, CK_NOTIFY notify, CK_SESSION_HANDLE* session);
  CK_RV close_session(CK_SESSION_HANDLE session);
  CK_RV close_all_sessions(CK_SLOT_ID slot);
  CK_RV attribute_value(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE* wanted, CK_ULONG count) const;
  CK_RV sign_init(CK_SESSION_HANDLE session, CK_MECHANISM* mechanism, CK_OBJECT_HANDLE key) const;

 private:
  bool shows(CK_MECHANISM_TYPE type) const;
  bool concerns(const Character::Attribute& attribute, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object) const;
  void meddle_with_process() const;

  const CK_FUNCTION_LIST& real_;
  const Character character_;
  std::atomic<bool> initialized_{false};
  std::atomic<std::size_t> sessions_{0};
};

}  // namespace signet::fault
