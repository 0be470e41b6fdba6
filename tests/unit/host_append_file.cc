#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

#include "host/append_file.h"
#include "tests/support/catch.h"
#include "tests/support/matchers.h"
#include "tests/support/scratch_directory.h"

namespace signet::test {
namespace {

using host::AppendFile;
using Access = AppendFile::Access;

AppendFile opened(const std::string& path) {
  Result<AppendFile> file = AppendFile::open(path, Access::read_and_write);
  REQUIRE_OK(file);
  return *std::move(file);
}

TEST_CASE("append file: its end is what was written last") {
  const ScratchDirectory directory;
  AppendFile file = opened(directory.file("log"));
  REQUIRE(file.tail(10).value().empty());
  REQUIRE_OK(file.write("0123456789"));
  REQUIRE_OK(file.write("abc"));
  REQUIRE(file.size() == 13);
  REQUIRE(file.tail(5).value() == "89abc");
  REQUIRE(file.tail(100).value() == "0123456789abc");
  REQUIRE_OK(host::sync_data(*file.descriptor()));
}

TEST_CASE("append file: what cannot be written to or waited for is refused, with the path in the detail only") {
  const ScratchDirectory directory;
  const std::string fifo = directory.file("fifo");
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  for (const std::string& path : {fifo, directory.path(), directory.file("missing/log")}) {
    const Result<AppendFile> refused = AppendFile::open(path, Access::read_and_write);
    REQUIRE_ERROR(refused, ErrorCode::io_failure);
    REQUIRE(refused.error().detail.find(path) != std::string::npos);
    REQUIRE(refused.error().message.find(path) == std::string::npos);
  }
  AppendFile full = opened("/dev/full");
  REQUIRE_ERROR(full.write("x"), ErrorCode::io_failure);
  REQUIRE_OK(host::sync_data(*full.descriptor()));
  REQUIRE_ERROR(host::sync_data(host::FileDescriptor()), ErrorCode::io_failure);
}

TEST_CASE("append file: it knows when it was deleted or renamed away") {
  const ScratchDirectory directory;
  const std::string path = directory.file("log");
  const AppendFile file = opened(path);
  REQUIRE(file.is_at(path));
  std::filesystem::rename(path, directory.file("old"));
  REQUIRE_FALSE(file.is_at(path));
  std::ofstream(path) << "another";
  REQUIRE_FALSE(file.is_at(path));
  REQUIRE_FALSE(file.was_deleted());
  std::filesystem::remove(directory.file("old"));
  REQUIRE(file.was_deleted());
}

TEST_CASE("append file: one reservation at a time, which a held descriptor does not prolong") {
  const ScratchDirectory directory;
  const std::string path = directory.file("log");
  AppendFile first = opened(path);
  AppendFile second = opened(path);
  REQUIRE_OK(first.reserve());
  REQUIRE_ERROR(second.reserve(), ErrorCode::io_failure);
  const auto held = first.descriptor();
  first.release();
  first = {};
  REQUIRE_OK(second.reserve());
}

}  // namespace
}  // namespace signet::test
