// A PKCS#11 module for tests that stands between a program and a real module: it counts calls, and fails, delays or
// hangs them by rules that may change while the program runs. It may also have the character of modules that are not
// installed here. Built as lib/libsignet_fault_module.so; never installed.
//
// Environment:
//
// P11FAULT_MODULE: the real module; default: SoftHSM as Debian installs it.
//
// P11FAULT_RULES: file of rules, read again whenever it changes. Replace it by rename, so that no half file is read.
//
// P11FAULT_COUNTS: file of counters, made if missing, shared by every process and process image that names it: one line
// "C_Sign 00000000000000000012" per function. "overlaps" counts calls that came while another thread was inside. The
// lines "rule.N" and "rules-stamp" remember how often rule N has matched, so that "times=1" means once, re-execution or
// not. Without this variable counters and rules live as long as the process image.
//
// P11FAULT_CHARACTER: words with commas between, see below.
//
// Rules, one per line; the first that fits and is not used up acts. FUNCTION "*" means every call but C_Initialize and
// C_Finalize, "**" every call:
//
// FUNCTION [after=N] [times=N] [rv=0xNN] [delay=MS] [hang] [call] [corrupt] [flags=0xNN] [kill] [logout] [until=init]
//
// after: lets N matching calls through first. times: acts on N calls after that; without it on all.
//
// rv: what the call answers. call: runs the real call as well, then answers rv (a lost answer).
//
// delay: milliseconds to wait before the call. hang: waits until the rules change.
//
// corrupt: flips a bit of the signature that the real C_Sign gave.
//
// flags: raised in what the real C_GetTokenInfo gave (CKF_USER_PIN_LOCKED is 0x40000).
//
// kill: SIGKILL before the real call; with "call" after it. logout: C_Logout behind the program's back, then the call.
//
// until=init: once it has acted, the next C_Initialize ends the rule (device gone until initialised again).
//
// Characters:
//
// no-locking: CKR_CANT_LOCK where C_Initialize asks for locks of the system. initializes-again: C_Initialize and
// C_Finalize answer CKR_OK however often they are called. wants-args: CKR_ARGUMENTS_BAD without pReserved.
//
// sessions=N: no more than N at a time. sessions-told: ulMaxSessionCount says so.
//
// mechanisms=0xNN+0xNN: these alone. attribute=TYPE:OCTET[:LABEL]: a private key's attribute is this octet.
//
// leaks=FILE: C_Initialize opens it without O_CLOEXEC and locks it (fcntl). ignores-signal=N, blocks-signals,
// sets-timer: C_Initialize changes the process's signals and starts an interval timer.
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <dlfcn.h>
#include <mutex>
#include <thread>

#include "tests/support/fault_module/in_character.h"
#include "tests/support/fault_module/rules.h"

namespace {

using signet::fault::FaultBoard;
using signet::fault::InCharacter;
using signet::fault::index_of;
using signet::fault::Rule;

FaultBoard& board() {
  static FaultBoard& instance = *new FaultBoard;  // never destroyed: calls come during exit
  return instance;
}

CK_FUNCTION_LIST* real_functions = nullptr;
CK_FUNCTION_LIST functions;
InCharacter* character = nullptr;

/// What stands where the real module's function would be called, character included.
template <auto Member>
struct Real {
  template <class... Arguments>
  static CK_RV call(Arguments... arguments) {
    return (real_functions->*Member)(arguments...);
  }
};

#define CALL_IN_CHARACTER(function, member)     \
  template <>                                   \
  struct Real<&CK_FUNCTION_LIST::function> {    \
    template <class... Arguments>               \
    static CK_RV call(Arguments... arguments) { \
      return character->member(arguments...);   \
    }                                           \
  }
CALL_IN_CHARACTER(C_Initialize, initialize);
CALL_IN_CHARACTER(C_Finalize, finalize);
CALL_IN_CHARACTER(C_GetTokenInfo, token_info);
CALL_IN_CHARACTER(C_GetMechanismList, mechanism_list);
CALL_IN_CHARACTER(C_GetMechanismInfo, mechanism_info);
CALL_IN_CHARACTER(C_OpenSession, open_session);
CALL_IN_CHARACTER(C_CloseSession, close_session);
CALL_IN_CHARACTER(C_CloseAllSessions, close_all_sessions);
CALL_IN_CHARACTER(C_GetAttributeValue, attribute_value);
CALL_IN_CHARACTER(C_SignInit, sign_init);

/// C_Sign's last two arguments; every other function has nothing to corrupt.
template <class... Arguments>
void flip_bit(Arguments...) {}
void flip_bit(CK_SESSION_HANDLE, CK_BYTE*, CK_ULONG, CK_BYTE* signature, CK_ULONG* length) {
  if (signature != nullptr && *length > 0) signature[*length - 1] ^= 1U;
}

/// C_GetTokenInfo's; no other function has flags to raise.
template <class... Arguments>
void raise_flags(CK_FLAGS, Arguments...) {}
void raise_flags(CK_FLAGS flags, CK_SLOT_ID, CK_TOKEN_INFO* info) { info->flags |= flags; }

/// For calls that begin with a session.
template <class... Arguments>
void log_out(Arguments...) {}
template <class... Arguments>
void log_out(CK_SESSION_HANDLE session, Arguments...) {
  (void)real_functions->C_Logout(session);
}

/// Notes two threads that are inside at once.
class Visit {
 public:
  Visit() {
    if (++visitors() > 1) board().note_overlap();
  }
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;
  ~Visit() { --visitors(); }

