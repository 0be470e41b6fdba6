#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "host/file_descriptor.h"
#include "proto/result.h"

namespace signet::pkcs11 {

/// Frames (proto/frame.h) over one connected socket, blocking. A frame that came with the one before it costs no read
/// of its own. One thread at a time, but for stop_reading.
class FrameStream {
 public:
  explicit FrameStream(host::FileDescriptor socket) : socket_(std::move(socket)) {}

  /// The next frame's payload, valid until the next read; nothing where the peer has closed between two frames. Errors:
  /// bad_input (a length of 0 or above `max_bytes`, an end inside a frame), io_failure.
  Result<std::optional<std::string_view>> read(std::size_t max_bytes);

  /// Sends one frame. Error io_failure, among them a peer that does not read for the socket's send time-out.
  Result<void> write(std::string_view payload);

  /// Makes read() see the end after what has been received. Any thread.
  void stop_reading();

 private:
  /// Receives until `wanted` octets of the frame are there; false at the end of the stream.
  Result<bool> fill(std::size_t wanted);

  host::FileDescriptor socket_;
  std::string received_;
  std::size_t consumed_ = 0;  ///< octets of received_ that belong to earlier frames
  std::string sending_;
};

}  // namespace signet::pkcs11
