#include "tests/support/link_client.h"

#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>

#include "proto/bytes.h"
#include "proto/frame.h"

namespace signet::test {
namespace {

constexpr timeval kReceiveTimeout{.tv_sec = 60, .tv_usec = 0};

Unexpected<Error> io_error(const std::string& call) {
  return Unexpected(make_error(ErrorCode::io_failure, call + ": " + std::strerror(errno)));
}

}  // namespace

std::string frame_of(const link::Request& request) {
  const std::string payload = request.SerializeAsString();
  const FrameHeader header = encode_frame_header(payload.size());
  return std::string(text_of(header)) + payload;
}

Result<LinkClient> LinkClient::connect(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return Unexpected(make_error(ErrorCode::bad_input, "path too long"));
  std::memcpy(address.sun_path, path.data(), path.size());
  host::FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return io_error("connect");
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &kReceiveTimeout, sizeof kReceiveTimeout);
  return LinkClient(std::move(socket));
}

Result<LinkClient> LinkClient::open(const std::string& path) {
  SIGNET_TRY_ASSIGN(LinkClient client, connect(path));
  SIGNET_TRY_ASSIGN(const link::Reply reply, client.hello(kLinkVersion, kLinkVersion));
  if (!reply.has_hello())
    return Unexpected(make_error(ErrorCode::bad_input, "hello refused: " + reply.failure().message()));
  return client;
}

Result<link::Reply> LinkClient::call(link::Request request) {
  request.set_id(next_id_++);
  SIGNET_TRY(send_octets(frame_of(request)));
  SIGNET_TRY_ASSIGN(auto reply, read_reply());
  if (!reply) return Unexpected(make_error(ErrorCode::io_failure, "the service closed the connection"));
  if (reply->id() != request.id()) return Unexpected(make_error(ErrorCode::bad_input, "the reply's id is another's"));
  return std::move(*reply);
}

Result<link::Reply> LinkClient::hello(std::uint32_t min_version, std::uint32_t max_version) {
  link::Request request;
  request.mutable_hello()->set_min_version(min_version);
  request.mutable_hello()->set_max_version(max_version);
  request.mutable_hello()->set_program("test");
  return call(std::move(request));
}

Result<link::Description> LinkClient::describe(const std::optional<std::string>& object) {
  link::Request request;
  request.mutable_describe();
  if (object) request.mutable_describe()->add_object(*object);
  SIGNET_TRY_ASSIGN(link::Reply reply, call(std::move(request)));
  if (!reply.has_description()) return Unexpected(make_error(ErrorCode::bad_input, reply.failure().message()));
  return std::move(*reply.mutable_description());
}

Result<void> LinkClient::send_octets(std::string_view octets) {
  while (!octets.empty()) {
    const ssize_t count = ::send(socket_.get(), octets.data(), octets.size(), MSG_NOSIGNAL);
    if (count < 0) return io_error("send");
    octets.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

Result<std::string> LinkClient::receive(std::size_t count) {
  std::string octets(count, '\0');
  std::size_t got = 0;
  while (got < count) {
    const ssize_t n = ::recv(socket_.get(), octets.data() + got, count - got, 0);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
      return Unexpected(make_error(ErrorCode::deadline_exceeded, "no answer"));
    if (n < 0) return io_error("recv");
    if (n == 0) break;
    got += static_cast<std::size_t>(n);
  }
  octets.resize(got);
  return octets;
}

Result<std::optional<link::Reply>> LinkClient::read_reply() {
  SIGNET_TRY_ASSIGN(const std::string header, receive(kFrameHeaderBytes));
  if (header.empty()) return std::optional<link::Reply>();
  if (header.size() < kFrameHeaderBytes) return Unexpected(make_error(ErrorCode::io_failure, "half a header"));
  SIGNET_TRY_ASSIGN(const std::size_t length,
                    decode_frame_header(bytes_of(header).first<kFrameHeaderBytes>(), kMaxReplyFrameBytes));
  SIGNET_TRY_ASSIGN(const std::string payload, receive(length));
  link::Reply reply;
  if (!reply.ParseFromString(payload)) return Unexpected(make_error(ErrorCode::bad_input, "not a reply"));
  return std::optional(std::move(reply));
}

void LinkClient::stop_writing() { ::shutdown(socket_.get(), SHUT_WR); }

}  // namespace signet::test
