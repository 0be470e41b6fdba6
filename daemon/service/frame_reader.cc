#include "daemon/service/frame_reader.h"

#include <algorithm>

#include "proto/frame.h"

namespace signet::service {

std::span<std::byte> FrameReader::space() {
  std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_), buffer_.begin() + static_cast<std::ptrdiff_t>(end_),
            buffer_.begin());
  end_ -= begin_;
  begin_ = 0;
  // Doubling with what has really arrived: a peer that announces 16 MiB and sends nothing costs nothing.
  if (end_ == buffer_.size()) buffer_.resize(2 * buffer_.size());
  return std::span(buffer_).subspan(end_);
}

void FrameReader::commit(std::size_t octets) { end_ += octets; }

Result<std::optional<BytesView>> FrameReader::next() {
  const BytesView unread = BytesView(buffer_).subspan(begin_, end_ - begin_);
  if (unread.size() < kFrameHeaderBytes) return std::optional<BytesView>{};
  SIGNET_TRY_ASSIGN(const std::size_t payload_bytes,
                    decode_frame_header(unread.first<kFrameHeaderBytes>(), kMaxReplyFrameBytes));
  if (unread.size() < kFrameHeaderBytes + payload_bytes) return std::optional<BytesView>{};
  begin_ += kFrameHeaderBytes + payload_bytes;
  return std::optional(unread.subspan(kFrameHeaderBytes, payload_bytes));
}

}  // namespace signet::service
