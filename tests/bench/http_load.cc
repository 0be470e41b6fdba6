#include "tests/bench/http_load.h"

#include <array>
#include <charconv>
#include <cstring>
#include <memory>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <fmt/format.h>

#include "host/file_descriptor.h"

namespace signet::bench {
namespace {

// A client that costs little: it knows that the daemon answers with a Content-Length and in lower-case-insensitive
// fields of a fixed spelling, and looks for nothing else.
class Client {
 public:
  Client(std::string socket, std::string request) : socket_(std::move(socket)), request_(std::move(request)) {}

  Outcome ask() {
    if (!connection_.valid() && !connect()) return Outcome::failed;
    if (!send_request()) return fail();
    std::size_t received = 0;
    for (;;) {
      const ssize_t octets = ::recv(connection_.get(), buffer_.data() + received, buffer_.size() - received, 0);
      if (octets <= 0) return fail();
      received += static_cast<std::size_t>(octets);
      const std::string_view answer(buffer_.data(), received);
      const std::size_t length = length_of(answer);
      if (length > buffer_.size()) return fail();
      if (length == answer.size()) return judge(answer);
    }
  }

 private:
  bool connect() {
    connection_ = host::FileDescriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (socket_.size() >= sizeof address.sun_path) return false;
    std::memcpy(address.sun_path, socket_.data(), socket_.size());
    if (::connect(connection_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return true;
    connection_.reset();
    return false;
  }

  bool send_request() {
    const ssize_t sent = ::send(connection_.get(), request_.data(), request_.size(), MSG_NOSIGNAL);
    return sent == static_cast<ssize_t>(request_.size());
  }

  Outcome fail() {
    connection_.reset();
    return Outcome::failed;
  }

  /// Of the whole answer; 0 while its header is not complete, beyond the buffer where it is no answer of the daemon's.
  std::size_t length_of(std::string_view answer) const {
    constexpr std::string_view field = "\r\nContent-Length: ";
    const std::size_t header_end = answer.find("\r\n\r\n");
    if (header_end == std::string_view::npos) return answer.size() < buffer_.size() ? 0 : buffer_.size() + 1;
    const std::size_t at = answer.substr(0, header_end).find(field);
    if (at == std::string_view::npos) return buffer_.size() + 1;
    std::size_t body = 0;
    std::from_chars(answer.data() + at + field.size(), answer.data() + header_end, body);
    return header_end + 4 + body;
  }

  Outcome judge(std::string_view answer) {
    // The daemon ends a connection of its maximum age with its last answer.
    if (answer.find("\r\nConnection: close\r\n") != std::string_view::npos) connection_.reset();
    return answer.starts_with("HTTP/1.1 200 ") ? Outcome::good : Outcome::failed;
  }

  std::string socket_;
  std::string request_;
  host::FileDescriptor connection_{};
  std::array<char, 16 * 1024> buffer_{};
};

std::string request_for(const HttpLoad& load) {
  const std::string_view body = load.freshness == Freshness::fresh ? R"({"fresh":true})" : "{}";
  return fmt::format("POST /v1/keys/{}/tokens HTTP/1.1\r\nHost: signet\r\nContent-Length: {}\r\n\r\n{}", load.key,
                     body.size(), body);
}

}  // namespace

Measurement measure_http(const HttpLoad& load, std::chrono::milliseconds duration) {
  return measure(load.connections, duration, [&load](int) -> Operation {
    const auto client = std::make_shared<Client>(load.socket, request_for(load));
    return timed([client] { return client->ask(); });
  });
}

}  // namespace signet::bench
