// A PKCS#11 module for tests that stands between a program and a real module: it counts calls, and fails, delays or
// hangs them by rules that may change while the program runs. Built as lib/libsignet_fault_module.so; never installed.
//
// Environment:
//
// P11FAULT_MODULE: the real module; default: SoftHSM as Debian installs it.
//
// P11FAULT_RULES: file of rules, read again whenever it changes. Replace it by rename, so that no half file is read.
//
// P11FAULT_COUNTS: file of counters, made if missing, shared by every process and process image that names it: one line
// "C_Sign 00000000000000000012" per function. The lines "rule.N" and "rules-stamp" remember how often rule N has
// matched, so that "times=1" means once, re-execution or not. Without this variable counters and rules live as long as
// the process image.
//
// Rules, one per line; the first that fits and is not used up acts. FUNCTION "*" means every call but C_Initialize and
// C_Finalize:
//
// FUNCTION [after=N] [times=N] [rv=0xNN] [delay=MS] [hang] [call] [corrupt] [flags=0xNN] [until=init]
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
// until=init: once it has acted, the next C_Initialize ends the rule (device gone until initialised again).
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>
#include <fcntl.h>
#include <fstream>
#include <mutex>
#include <sstream>
#include <string>
#include <string_view>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <p11-kit/pkcs11.h>

namespace {

constexpr std::array<std::string_view, 30> kFunctions{"C_Initialize",
                                                      "C_Finalize",
                                                      "C_GetInfo",
                                                      "C_GetSlotList",
                                                      "C_GetSlotInfo",
                                                      "C_GetTokenInfo",
                                                      "C_GetMechanismList",
                                                      "C_GetMechanismInfo",
                                                      "C_OpenSession",
                                                      "C_CloseSession",
                                                      "C_CloseAllSessions",
                                                      "C_GetSessionInfo",
                                                      "C_Login",
                                                      "C_Logout",
                                                      "C_CreateObject",
                                                      "C_DestroyObject",
                                                      "C_GetAttributeValue",
                                                      "C_SetAttributeValue",
                                                      "C_FindObjectsInit",
                                                      "C_FindObjects",
                                                      "C_FindObjectsFinal",
                                                      "C_SignInit",
                                                      "C_Sign",
                                                      "C_GenerateKey",
                                                      "C_GenerateKeyPair",
                                                      "C_UnwrapKey",
                                                      "C_WrapKey",
                                                      "C_GenerateRandom",
                                                      "C_InitToken",
                                                      "C_InitPIN"};
constexpr std::size_t kMaxRules = 16;
constexpr std::size_t kStampRow = kFunctions.size();
constexpr std::size_t kFirstRuleRow = kStampRow + 1;
constexpr std::size_t kRows = kFirstRuleRow + kMaxRules;
/// A rule that until=init has ended has matched this often.
constexpr std::uint64_t kSpent = 1'000'000'000'000'000'000;

struct Rule {
  std::string function;
  std::uint64_t after = 0;
  std::uint64_t times = kSpent;
  long delay_ms = 0;
  CK_RV rv = CKR_OK;
  bool call = false;
  bool hang = false;
  bool corrupt = false;
  CK_FLAGS flags = 0;
  bool until_init = false;
};

/// Rows of text "NAME DIGITS\n" of fixed width, in a file that several processes map, or in memory of our own. Guarded
/// by `Guard`.
class Counters {
 public:
  static constexpr std::size_t kNameWidth = 22;
  static constexpr std::size_t kDigits = 20;
  static constexpr std::size_t kRowBytes = kNameWidth + 1 + kDigits + 1;

