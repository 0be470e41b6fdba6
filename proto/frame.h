#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "proto/result.h"

// How the protobuf messages of token.proto lie on the token link (a Unix stream socket): a length of four octets,
// big-endian, then that many octets of one serialised message. The client's first message is Hello; the version rule is
// in token.proto.
namespace signet {

inline constexpr std::uint32_t kLinkVersion = 1;
inline constexpr std::size_t kFrameHeaderBytes = 4;
inline constexpr std::size_t kMaxRequestFrameBytes = 128UL * 1024;  ///< a 64 KiB signing input with room around it
inline constexpr std::size_t kMaxReplyFrameBytes =
    64UL * 1024 * 1024;  ///< a description of 10,000 keys with their certificates

using FrameHeader = std::array<std::byte, kFrameHeaderBytes>;

/// Any thread.
FrameHeader encode_frame_header(std::size_t payload_bytes);
/// The payload's length. Error bad_input when it is 0 or above `max_bytes`: the peer does not speak our protocol, close
/// the link. Any thread.
Result<std::size_t> decode_frame_header(std::span<const std::byte, kFrameHeaderBytes> header, std::size_t max_bytes);

}  // namespace signet
