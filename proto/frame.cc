#include "proto/frame.h"

#include <cassert>
#include <limits>

namespace signet {

FrameHeader encode_frame_header(std::size_t payload_bytes) {
  assert(payload_bytes > 0 && payload_bytes <= std::numeric_limits<std::uint32_t>::max());
  FrameHeader header{};
  for (std::size_t i = 0; i < kFrameHeaderBytes; ++i) {
    header[i] = static_cast<std::byte>((payload_bytes >> (8 * (kFrameHeaderBytes - 1 - i))) & 0xff);
  }
  return header;
}

Result<std::size_t> decode_frame_header(std::span<const std::byte, kFrameHeaderBytes> header, std::size_t max_bytes) {
  std::size_t payload_bytes = 0;
  for (const std::byte byte : header) payload_bytes = (payload_bytes << 8) | std::to_integer<std::size_t>(byte);
  if (payload_bytes == 0 || payload_bytes > max_bytes) {
    return Unexpected(
        Error{.code = ErrorCode::bad_input,
              .message = "the peer sent a frame of an impossible length; it does not speak this protocol"});
  }
  return payload_bytes;
}

}  // namespace signet
