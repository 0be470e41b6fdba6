#include "pkcs11/frame_stream.h"

#include <cerrno>
#include <cstring>
#include <sys/socket.h>

#include "proto/bytes.h"
#include "proto/frame.h"

namespace signet::pkcs11 {
namespace {

constexpr std::size_t kReadBytes = 16384;

Unexpected<Error> half_frame() {
  return Unexpected(Error{.code = ErrorCode::bad_input, .message = "the peer left in the middle of a frame"});
}

Unexpected<Error> io_error(const char* call) {
  return Unexpected(make_error(ErrorCode::io_failure, std::string(call) + ": " + std::strerror(errno)));
}

}  // namespace

Result<std::optional<std::string_view>> FrameStream::read(std::size_t max_bytes) {
  received_.erase(0, consumed_);
  consumed_ = 0;
  SIGNET_TRY_ASSIGN(const bool has_header, fill(kFrameHeaderBytes));
  if (!has_header) return std::optional<std::string_view>();
  const auto header = bytes_of(received_).first<kFrameHeaderBytes>();
  SIGNET_TRY_ASSIGN(const std::size_t length, decode_frame_header(header, max_bytes));
  SIGNET_TRY_ASSIGN(const bool has_payload, fill(kFrameHeaderBytes + length));
  if (!has_payload) return half_frame();
  consumed_ = kFrameHeaderBytes + length;
  return std::optional(std::string_view(received_).substr(kFrameHeaderBytes, length));
}

Result<bool> FrameStream::fill(std::size_t wanted) {
  while (received_.size() < wanted) {
    const std::size_t before = received_.size();
    received_.resize(before + kReadBytes);
    const ssize_t count = ::recv(socket_.get(), received_.data() + before, kReadBytes, 0);
    received_.resize(before + (count > 0 ? static_cast<std::size_t>(count) : 0));
    if (count > 0 || (count < 0 && errno == EINTR)) continue;
    if (count < 0) return io_error("recv");
    if (before == 0) return false;
    return half_frame();
  }
  return true;
}

Result<void> FrameStream::write(std::string_view payload) {
  const FrameHeader header = encode_frame_header(payload.size());
  sending_.assign(text_of(header));
  sending_.append(payload);
  std::string_view rest = sending_;
  while (!rest.empty()) {
    const ssize_t count = ::send(socket_.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return io_error("send");
    rest.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

void FrameStream::stop_reading() { ::shutdown(socket_.get(), SHUT_RD); }

}  // namespace signet::pkcs11
