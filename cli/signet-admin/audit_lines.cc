#include "cli/signet-admin/audit_lines.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <unistd.h>

#include <fmt/format.h>

#include "cli/terminal/output.h"

namespace signet::admin {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t kChunk = std::size_t{1} << 20U;
constexpr std::chrono::milliseconds kBetween{250};

void to_terminal(std::string_view text) { static_cast<void>(terminal::write_all(STDERR_FILENO, text).has_value()); }

ssize_t read_some(int fd, std::string& chunk) {
  while (true) {
    const auto got = ::read(fd, chunk.data(), chunk.size());
    if (got >= 0 || errno != EINTR) return got;
  }
}

Done<std::size_t> read_chunk(const LineFile& file, std::string& chunk) {
  const auto got = read_some(file.fd.get(), chunk);
  if (got >= 0) return static_cast<std::size_t>(got);
  return Unexpected(
      Failure{ExitCode::failure, fmt::format("\"{}\" cannot be read: {}.", file.name, std::strerror(errno))});
}

std::string_view up_to_line_feed(std::string_view octets) {
  const auto end = octets.find('\n');
  return end == octets.npos ? octets : octets.substr(0, end + 1);
}

/// Cuts octets into lines.
class LineCutter {
 public:
  LineCutter(std::size_t max_line, const TakeLine& take) : max_line_(max_line), take_(take) {}

  void add(std::string_view octets) {
    for (auto end = octets.find('\n'); end != octets.npos; end = octets.find('\n')) {
      keep(octets.substr(0, end));
      take_(++number_, line_, true);
      line_.clear();
      octets.remove_prefix(end + 1);
    }
    keep(octets);
  }
  bool is_in_a_line() const { return !line_.empty(); }
  void finish() {
    if (!line_.empty()) take_(++number_, line_, false);
  }

 private:
  void keep(std::string_view part) { line_ += part.substr(0, max_line_ + 1 - std::min(max_line_ + 1, line_.size())); }

  std::size_t max_line_;
  const TakeLine& take_;
  std::string line_;
  std::uint64_t number_ = 0;
};

}  // namespace

Progress::Progress(std::uint64_t octets)
    : total_(octets),
      on_terminal_(::isatty(STDERR_FILENO) == 1),
      next_(steady_clock::now() + std::chrono::seconds(1)) {}

Progress::~Progress() {
  if (shown_) to_terminal("\r\x1b[K");
}

void Progress::advance(std::uint64_t octets) {
  done_ += octets;
  if (!on_terminal_ || steady_clock::now() < next_) return;
  next_ = steady_clock::now() + kBetween;
  shown_ = true;
  const auto mebibytes = fmt::format("{} MiB", done_ >> 20U);
  to_terminal(total_ == 0 ? "\r" + mebibytes : fmt::format("\r{} of {} MiB", done_ >> 20U, total_ >> 20U));
}

std::uint64_t octets_of(const std::vector<LineFile>& files) {
  std::uint64_t octets = 0;
  for (const auto& file : files) {
    if (!file.is_regular) return 0;
    octets += file.size;
  }
  return octets;
}

Done<void> read_lines(const LineFile& file, std::size_t max_line, Progress& progress, const TakeLine& take) {
  LineCutter cutter(max_line, take);
  std::string chunk(kChunk, '\0');
  std::uint64_t left = file.is_regular ? file.size : UINT64_MAX;
  while (left > 0 || cutter.is_in_a_line()) {
    SIGNET_TRY_ASSIGN(const auto got, read_chunk(file, chunk));
    if (got == 0) break;
    const auto octets = std::string_view(chunk).substr(0, got);
    const auto used = std::min<std::uint64_t>(left, got);
    cutter.add(octets.substr(0, used));
    left -= used;
    // A line that was being written when the size was taken is whole by now.
    if (left == 0 && cutter.is_in_a_line()) cutter.add(up_to_line_feed(octets.substr(used)));
    progress.advance(used);
  }
  cutter.finish();
  return {};
}

}  // namespace signet::admin
