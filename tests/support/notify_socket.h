#pragma once

#include <string>
#include <sys/socket.h>
#include <vector>

#include "tests/support/unix_sockets.h"

namespace signet::test {

/// The service manager's end of $NOTIFY_SOCKET (sd_notify(3)). One thread.
class NotifySocket {
 public:
  explicit NotifySocket(std::string path) : path_(std::move(path)), socket_(bound_socket(path_, SOCK_DGRAM)) {}

  const std::string& path() const { return path_; }
  /// All that has come since the last call, one message after the other.
  std::vector<std::string> take() {
    std::vector<std::string> messages;
    std::string buffer(4096, '\0');
    for (;;) {
      const ssize_t length = ::recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (length < 0) return messages;
      messages.push_back(buffer.substr(0, static_cast<std::size_t>(length)));
    }
  }

 private:
  std::string path_;
  host::FileDescriptor socket_;
};

}  // namespace signet::test