  Counters() {
    const char* path = std::getenv("P11FAULT_COUNTS");
    if (path != nullptr) fd_ = ::open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd_ >= 0) ::flock(fd_, LOCK_EX);
    struct stat status {};
    const bool is_new = fd_ < 0 || ::fstat(fd_, &status) != 0 || status.st_size == 0;
    if (fd_ >= 0 && is_new && ::ftruncate(fd_, static_cast<off_t>(kRows * kRowBytes)) != 0) std::abort();
    void* memory = ::mmap(nullptr, kRows * kRowBytes, PROT_READ | PROT_WRITE,
                          fd_ >= 0 ? MAP_SHARED : MAP_SHARED | MAP_ANONYMOUS, fd_, 0);
    if (memory == MAP_FAILED) std::abort();
    text_ = static_cast<char*>(memory);
    if (is_new) {
      for (std::size_t row = 0; row < kRows; ++row) write_row(row, 0);
    }
    if (fd_ >= 0) ::flock(fd_, LOCK_UN);
  }

  std::uint64_t get(std::size_t row) const {
    return std::strtoull(text_ + row * kRowBytes + kNameWidth + 1, nullptr, 10);
  }
  void set(std::size_t row, std::uint64_t value) { write_row(row, value); }
  void lock() const {
    if (fd_ >= 0) ::flock(fd_, LOCK_EX);
  }
  void unlock() const {
    if (fd_ >= 0) ::flock(fd_, LOCK_UN);
  }

 private:
  static std::string name_of(std::size_t row) {
    if (row < kStampRow) return std::string(kFunctions[row]);
    return row == kStampRow ? "rules-stamp" : "rule." + std::to_string(row - kFirstRuleRow);
  }
  void write_row(std::size_t row, std::uint64_t value) {
    std::array<char, kRowBytes + 1> line{};
    std::snprintf(line.data(), line.size(), "%-22s %020llu\n", name_of(row).c_str(),
                  static_cast<unsigned long long>(value));
    std::copy_n(line.data(), kRowBytes, text_ + row * kRowBytes);
  }

  int fd_ = -1;
  char* text_ = nullptr;
};

Rule parse_rule(const std::string& line) {
  Rule rule;
  std::istringstream words(line);
  words >> rule.function;
  for (std::string word; words >> word;) {
    const auto equals = word.find('=');
    const std::string name = word.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : word.substr(equals + 1);
    const unsigned long long number = std::strtoull(value.c_str(), nullptr, 0);
    if (name == "after") rule.after = number;
    if (name == "times") rule.times = number;
    if (name == "delay") rule.delay_ms = static_cast<long>(number);
    if (name == "rv") rule.rv = static_cast<CK_RV>(number);
    if (name == "call") rule.call = true;
    if (name == "hang") rule.hang = true;
    if (name == "corrupt") rule.corrupt = true;
    if (name == "flags") rule.flags = static_cast<CK_FLAGS>(number);
    if (name == "until") rule.until_init = value == "init";
  }
  return rule;
}

class FaultBoard {
 public:
  /// Counts the call; gives the rule that acts on it, if one does.
  Rule note(std::size_t function) {
    const std::scoped_lock own(mutex_);
    const std::scoped_lock shared(counters_);
    counters_.set(function, counters_.get(function) + 1);
    read_changed_rules();
    if (kFunctions[function] == "C_Initialize") end_rules_at_initialize();
    for (std::size_t i = 0; i < rules_.size(); ++i) {
      if (fits(rules_[i], function) && acts(i)) return rules_[i];
    }
    return {};
  }

  void wait_for_other_rules() {
    const std::uint64_t before = rules_stamp();
    while (rules_stamp() == before) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }

 private:
  static bool fits(const Rule& rule, std::size_t function) {
    return rule.function == kFunctions[function] || (rule.function == "*" && function > 1);
  }

  bool acts(std::size_t rule) {
    const std::uint64_t matched = counters_.get(kFirstRuleRow + rule);
    if (matched >= kSpent) return false;
    counters_.set(kFirstRuleRow + rule, matched + 1);
    return matched >= rules_[rule].after && matched - rules_[rule].after < rules_[rule].times;
  }

