#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What is found where the lines of a log, or of a record, do not hold together.
namespace signet::rules {

/// Where a line stands: the file's place among those that were given, and the line's number in it, from 1.
struct LinePlace {
  std::size_t file = 0;
  std::uint64_t line = 0;
  auto operator<=>(const LinePlace&) const = default;
};

enum class FindingKind {
  unreadable,    ///< no line that signetd writes
  changed,       ///< not the line that the next one was written after
  missing,       ///< lines are missing before this one
  out_of_place,  ///< moved, doubled or put in
  other_log,     ///< a chain begins anew
  head,          ///< a head from outside the file is not there
  without_line,  ///< signet-token signed a JWT that the log does not know
  never_signed,  ///< the log has a JWT that signet-token did not sign
  begun_anew,    ///< signatures are older than the log's line number 1
  damaged,       ///< no line that signet-token writes, in its record
};
/// "unreadable" and so on, for scripts.
std::string_view to_string(FindingKind kind);

struct LogFinding {
  FindingKind kind = FindingKind::changed;
  std::optional<LinePlace> place{};
  std::optional<LinePlace> until{};  ///< where one of two lines is meant: the second
  std::string sentence{};
};

/// Findings, up to a number that somebody might read; the others are only counted.
class LogFindings {
 public:
  static constexpr std::size_t kMostKept = 1000;

  void add(LogFinding finding);
  void add(LogFindings others);
  const std::vector<LogFinding>& kept() const { return kept_; }
  std::uint64_t count() const { return count_; }
  bool empty() const { return count_ == 0; }
  /// By place; those without one first.
  void sort();

 private:
  std::vector<LogFinding> kept_;
  std::uint64_t count_ = 0;
};

}  // namespace signet::rules
