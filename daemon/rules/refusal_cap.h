#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

#include "proto/timestamp.h"

namespace signet::rules {

/// Refusals that were counted instead of written.
struct SuppressedRefusals {
  std::optional<uid_t> uid{};  ///< absent: of several
  std::uint64_t count = 0;
  UtcTime from{};
  UtcTime to{};
};

/// The members of a line, outcome "refusals_suppressed". Any thread.
std::string audit_members(const SuppressedRefusals& suppressed, UtcTime now);

/// So that nobody fills the disk by being refused: what a uid is refused beyond `allowed` times within `window` is
/// counted, and one line tells the number when the window ends. Where more than kMaxUids are refused at a time, the
/// others are counted together. Issued tokens are never capped. A value; the caller guards it.
class RefusalCap {
 public:
  static constexpr std::size_t kMaxUids = 128;

  RefusalCap(std::uint64_t allowed, std::chrono::milliseconds window) : allowed_(allowed), window_(window) {}

  /// Counts one refusal: true where its own record is to be written.
  bool note(uid_t uid, UtcTime now);
  /// The windows that have ended with something suppressed; they are forgotten here. Call it before each
  /// write and once in a while. `take_all` gives the open ones too, at exit.
  std::vector<SuppressedRefusals> take_ended(UtcTime now);
  std::vector<SuppressedRefusals> take_all();

 private:
  struct Window {
    UtcTime began{};
    UtcTime latest{};
    std::uint64_t written = 0;
    std::uint64_t suppressed = 0;
  };
  bool has_ended(const Window& window, UtcTime now) const;

  std::uint64_t allowed_;
  std::chrono::milliseconds window_;
  std::map<std::optional<uid_t>, Window> windows_;  ///< without a uid: of those for whom there was no room
};

}  // namespace signet::rules
