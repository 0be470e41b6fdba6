#include "cli/signet-admin/audit_files.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <functional>
#include <limits>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "daemon/rules/audit_entry.h"
#include "host/process.h"
#include "proto/config_file.h"

namespace signet::admin {
namespace {

namespace fs = std::filesystem;
using Paths = std::vector<std::string>;

constexpr std::size_t kMaxConfigBytes = std::size_t{1} << 20U;
constexpr std::array<std::string_view, 4> kCompressed{".gz", ".xz", ".zst", ".bz2"};
constexpr std::array<std::string_view, 4> kMagic{"\x1f\x8b", "\xfd\x37zXZ", "\x28\xb5\x2f\xfd", "BZh"};

Unexpected<Failure> failed(std::string sentence) { return Unexpected(Failure{ExitCode::failure, std::move(sentence)}); }

Unexpected<Failure> unreadable(const std::string& path, int error) {
  return failed(fmt::format("\"{}\" cannot be read: {}.", path, std::strerror(error)));
}

std::string first_octets(int fd, std::size_t count) {
  std::string octets(count, '\0');
  const auto got = ::pread(fd, octets.data(), octets.size(), 0);
  octets.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return octets;
}

Done<void> check_plain(const LineFile& file) {
  const auto octets = first_octets(file.fd.get(), 8);
  if (std::ranges::none_of(kMagic, [&](std::string_view magic) { return octets.starts_with(magic); })) return {};
  return failed(
      fmt::format("\"{}\" is compressed. Give its text on stdin, as \"-\" among the files, oldest first: "
                  "zcat \"{}\" | signet-admin audit … - (xzcat, zstdcat and bzcat for other kinds).",
                  file.name, file.name));
}

Done<LineFile> open_file(const std::string& path) {
  LineFile file{.name = path};
  file.fd.reset(path == "-" ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (!file.fd.valid() || ::fstat(file.fd.get(), &status) != 0) return unreadable(path, errno);
  if (S_ISDIR(status.st_mode)) return unreadable(path, EISDIR);
  file.is_regular = S_ISREG(status.st_mode) && path != "-";
  if (!file.is_regular) return file;
  file.size = static_cast<std::uint64_t>(status.st_size);
  SIGNET_TRY(check_plain(file));
  return file;
}

Done<std::vector<LineFile>> open_files(const Paths& paths) {
  std::vector<LineFile> files;
  for (const auto& path : paths) {
    SIGNET_TRY_ASSIGN(auto file, open_file(path));
    files.push_back(std::move(file));
  }
  return files;
}

// The number of the first line that has one; files without any come last.
std::uint64_t first_number(const LineFile& file) {
  const auto octets = first_octets(file.fd.get(), 2 * rules::kMaxAuditLineBytes);
  std::size_t begin = 0;
  for (auto end = octets.find('\n'); end != octets.npos; end = octets.find('\n', begin)) {
    if (const auto entry = rules::read_audit_entry(std::string_view(octets).substr(begin, end - begin)))
      return entry->seq;
    begin = end + 1;
  }
  return std::numeric_limits<std::uint64_t>::max();
}

void put_in_order(std::vector<LineFile>& files) {
  if (!std::ranges::all_of(files, &LineFile::is_regular)) return;
  std::vector<std::pair<std::uint64_t, LineFile>> numbered;
  for (auto& file : files) {
    const auto number = first_number(file);
    numbered.emplace_back(number, std::move(file));
  }
  std::ranges::stable_sort(numbered, {}, [](const auto& each) { return each.first; });
  std::ranges::transform(numbered, files.begin(), [](auto& each) { return std::move(each.second); });
}

bool is_compressed_name(std::string_view name) {
  return std::ranges::any_of(kCompressed, [&](std::string_view ending) { return name.ends_with(ending); });
}

struct Found {
  Paths plain{};
  Paths compressed{};
};

fs::file_time_type age_of(const std::string& path) {
  std::error_code ignored;
  return fs::last_write_time(path, ignored);
}

// A log of a year is more than anybody wants to read again for a JWT of today: what is compressed is left out, and told
// of.
/// The file and those that were rotated away from it, oldest first.
Done<Found> with_rotated(const std::string& path) {
  const fs::path base(path);
  Paths paths;
  std::error_code error;
  for (fs::directory_iterator entry(base.parent_path(), error), end; !error && entry != end; entry.increment(error)) {
    const auto name = entry->path().filename().string();
    if (name == base.filename().string() || is_rotated_name(base.filename().string(), name))
      paths.push_back(entry->path().string());
  }
  if (error) return unreadable(base.parent_path().string(), error.value());
  std::ranges::stable_sort(paths, {}, age_of);
  const auto compressed = std::ranges::stable_partition(paths, std::not_fn(is_compressed_name));
  Found found{.compressed = {compressed.begin(), compressed.end()}};
  paths.erase(compressed.begin(), compressed.end());
  found.plain = std::move(paths);
  if (found.plain.empty())
    return failed(
        fmt::format("There is no file \"{}\", and none that was rotated away from it and is not compressed.", path));
  return found;
}

// Only where the log is must be right: users and folders that the daemon needs may be missing here.
Done<std::string> log_of_config(const std::string& config) {
  const auto text = host::read_file(config, kMaxConfigBytes);
  if (!text)
    return failed(
        fmt::format("The configuration \"{}\" cannot be read ({}); name the log's files, or the right "
                    "configuration with --config.",
                    config, text.error().detail));
  std::string path;
  for (const auto& entry : read_config_lines(config, *text).entries) {
    if (entry.option == "audit-log") path = entry.value;
  }
  if (!path.starts_with('/'))
    return failed(fmt::format("The configuration \"{}\" has no audit-log with an absolute path.", config));
  return path;
}

}  // namespace

bool is_rotated_name(std::string_view base, std::string_view name) {
  if (!name.starts_with(base) || name.size() == base.size()) return false;
  name.remove_prefix(base.size());
  for (const auto ending : kCompressed) {
    if (name.ends_with(ending)) name.remove_suffix(ending.size());
  }
  if (!name.starts_with('.') && !name.starts_with('-')) return false;
  return name.size() > 1 && name.find_first_not_of("0123456789.-_T") == name.npos;
}

Done<LineFiles> open_audit_log(const AuditOptions& options) {
  Found found{.plain = options.files};
  if (found.plain.empty()) {
    SIGNET_TRY_ASSIGN(const auto log, log_of_config(options.config));
    SIGNET_TRY_ASSIGN(found, with_rotated(log));
  }
  SIGNET_TRY_ASSIGN(auto files, open_files(found.plain));
  put_in_order(files);
  return LineFiles{std::move(files), std::move(found.compressed)};
}

Done<LineFiles> open_signed_record(const std::vector<std::string>& paths) {
  Found all;
  for (const auto& path : paths) {
    std::error_code ignored;
    if (!fs::is_directory(path, ignored)) {
      all.plain.push_back(path);
      continue;
    }
    SIGNET_TRY_ASSIGN(const auto found, with_rotated((fs::path(path) / "signed.jsonl").string()));
    all.plain.insert(all.plain.end(), found.plain.begin(), found.plain.end());
    all.compressed.insert(all.compressed.end(), found.compressed.begin(), found.compressed.end());
  }
  SIGNET_TRY_ASSIGN(auto files, open_files(all.plain));
  return LineFiles{std::move(files), std::move(all.compressed)};
}

}  // namespace signet::admin
