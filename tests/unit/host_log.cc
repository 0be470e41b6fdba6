#include <array>
#include <fcntl.h>
#include <functional>
#include <string>
#include <unistd.h>

#include "host/file_descriptor.h"
#include "host/log.h"
#include "tests/support/environment_variable.h"
#include "tests/support/matchers.h"

using signet::Error;
using signet::ErrorCode;
using signet::host::FileDescriptor;
using signet::host::LogLevel;
using signet::test::EnvironmentVariable;

namespace {

/// What `body` writes to stderr (at most what a pipe holds).
std::string stderr_of(const std::function<void()>& body) {
  std::array<int, 2> ends{};
  REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
  const FileDescriptor reading(ends[0]);
  FileDescriptor writing(ends[1]);
  const FileDescriptor before(::dup(STDERR_FILENO));
  ::dup2(writing.get(), STDERR_FILENO);
  body();
  ::dup2(before.get(), STDERR_FILENO);
  writing.reset();
  std::string text(64 * 1024, '\0');
  const ssize_t size = ::read(reading.get(), text.data(), text.size());
  text.resize(static_cast<std::size_t>(size));
  return text;
}

std::string logged(LogLevel level, std::string_view text) {
  return stderr_of([&] { signet::host::log(level, text); });
}

}  // namespace

TEST_CASE("log: levels by name, or by number for the journal") {
  {
    const EnvironmentVariable journal("JOURNAL_STREAM", std::nullopt);
    REQUIRE(logged(LogLevel::error, "text") == "error: text\n");
    REQUIRE(logged(LogLevel::warning, "text") == "warning: text\n");
    REQUIRE(logged(LogLevel::debug, "text") == "debug: text\n");
  }
  const EnvironmentVariable journal("JOURNAL_STREAM", "8:1234");
  REQUIRE(logged(LogLevel::error, "text") == "<3>text\n");
  REQUIRE(logged(LogLevel::info, "text") == "<6>text\n");
}

TEST_CASE("log: text from outside cannot forge a line or steer a terminal") {
  const EnvironmentVariable journal("JOURNAL_STREAM", "8:1234");
  REQUIRE(logged(LogLevel::info, "a\n<3>forged") == "<6>a\\n<3>forged\n");
  REQUIRE(logged(LogLevel::info, "\r\t\x1b[2J\x7f") == "<6>\\x0d\\x09\\x1b[2J\\x7f\n");
  REQUIRE(logged(LogLevel::info, std::string_view("a\0b", 3)) == "<6>a\\x00b\n");
  REQUIRE(logged(LogLevel::info, "a\\nb") == "<6>a\\\\nb\n");
  REQUIRE(logged(LogLevel::info, "\xc2\x9b[2J") == "<6>\\xc2\\x9b[2J\n");
  REQUIRE(logged(LogLevel::info, "Gr\xc3\xbc\xc3\x9f") == "<6>Gr\xc3\xbc\xc3\x9f\n");
}

TEST_CASE("log: a huge text is cut to one line of the journal") {
  const std::string line = logged(LogLevel::info, std::string(40'000, 'x'));
  REQUIRE(line.size() < 9'000);
  REQUIRE(line.ends_with("x [cut]\n"));
}

TEST_CASE("log: a failure with its code and detail") {
  const EnvironmentVariable journal("JOURNAL_STREAM", std::nullopt);
  const auto failure = [](const Error& error) {
    return stderr_of([&] { signet::host::log_failure(LogLevel::warning, "key apple", error); });
  };
  REQUIRE(failure(Error{ErrorCode::io_failure, "cannot read", "open /x"}) ==
          "warning: key apple: cannot read (io_failure; open /x)\n");
  REQUIRE(failure(Error{ErrorCode::io_failure, "cannot read"}) == "warning: key apple: cannot read (io_failure)\n");
}
