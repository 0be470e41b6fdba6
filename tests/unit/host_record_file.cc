#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/record_file.h"
#include "tests/support/catch.h"
#include "tests/support/child_process.h"
#include "tests/support/matchers.h"
#include "tests/support/scratch_directory.h"

namespace signet::test {
namespace {

using host::RecordFile;

constexpr uid_t kNobody = 65534;

std::string content(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// A file-size limit makes a write stop in the middle, as a full disk does, for root too.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    previous_ = std::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, previous_);
  }

 private:
  rlimit before_{};
  void (*previous_)(int) = nullptr;
};

TEST_CASE("records are appended to what is there") {
  const ScratchDirectory directory;
  const std::string path = directory.file("audit.jsonl");
  std::ofstream(path) << "before\n";
  RecordFile file(path, ErrorCode::audit_unavailable);
  REQUIRE_OK(file.append("one\n"));
  REQUIRE_OK(file.append("two\n"));
  REQUIRE(content(path) == "before\none\ntwo\n");
}

TEST_CASE("a full disk is an error, and is tried again") {
  const ScratchDirectory directory;
  const std::string path = directory.file("audit.jsonl");
  std::filesystem::create_symlink("/dev/full", path);
  RecordFile file(path, ErrorCode::audit_unavailable);
  const Result<void> refused = file.append("one\n");
  REQUIRE_ERROR(refused, ErrorCode::audit_unavailable);
  REQUIRE(refused.error().message.find(path) == std::string::npos);
  std::filesystem::remove(path);
  REQUIRE_OK(file.append("two\n"));
  REQUIRE(content(path) == "two\n");
}

TEST_CASE("a path that cannot be opened is an error, and is tried again") {
  const ScratchDirectory directory;
  RecordFile file(directory.file("missing/audit.jsonl"), ErrorCode::audit_unavailable);
  REQUIRE_ERROR(file.append("one\n"), ErrorCode::audit_unavailable);
  std::filesystem::create_directory(directory.file("missing"));
  REQUIRE_OK(file.append("two\n"));
  REQUIRE(content(directory.file("missing/audit.jsonl")) == "two\n");
}

TEST_CASE("a FIFO is refused without waiting for its reader, and what replaces it is used") {
  const ScratchDirectory directory;
  const std::string path = directory.file("audit.jsonl");
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  RecordFile file(path, ErrorCode::audit_unavailable);
  REQUIRE_ERROR(file.append("one\n"), ErrorCode::audit_unavailable);
  const host::FileDescriptor reader(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  const Result<void> refused = file.append("one\n");
  REQUIRE_ERROR(refused, ErrorCode::audit_unavailable);
  REQUIRE(refused.error().detail.find("regular file") != std::string::npos);
  std::filesystem::remove(path);
  REQUIRE_OK(file.append("two\n"));
  REQUIRE(content(path) == "two\n");
}

TEST_CASE("half a record stands on a line of its own") {
  const ScratchDirectory directory;
  const std::string path = directory.file("audit.jsonl");
  RecordFile file(path, ErrorCode::audit_unavailable);
  REQUIRE_OK(file.append("first\n"));
  {
    const FileSizeLimit limit(10);
    REQUIRE_ERROR(file.append("second\n"), ErrorCode::audit_unavailable);
  }
  REQUIRE(content(path) == "first\nseco");
  REQUIRE_OK(file.append("third\n"));
  REQUIRE(content(path) == "first\nseco\nthird\n");
}

TEST_CASE("half a record that an earlier process left stands on a line of its own") {
  const ScratchDirectory directory;
  const std::string path = directory.file("audit.jsonl");
  std::ofstream(path) << "first\nseco";
  RecordFile file(path, ErrorCode::audit_unavailable);
  REQUIRE_OK(file.append("third\n"));
  REQUIRE(content(path) == "first\nseco\nthird\n");
  // Another process that shares the file meets the full disk.
  std::ofstream(path, std::ios::app) << "four";
  REQUIRE_OK(file.append("fifth\n"));
  REQUIRE_OK(file.append("sixth\n"));
  REQUIRE(content(path) == "first\nseco\nthird\nfour\nfifth\nsixth\n");
}

TEST_CASE("a file that may be written and not read is taken to end in half a record") {
  const ScratchDirectory directory;
  const std::string path = directory.file("audit.jsonl");
  std::ofstream(path) << "first\nseco";
  using std::filesystem::perms;
  std::filesystem::permissions(path, perms::owner_write | perms::group_write | perms::others_write);
  std::filesystem::permissions(directory.path(), perms::all);
  // In a child that is not root, whom no permission stops.
  const int status = in_child([&path] {
    if (::geteuid() == 0 && ::setresuid(kNobody, kNobody, kNobody) != 0) return 1;
    RecordFile file(path, ErrorCode::audit_unavailable);
    return file.append("third\n").has_value() && file.append("fourth\n").has_value() ? 0 : 2;
  });
  REQUIRE(status == 0);
  std::filesystem::permissions(path, perms::owner_all);
  REQUIRE(content(path) == "first\nseco\nthird\nfourth\n");
}

TEST_CASE("a file renamed away is left after reopen") {
  const ScratchDirectory directory;
  const std::string path = directory.file("audit.jsonl");
  RecordFile file(path, ErrorCode::audit_unavailable);
  REQUIRE_OK(file.append("one\n"));
  std::filesystem::rename(path, directory.file("audit.1"));
  REQUIRE_OK(file.append("two\n"));
  file.reopen();
  REQUIRE_OK(file.append("three\n"));
  REQUIRE(content(directory.file("audit.1")) == "one\ntwo\n");
  REQUIRE(content(path) == "three\n");
}

TEST_CASE("the file is not for everybody") {
  const ScratchDirectory directory;
  RecordFile file(directory.file("audit.jsonl"), ErrorCode::audit_unavailable);
  REQUIRE_OK(file.append("one\n"));
  REQUIRE((std::filesystem::status(directory.file("audit.jsonl")).permissions() & std::filesystem::perms::others_all) ==
          std::filesystem::perms::none);
}

}  // namespace
}  // namespace signet::test
