#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "host/file_descriptor.h"
#include "proto/result.h"
#include "proto/token.pb.h"

namespace signet::test {

/// A blocking client of the token link, for tests: one connection, one thread. A wait for an answer ends after a
/// generous time-out, so that a broken service fails a test instead of hanging it.
class LinkClient {
 public:
  /// Connects to the socket at the path, or takes a connected one. Says nothing yet.
  static Result<LinkClient> connect(const std::string& path);
  explicit LinkClient(host::FileDescriptor socket) : socket_(std::move(socket)) {}
  /// connect, then hello.
  static Result<LinkClient> open(const std::string& path);

  /// Sends one request (its id is filled in) and reads one reply. Errors: io_failure, also at the end of the stream;
  /// deadline_exceeded when the time-out passes.
  Result<link::Reply> call(link::Request request);
  Result<link::Reply> hello(std::uint32_t min_version, std::uint32_t max_version);
  Result<link::Description> describe(const std::optional<std::string>& object = std::nullopt);

  Result<void> send_octets(std::string_view octets);
  /// The next frame's message; nothing at the end of the stream.
  Result<std::optional<link::Reply>> read_reply();
  void stop_writing();

 private:
  Result<std::string> receive(std::size_t count);

  host::FileDescriptor socket_;
  std::uint64_t next_id_ = 1;
};

/// A length of four octets and the message.
std::string frame_of(const link::Request& request);

}  // namespace signet::test