  void end_rules_at_initialize() {
    for (std::size_t i = 0; i < rules_.size(); ++i) {
      const bool has_acted = counters_.get(kFirstRuleRow + i) > rules_[i].after;
      if (rules_[i].until_init && has_acted) counters_.set(kFirstRuleRow + i, kSpent);
    }
  }

  static std::uint64_t rules_stamp() {
    const char* path = std::getenv("P11FAULT_RULES");
    struct stat status {};
    if (path == nullptr || ::stat(path, &status) != 0) return 0;
    const auto nanoseconds = static_cast<std::uint64_t>(status.st_mtim.tv_sec) * 1'000'000'000 +
                             static_cast<std::uint64_t>(status.st_mtim.tv_nsec);
    return nanoseconds ^ (status.st_ino << 20U) ^ static_cast<std::uint64_t>(status.st_size);
  }

  void read_changed_rules() {
    const std::uint64_t stamp = rules_stamp();
    if (stamp == read_stamp_) return;
    read_stamp_ = stamp;
    rules_.clear();
    std::ifstream file(stamp != 0 ? std::getenv("P11FAULT_RULES") : "/dev/null");
    for (std::string line; std::getline(file, line) && rules_.size() < kMaxRules;) {
      if (!line.empty() && line.front() != '#') rules_.push_back(parse_rule(line));
    }
    // Another process, or a former image of this one, may have begun to use these very rules.
    if (counters_.get(kStampRow) == stamp) return;
    counters_.set(kStampRow, stamp);
    for (std::size_t i = 0; i < kMaxRules; ++i) counters_.set(kFirstRuleRow + i, 0);
  }

  std::mutex mutex_;  ///< within this process; the counters' own lock is for the others
  Counters counters_;
  std::vector<Rule> rules_;
  std::uint64_t read_stamp_ = 0;
};

FaultBoard& board() {
  static FaultBoard& instance = *new FaultBoard;  // never destroyed: calls come during exit
  return instance;
}

CK_FUNCTION_LIST* real_functions = nullptr;
CK_FUNCTION_LIST functions;

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

/// One entry of the table in front of the real one, with the exact signature of that member.
template <auto Member, std::size_t Function>
struct Entry;
template <class... Arguments, CK_RV (*CK_FUNCTION_LIST::*Member)(Arguments...), std::size_t Function>
struct Entry<Member, Function> {
  static CK_RV call(Arguments... arguments) {
    const Rule rule = board().note(Function);
    if (rule.delay_ms > 0) std::this_thread::sleep_for(std::chrono::milliseconds(rule.delay_ms));
    if (rule.hang) board().wait_for_other_rules();
    if (rule.corrupt) {
      const CK_RV rv = (real_functions->*Member)(arguments...);
      if (rv == CKR_OK) flip_bit(arguments...);
      return rv;
    }
    if (rule.flags != 0) {
      const CK_RV rv = (real_functions->*Member)(arguments...);
      if (rv == CKR_OK) raise_flags(rule.flags, arguments...);
      return rv;
    }
    if (rule.rv == CKR_OK) return (real_functions->*Member)(arguments...);
    if (rule.call) (void)(real_functions->*Member)(arguments...);
    return rule.rv;
  }
};

constexpr std::size_t index_of(std::string_view name) {
  return static_cast<std::size_t>(std::ranges::find(kFunctions, name) - kFunctions.begin());
}

#define STAND_BEFORE(function) functions.function = Entry<&CK_FUNCTION_LIST::function, index_of(#function)>::call

void build_table() {
  const char* path = std::getenv("P11FAULT_MODULE");
  void* library = ::dlopen(path != nullptr ? path : "/usr/lib/softhsm/libsofthsm2.so", RTLD_NOW | RTLD_LOCAL);
  auto get_list =
      library != nullptr ? reinterpret_cast<CK_C_GetFunctionList>(::dlsym(library, "C_GetFunctionList")) : nullptr;
  if (get_list == nullptr || get_list(&real_functions) != CKR_OK) return;
  functions = *real_functions;
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
