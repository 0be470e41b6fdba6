#include <algorithm>

#include "daemon/service/frame_reader.h"
#include "proto/frame.h"
#include "tests/support/catch.h"
#include "tests/support/matchers.h"

namespace signet::test {
namespace {

using service::FrameReader;

void feed(FrameReader& reader, std::string_view octets) {
  while (!octets.empty()) {
    const std::span<std::byte> space = reader.space();
    const std::size_t taken = std::min(space.size(), octets.size());
    std::ranges::copy(bytes_of(octets.substr(0, taken)), space.begin());
    reader.commit(taken);
    octets.remove_prefix(taken);
  }
}

std::string frame(std::string_view payload) {
  return std::string(text_of(encode_frame_header(payload.size()))) + std::string(payload);
}

std::optional<std::string> next(FrameReader& reader) {
  const Result<std::optional<BytesView>> payload = reader.next();
  REQUIRE_OK(payload);
  if (!*payload) return std::nullopt;
  return std::string(text_of(**payload));
}

TEST_CASE("frames come out whole, octet by octet or all at once") {
  FrameReader reader;
  const std::string stream = frame("one") + frame("second");
  SECTION("at once") {
    feed(reader, stream);
    REQUIRE(next(reader) == "one");
    REQUIRE(next(reader) == "second");
    REQUIRE(next(reader) == std::nullopt);
  }
  SECTION("octet by octet") {
    std::vector<std::string> seen;
    for (const char octet : stream) {
      feed(reader, {&octet, 1});
      if (auto payload = next(reader)) seen.push_back(*payload);
    }
    REQUIRE(seen == std::vector<std::string>{"one", "second"});
  }
}

TEST_CASE("a payload larger than the first buffer comes out whole") {
  FrameReader reader;
  const std::string large(100'000, 'x');
  feed(reader, frame(large) + frame("after"));
  REQUIRE(next(reader) == large);
  REQUIRE(next(reader) == "after");
}

TEST_CASE("a length that no frame of ours has is an error") {
  FrameReader reader;
  SECTION("zero") { feed(reader, std::string_view("\0\0\0\0", 4)); }
  SECTION("too long") { feed(reader, text_of(encode_frame_header(kMaxReplyFrameBytes + 1))); }
  REQUIRE_ERROR(reader.next(), ErrorCode::bad_input);
}

}  // namespace
}  // namespace signet::test