 private:
  static std::atomic<int>& visitors() {
    static std::atomic<int> count{0};
    return count;
  }
};

/// One entry of the table in front of the real one, with the exact signature of that member.
template <auto Member, std::size_t Function>
struct Entry;
template <class... Arguments, CK_RV (*CK_FUNCTION_LIST::*Member)(Arguments...), std::size_t Function>
struct Entry<Member, Function> {
  static CK_RV call(Arguments... arguments) {
    const Visit visit;
    const Rule rule = board().note(Function);
    if (rule.delay_ms > 0) std::this_thread::sleep_for(std::chrono::milliseconds(rule.delay_ms));
    if (rule.hang) FaultBoard::wait_for_other_rules();
    if (rule.logout) log_out(arguments...);
    if (rule.kill) return die(rule, arguments...);
    if (rule.rv != CKR_OK && !rule.call) return rule.rv;
    const CK_RV rv = Real<Member>::call(arguments...);
    if (rule.corrupt && rv == CKR_OK) flip_bit(arguments...);
    if (rule.flags != 0 && rv == CKR_OK) raise_flags(rule.flags, arguments...);
    return rule.rv != CKR_OK ? rule.rv : rv;
  }

 private:
  static CK_RV die(const Rule& rule, Arguments... arguments) {
    if (rule.call) (void)Real<Member>::call(arguments...);
    (void)std::raise(SIGKILL);
    return CKR_GENERAL_ERROR;
  }
};

#define STAND_BEFORE(function) functions.function = Entry<&CK_FUNCTION_LIST::function, index_of(#function)>::call

void stand_before_all() {
  STAND_BEFORE(C_Initialize);
  STAND_BEFORE(C_Finalize);
  STAND_BEFORE(C_GetInfo);
  STAND_BEFORE(C_GetSlotList);
  STAND_BEFORE(C_GetSlotInfo);
  STAND_BEFORE(C_GetTokenInfo);
  STAND_BEFORE(C_GetMechanismList);
  STAND_BEFORE(C_GetMechanismInfo);
  STAND_BEFORE(C_OpenSession);
  STAND_BEFORE(C_CloseSession);
  STAND_BEFORE(C_CloseAllSessions);
  STAND_BEFORE(C_GetSessionInfo);
  STAND_BEFORE(C_Login);
  STAND_BEFORE(C_Logout);
  STAND_BEFORE(C_CreateObject);
  STAND_BEFORE(C_DestroyObject);
  STAND_BEFORE(C_GetAttributeValue);
  STAND_BEFORE(C_SetAttributeValue);
  STAND_BEFORE(C_FindObjectsInit);
  STAND_BEFORE(C_FindObjects);
  STAND_BEFORE(C_FindObjectsFinal);
  STAND_BEFORE(C_SignInit);
  STAND_BEFORE(C_Sign);
  STAND_BEFORE(C_GenerateKey);
  STAND_BEFORE(C_GenerateKeyPair);
  STAND_BEFORE(C_UnwrapKey);
  STAND_BEFORE(C_WrapKey);
  STAND_BEFORE(C_GenerateRandom);
  STAND_BEFORE(C_InitToken);
  STAND_BEFORE(C_InitPIN);
  STAND_BEFORE(C_SetPIN);
}

void build_table() {
  const char* path = std::getenv("P11FAULT_MODULE");
  void* library = ::dlopen(path != nullptr ? path : "/usr/lib/softhsm/libsofthsm2.so", RTLD_NOW | RTLD_LOCAL);
  auto get_list =
      library != nullptr ? reinterpret_cast<CK_C_GetFunctionList>(::dlsym(library, "C_GetFunctionList")) : nullptr;
  if (get_list == nullptr || get_list(&real_functions) != CKR_OK) return;
  functions = *real_functions;
  character = new InCharacter(*real_functions);  // never destroyed, as the board
  stand_before_all();
}

}  // namespace

extern "C" __attribute__((visibility("default"))) CK_RV C_GetFunctionList(CK_FUNCTION_LIST** list) {
  static std::once_flag once;
  std::call_once(once, build_table);
  if (real_functions == nullptr) return CKR_GENERAL_ERROR;
  functions.C_GetFunctionList = C_GetFunctionList;
  *list = &functions;
  return CKR_OK;
}
