#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string_view>

#include "cli/signet-admin/audit_files.h"

namespace signet::admin {

/// How far the reading is, on stderr where that is a terminal, once it takes longer than a second. Main thread.
class Progress {
 public:
  /// `octets`: of all files; 0 where that is not known.
  explicit Progress(std::uint64_t octets);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void advance(std::uint64_t octets);

 private:
  std::uint64_t total_;
  std::uint64_t done_ = 0;
  bool on_terminal_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point next_;
};

/// The octets of all of them; 0 where one is no regular file.
std::uint64_t octets_of(const std::vector<LineFile>& files);

/// Takes the number of a line, from 1, the line without its line feed, and whether it had one.
using TakeLine = std::function<void(std::uint64_t number, std::string_view line, bool ended)>;

/// Reads a file to the end that it had when it was opened, and the line that ended in the middle there to its own end.
/// Of a line beyond `max_line` octets one octet more is kept. Failure: failure. Main thread.
Done<void> read_lines(const LineFile& file, std::size_t max_line, Progress& progress, const TakeLine& take);

}  // namespace signet::admin
