#include "tests/support/fault_module/in_character.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <fcntl.h>
#include <sys/time.h>
#include <utility>

namespace signet::fault {
namespace {

/// A descriptor that stays open over exec, with a POSIX lock that no other process gets while we hold it.
void leak_locked(const std::string& file) {
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT, 0600);
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  (void)::fcntl(fd, F_SETLK, &lock);
}

void do_nothing(int) {}

/// An image that inherits the timer without the handler dies of it.
void start_timer() {
  (void)std::signal(SIGALRM, do_nothing);
  const itimerval often{.it_interval = {0, 2'000}, .it_value = {0, 2'000}};
  ::setitimer(ITIMER_REAL, &often, nullptr);
}

void block_all_signals() {
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

CK_C_INITIALIZE_ARGS without_reserved(const CK_C_INITIALIZE_ARGS& args) {
  CK_C_INITIALIZE_ARGS copy = args;
  copy.pReserved = nullptr;
  return copy;
}

}  // namespace

void InCharacter::meddle_with_process() const {
  if (!character_.leaked_file.empty()) leak_locked(character_.leaked_file);
  for (const int number : character_.ignored_signals) (void)std::signal(number, SIG_IGN);
  if (character_.blocks_signals) block_all_signals();
  if (character_.sets_timer) start_timer();
}

CK_RV InCharacter::initialize(void* arguments) {
  const auto* args = static_cast<const CK_C_INITIALIZE_ARGS*>(arguments);
  if (initialized_) return character_.initializes_again ? CKR_OK : real_.C_Initialize(arguments);
  if (character_.no_locking && args != nullptr && (args->flags & CKF_OS_LOCKING_OK) != 0) return CKR_CANT_LOCK;
  if (character_.wants_args && (args == nullptr || args->pReserved == nullptr)) return CKR_ARGUMENTS_BAD;
  meddle_with_process();
  // SoftHSM refuses any text here.
  auto plain = args != nullptr ? without_reserved(*args) : CK_C_INITIALIZE_ARGS{};
  const CK_RV rv = real_.C_Initialize(args != nullptr && character_.wants_args ? &plain : arguments);
  if (rv == CKR_OK) initialized_ = true;
  return rv;
}

CK_RV InCharacter::finalize(void* reserved) {
  const CK_RV rv = real_.C_Finalize(reserved);
  initialized_ = false;
  sessions_ = 0;
  return character_.initializes_again ? CKR_OK : rv;
}

CK_RV InCharacter::token_info(CK_SLOT_ID slot, CK_TOKEN_INFO* info) const {
  const CK_RV rv = real_.C_GetTokenInfo(slot, info);
  if (rv != CKR_OK) return rv;
  if (character_.tells_max_sessions && character_.max_sessions) {
    info->ulMaxSessionCount = *character_.max_sessions;
    info->ulMaxRwSessionCount = *character_.max_sessions;
  }
  return rv;
}

bool InCharacter::shows(CK_MECHANISM_TYPE type) const {
  return !character_.mechanisms || std::ranges::count(*character_.mechanisms, type) > 0;
}

CK_RV InCharacter::mechanism_list(CK_SLOT_ID slot, CK_MECHANISM_TYPE* list, CK_ULONG* count) const {
  if (!character_.mechanisms) return real_.C_GetMechanismList(slot, list, count);
  const auto& shown = *character_.mechanisms;
  const CK_ULONG room = std::exchange(*count, shown.size());
  if (list == nullptr) return CKR_OK;
  if (room < shown.size()) return CKR_BUFFER_TOO_SMALL;
  std::ranges::copy(shown, list);
  return CKR_OK;
}

CK_RV InCharacter::mechanism_info(CK_SLOT_ID slot, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO* info) const {
  return shows(type) ? real_.C_GetMechanismInfo(slot, type, info) : CKR_MECHANISM_INVALID;
}

CK_RV InCharacter::open_session(CK_SLOT_ID slot, CK_FLAGS flags, void* application, CK_NOTIFY notify,
                                CK_SESSION_HANDLE* session) {
  if (character_.max_sessions && sessions_ >= *character_.max_sessions) return CKR_SESSION_COUNT;
  const CK_RV rv = real_.C_OpenSession(slot, flags, application, notify, session);
  if (rv == CKR_OK) ++sessions_;
  return rv;
}

CK_RV InCharacter::close_session(CK_SESSION_HANDLE session) {
  const CK_RV rv = real_.C_CloseSession(session);
  if (rv == CKR_OK) --sessions_;
  return rv;
}

CK_RV InCharacter::close_all_sessions(CK_SLOT_ID slot) {
  const CK_RV rv = real_.C_CloseAllSessions(slot);
  if (rv == CKR_OK) sessions_ = 0;
  return rv;
}

bool InCharacter::concerns(const Character::Attribute& attribute, CK_SESSION_HANDLE session,
                           CK_OBJECT_HANDLE object) const {
  std::array<char, 256> label{};
  CK_OBJECT_CLASS object_class = 0;
  std::array<CK_ATTRIBUTE, 2> own{CK_ATTRIBUTE{CKA_CLASS, &object_class, sizeof object_class},
                                  CK_ATTRIBUTE{CKA_LABEL, label.data(), label.size() - 1}};
  if (real_.C_GetAttributeValue(session, object, own.data(), own.size()) != CKR_OK) return false;
  return object_class == CKO_PRIVATE_KEY && (attribute.label.empty() || attribute.label == label.data());
}

CK_RV InCharacter::attribute_value(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE* wanted,
                                   CK_ULONG count) const {
  const CK_RV rv = real_.C_GetAttributeValue(session, object, wanted, count);
  for (const Character::Attribute& attribute : character_.attributes) {
    auto* const end = wanted + count;
    auto* const found =
        std::find_if(wanted, end, [&](const CK_ATTRIBUTE& each) { return each.type == attribute.type; });
    if (found == end || !concerns(attribute, session, object)) continue;
    found->ulValueLen = 1;
    if (found->pValue != nullptr) *static_cast<CK_BYTE*>(found->pValue) = attribute.value;
  }
  return rv;
}

CK_RV InCharacter::sign_init(CK_SESSION_HANDLE session, CK_MECHANISM* mechanism, CK_OBJECT_HANDLE key) const {
  if (character_.blocks_signals) block_all_signals();
  if (!shows(mechanism->mechanism)) return CKR_MECHANISM_INVALID;
  return real_.C_SignInit(session, mechanism, key);
}

}  // namespace signet::fault
