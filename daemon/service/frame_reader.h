#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "proto/bytes.h"
#include "proto/result.h"

namespace signet::service {

/// Cuts the octets of a token link into payloads, however they arrive. No I/O; one connection, one thread.
class FrameReader {
 public:
  /// Where the next octets of the stream go; commit() says how many came. Never empty.
  std::span<std::byte> space();
  void commit(std::size_t octets);

  /// The next whole payload, valid until space() is called; nothing while it is incomplete. Error bad_input: the peer
  /// does not speak our protocol, and nothing after this can be trusted.
  Result<std::optional<BytesView>> next();

 private:
  std::vector<std::byte> buffer_ = std::vector<std::byte>(4096);
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace signet::service
