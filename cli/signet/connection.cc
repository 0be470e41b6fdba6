#include "cli/signet/connection.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace signet::cli {
namespace {

using std::chrono::milliseconds;

// How long each further try to connect waits: 630 ms in all, the time a daemon takes that is restarted without socket
// activation.
constexpr std::array kPauses{milliseconds(10), milliseconds(20),  milliseconds(40),
                             milliseconds(80), milliseconds(160), milliseconds(320)};

Unexpected<CallError> fault(CallFault kind, std::string sentence) {
  return Unexpected(CallError{kind, std::move(sentence)});
}

Unexpected<CallError> timed_out() {
  return fault(CallFault::timed_out,
               "The service did not answer in time; try again, or allow more time with --timeout.");
}

Unexpected<CallError> given_up() { return fault(CallFault::given_up, "The command was ended before the answer came."); }

Unexpected<CallError> cut() {
  return fault(CallFault::cut,
               "The service closed the connection before its answer was whole; try again, and look at its log if that "
               "does not help.");
}

Unexpected<CallError> cannot_connect(const std::string& path, int error) {
  if (error == EACCES || error == EPERM) {
    return fault(CallFault::forbidden,
                 "You may not connect to " + path + "; ask for membership in the group that owns this socket.");
  }
  if (error == ENOENT || error == ECONNREFUSED) {
    return fault(CallFault::unreachable,
                 "No service listens at " + path +
                     "; start it (systemctl start signetd.socket), or name its socket with --socket or SIGNET_SOCKET.");
  }
  return fault(CallFault::unreachable, "Cannot connect to " + path + " (" + std::strerror(error) +
                                           "); name the service's socket with --socket or SIGNET_SOCKET.");
}

CallResult<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) {
    return fault(CallFault::unreachable,
                 "The socket's path is longer than the 107 octets a Unix socket's address can hold.");
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

// 0, or the errno of connect(2).
int try_connect(int fd, const sockaddr_un& address) {
  return ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? 0 : errno;
}

bool may_heal(int error) { return error == ENOENT || error == ECONNREFUSED || error == EAGAIN || error == EINTR; }

milliseconds left_until(Clock::time_point deadline) {
  return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(deadline - Clock::now()));
}

int poll_timeout(milliseconds time) { return static_cast<int>(std::min<milliseconds::rep>(time.count(), INT_MAX)); }

bool gives_up_within(const Patience& patience, milliseconds time) {
  pollfd watched{patience.give_up, POLLIN, 0};  // poll(2) passes over a negative descriptor and only waits
  return ::poll(&watched, 1, poll_timeout(time)) > 0;
}

// EAGAIN is a full queue before a living daemon: that is waited for up to the deadline, not only for the short while of
// a restart.
CallResult<void> connect_patiently(int fd, const sockaddr_un& address, const std::string& path,
                                   const Patience& patience) {
  for (std::size_t tries = 0;;) {
    const int error = try_connect(fd, address);
    if (error == 0) return {};
    if (!may_heal(error) || (tries == kPauses.size() && error != EAGAIN)) return cannot_connect(path, error);
    if (Clock::now() >= patience.deadline) return error == EAGAIN ? timed_out() : cannot_connect(path, error);
    const auto pause = std::min(kPauses[std::min(tries, kPauses.size() - 1)], left_until(patience.deadline));
    if (gives_up_within(patience, pause)) return given_up();
    if (error != EAGAIN) ++tries;
  }
}

}  // namespace

CallResult<Connection> Connection::open(const std::string& path, const Patience& patience) {
  SIGNET_TRY_ASSIGN(const auto address, address_of(path));
  host::FileDescriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.valid()) return cannot_connect(path, errno);
  SIGNET_TRY(connect_patiently(fd.get(), address, path, patience));
  return Connection(std::move(fd), patience);
}

CallResult<void> Connection::wait(short events) {
  for (;;) {
    const auto left = left_until(patience_.deadline);
    if (left.count() == 0) return timed_out();
    std::array<pollfd, 2> watched{{{fd_.get(), events, 0}, {patience_.give_up, POLLIN, 0}}};
    const int ready = ::poll(watched.data(), watched.size(), poll_timeout(left));
    if (ready > 0) return watched[1].revents == 0 ? CallResult<void>() : given_up();
    if (ready < 0 && errno != EINTR) return cut();
  }
}

CallResult<void> Connection::send(std::string_view text) {
  while (!text.empty()) {
    const auto sent = ::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      text.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      SIGNET_TRY(wait(POLLOUT));
    } else if (errno != EINTR) {
      return cut();
    }
  }
  return {};
}

CallResult<std::size_t> Connection::receive(std::span<char> buffer) {
  for (;;) {
    const auto received = ::recv(fd_.get(), buffer.data(), buffer.size(), 0);
    if (received >= 0) return static_cast<std::size_t>(received);
    if (errno == EAGAIN) {
      SIGNET_TRY(wait(POLLIN));
    } else if (errno != EINTR) {
      return cut();
    }
  }
}

}  // namespace signet::cli
