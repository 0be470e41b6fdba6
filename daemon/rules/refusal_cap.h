#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <sys/types.h>
#include <vector>

#include "proto/timestamp.h"

namespace signet::rules {

using AuditTime = UtcTime;

/// Refusals of one uid that were counted instead of written.
struct SuppressedRefusals {
  uid_t uid = 0;
  std::uint64_t count = 0;
  AuditTime from{};
  AuditTime to{};
};

/// One JSON line, "outcome":"refusals_suppressed". Any thread.
std::string audit_line(const SuppressedRefusals& suppressed, AuditTime now);

/// So that nobody fills the disk by being refused: after kPerWindow refusals of a uid within kWindow the rest are
/// counted, and one line tells their number when the window ends. Issued tokens are never capped. A value; the caller
/// guards it.
class RefusalCap {
 public:
  static constexpr std::uint64_t kPerWindow = 60;
  static constexpr std::chrono::milliseconds kWindow{60'000};

  /// Counts one refusal: true where its own record is to be written.
  bool note(uid_t uid, AuditTime now);
  /// The windows that have ended with something suppressed; they are forgotten here. Call it before each
  /// write and once in a while. `take_all` gives the open ones too, at exit.
  std::vector<SuppressedRefusals> take_ended(AuditTime now);
  std::vector<SuppressedRefusals> take_all();

 private:
  struct Window {
    AuditTime began{};
    AuditTime latest{};
    std::uint64_t refusals = 0;
  };
  std::map<uid_t, Window> windows_;
};

}  // namespace signet::rules
