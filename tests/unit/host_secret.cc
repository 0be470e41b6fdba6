#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/secret.h"
#include "proto/bytes.h"
#include "tests/support/child_process.h"
#include "tests/support/matchers.h"
#include "tests/support/scratch_directory.h"

using signet::ErrorCode;
using signet::host::read_secret_file;
using signet::host::Secret;

namespace {

signet::Result<Secret> from_file_with(const std::string& content, std::size_t max_bytes = 16) {
  const signet::test::ScratchDirectory scratch;
  std::ofstream(scratch.file("pin"), std::ios::binary) << content;
  return read_secret_file(scratch.file("pin"), max_bytes);
}

void require_content(const std::string& file, const std::string& secret) {
  const auto read = from_file_with(file);
  REQUIRE_OK(read);
  REQUIRE(signet::text_of(read.value().bytes()) == secret);
}

Secret filled() {
  Secret secret = Secret::allocate(6).value();
  secret.resize(6);
  std::ranges::fill(secret.bytes(), std::byte{'7'});
  return secret;
}

bool all_zero(const std::byte* data, std::size_t size) {
  return std::all_of(data, data + size, [](std::byte octet) { return octet == std::byte{0}; });
}

/// A line of /proc/self/smaps of the mapping that holds the address, e.g. "VmFlags: rd wr mr mw me lo ac dd wf".
std::string mapping_flags(const void* address) {
  std::ifstream smaps("/proc/self/smaps");
  const auto wanted = reinterpret_cast<std::uintptr_t>(address);
  bool inside = false;
  for (std::string line; std::getline(smaps, line);) {
    std::uintptr_t low = 0;
    std::uintptr_t high = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx ", &low, &high) == 2) inside = low <= wanted && wanted < high;
    if (inside && line.starts_with("VmFlags:")) return line + " ";
  }
  return "";
}

}  // namespace

TEST_CASE("secret: one newline at the end is taken off") {
  require_content("123456", "123456");
  require_content("123456\n", "123456");
  require_content("123456\r\n", "123456");
  require_content("123456\n\n", "123456\n");
  require_content(" 12\n34 ", " 12\n34 ");
  require_content(std::string("12\0 34", 6), std::string("12\0 34", 6));
}

TEST_CASE("secret: the limit counts what is left, and nothing is cut silently") {
  require_content(std::string(16, 'p'), std::string(16, 'p'));
  require_content(std::string(16, 'p') + "\n", std::string(16, 'p'));
  require_content(std::string(16, 'p') + "\r\n", std::string(16, 'p'));
  for (const char* end : {"p", "p\n", "\n\n", "pp\n", "ppppppppppppppp"})
    REQUIRE_ERROR(from_file_with(std::string(16, 'p') + end), ErrorCode::bad_input);
}

TEST_CASE("secret: empty, missing and unreadable files say so without a path in the message") {
  REQUIRE_ERROR(from_file_with(""), ErrorCode::bad_input);
  REQUIRE_ERROR(from_file_with("\n"), ErrorCode::bad_input);
  const auto missing = read_secret_file("/nonexistent/pin", 16);
  REQUIRE_ERROR(missing, ErrorCode::io_failure);
  REQUIRE(missing.error().message.find("/nonexistent") == std::string::npos);
  REQUIRE(missing.error().detail.find("/nonexistent/pin") != std::string::npos);
  REQUIRE_ERROR(read_secret_file("/", 16), ErrorCode::io_failure);
}

TEST_CASE("secret: a FIFO is refused at once, though nobody writes to it") {
  const signet::test::ScratchDirectory scratch;
  REQUIRE(::mkfifo(scratch.file("fifo").c_str(), 0600) == 0);
  const auto refused = read_secret_file(scratch.file("fifo"), 16);
  REQUIRE_ERROR(refused, ErrorCode::io_failure);
  REQUIRE(refused.error().message.find("regular file") != std::string::npos);
  REQUIRE(refused.error().detail == scratch.file("fifo"));
}

TEST_CASE("secret: a descriptor that is not open is told as one") {
  const auto refused = signet::host::read_secret_descriptor(-1, 16);
  REQUIRE_ERROR(refused, ErrorCode::io_failure);
  REQUIRE(refused.error().message.find("descriptor") != std::string::npos);
}

TEST_CASE("secret: a failure never holds the content") {
  const auto refused = from_file_with("314159265358979323846");
  REQUIRE_ERROR(refused, ErrorCode::bad_input);
  REQUIRE((refused.error().message + refused.error().detail).find("3141") == std::string::npos);
}

TEST_CASE("secret: from a pipe in pieces up to its end") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  REQUIRE(::write(ends[1], "123", 3) == 3);
  REQUIRE(::write(ends[1], "456\n", 4) == 4);
  ::close(ends[1]);
  const auto secret = signet::host::read_secret_descriptor(ends[0], 16);
  ::close(ends[0]);
  REQUIRE_OK(secret);
  REQUIRE(signet::text_of(secret.value().bytes()) == "123456");
}

TEST_CASE("secret: wiped in place, and where it shrinks") {
  Secret secret = filled();
  const std::byte* data = secret.bytes().data();
  secret.resize(2);
  REQUIRE(all_zero(data + 2, 4));
  REQUIRE(data[0] == std::byte{'7'});
  secret.wipe();
  REQUIRE(secret.bytes().empty());
  REQUIRE(all_zero(data, 6));
}

TEST_CASE("secret: moved, not copied, and the one that is overwritten is wiped") {
  Secret first = filled();
  const std::byte* data = first.bytes().data();
  Secret second = std::move(first);
  REQUIRE(second.bytes().data() == data);
  Secret third = filled();
  const std::byte* overwritten = third.bytes().data();
  third = std::move(second);
  REQUIRE(third.bytes().data() == data);
  REQUIRE(all_zero(overwritten, 6));  // still mapped: it now belongs to `second`
}

TEST_CASE("secret: locked, left out of core dumps, wiped in a child") {
  const Secret secret = filled();
  const std::string flags = mapping_flags(secret.bytes().data());
  INFO(flags);
  REQUIRE(flags.find(" dd ") != std::string::npos);
  REQUIRE(flags.find(" wf ") != std::string::npos);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // their mlock(2) does nothing
  REQUIRE(flags.find(" lo ") != std::string::npos);
#endif
  const int outcome = signet::test::in_child([&] { return all_zero(secret.bytes().data(), 6) ? 0 : 1; });
  REQUIRE(outcome == 0);
}
