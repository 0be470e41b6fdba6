#include "host/listening_socket.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include "host/os_error.h"

namespace signet::host {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kLockDeadline = std::chrono::seconds(2);
/// A process that was killed listens on for the moment the kernel needs to take it down.
constexpr auto kDyingDeadline = std::chrono::milliseconds(500);
constexpr auto kDyingPoll = std::chrono::milliseconds(25);

std::string directory_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Result<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  if (path.empty() || path.size() >= sizeof address.sun_path)
    return Unexpected(
        Error{ErrorCode::io_failure, "the socket's path must have 1 to 107 octets; choose a shorter one", path});
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

Result<FileDescriptor> unix_stream(int flags) {
  FileDescriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0));
  if (!fd.valid()) return os_error("the system gives no more sockets", "socket");
  return fd;
}

const sockaddr* generic(const sockaddr_un& address) { return reinterpret_cast<const sockaddr*>(&address); }

Unexpected<Error> occupied(std::string message, const std::string& path) {
  return Unexpected(Error{ErrorCode::io_failure, std::move(message), path});
}

/// What connect(2) says to the path: 0 or errno.
int try_connect(int probe, const sockaddr_un& address) {
  return ::connect(probe, generic(address), sizeof address) == 0 ? 0 : errno;
}

/// EAGAIN: a server whose backlog is full.
bool means_server(int connect_error) { return connect_error == 0 || connect_error == EAGAIN; }

/// ECONNREFUSED is what a path says whose process is gone. Any other answer may be a living server, or one that we are
/// not allowed to try.
Result<void> check_dead(const std::string& path) {
  SIGNET_TRY_ASSIGN(const sockaddr_un address, address_of(path));
  SIGNET_TRY_ASSIGN(const FileDescriptor probe, unix_stream(SOCK_NONBLOCK));
  const int error = try_connect(probe.get(), address);
  if (means_server(error)) return occupied("another process already serves this socket; stop it first", path);
  if (error == ECONNREFUSED || error == ENOENT) return {};
  errno = error;
  return os_error("cannot tell whether another process serves this socket; remove its path by hand", "connect " + path);
}

Result<void> check_replaceable(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return {};
    return os_error("the socket's path cannot be examined; its directory must exist and be ours", "lstat " + path);
  }
  if (!S_ISSOCK(status.st_mode))
    return occupied("something that is not a socket stands at the socket's path; remove it", path);
  return check_dead(path);
}

/// Waits while a server answers at the path, for a bounded time; whether it may be replaced is judged afterwards, under
/// the lock. A server's death hangs its connections up, so that one probe waits and a backlog is not filled with many.
Result<void> wait_for_dying(const sockaddr_un& address) {
  const auto give_up = Clock::now() + kDyingDeadline;
  for (auto left = kDyingDeadline; left.count() > 0;) {
    SIGNET_TRY_ASSIGN(const FileDescriptor probe, unix_stream(SOCK_NONBLOCK));
    if (!means_server(try_connect(probe.get(), address))) return {};
    pollfd hung_up{.fd = probe.get(), .events = POLLIN, .revents = 0};
    (void)::poll(&hung_up, 1, static_cast<int>(left.count()));
    std::this_thread::sleep_for(kDyingPoll);
    left = std::chrono::duration_cast<std::chrono::milliseconds>(give_up - Clock::now());
  }
  return {};
}

/// Two starting processes must not both find the path dead and then replace each other. The lock goes with the
/// descriptor, so nothing is left behind; it is tried for a while only, because anybody who may read the directory can
/// hold it.
Result<FileDescriptor> lock_directory(const std::string& directory) {
  FileDescriptor fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) return os_error("the socket's directory cannot be opened; create it", "open " + directory);
  const auto give_up = Clock::now() + kLockDeadline;
  while (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK || Clock::now() > give_up)
      return os_error("another process is opening a socket in the same directory; try again", "flock " + directory);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return fd;
}

/// Seven octets, so that it fits wherever a name like "token.sock" does.
Result<std::string> private_name(const std::string& directory) {
  std::array<unsigned char, 3> random{};
  if (::getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size()))
    return os_error("the system gives no random numbers", "getrandom");
  std::array<char, 8> name{};
  (void)std::snprintf(name.data(), name.size(), ".%02x%02x%02x", random[0], random[1], random[2]);
  return directory + "/" + name.data();
}

/// Nobody can connect before listen(2), so the order owner, mode, listen leaves no moment with a wider door.
Result<void> open_to_callers(int fd, const std::string& path, const SocketSpec& spec) {
  if (spec.group && ::chown(path.c_str(), static_cast<uid_t>(-1), *spec.group) != 0)
    return os_error("the socket cannot be given to its group; run as root or as a member of the group",
                    "chown " + path);
  if (::chmod(path.c_str(), spec.mode) != 0) return os_error("the socket's mode cannot be set", "chmod " + path);
  if (::listen(fd, spec.backlog) != 0) return os_error("the socket cannot listen", "listen " + path);
  return {};
}

Result<FileDescriptor> bind_and_publish(const SocketSpec& spec, const std::string& name) {
  SIGNET_TRY_ASSIGN(const sockaddr_un address, address_of(name));
  SIGNET_TRY_ASSIGN(FileDescriptor fd, unix_stream(0));
  if (::bind(fd.get(), generic(address), sizeof address) != 0)
    return os_error("the socket cannot be created; its directory must be writable for this user", "bind " + spec.path);
  auto opened = open_to_callers(fd.get(), name, spec);
  if (opened && ::rename(name.c_str(), spec.path.c_str()) != 0)
    opened = os_error("the socket cannot be moved to its path", "rename " + spec.path);
  if (!opened) {
    ::unlink(name.c_str());
    return Unexpected(std::move(opened).error());
  }
  return fd;
}

Result<ListeningSocket> bind_at_path(const SocketSpec& spec) {
  SIGNET_TRY_ASSIGN(const sockaddr_un address, address_of(spec.path));
  const std::string directory = directory_of(spec.path);
  SIGNET_TRY(wait_for_dying(address));
  SIGNET_TRY_ASSIGN(const FileDescriptor lock, lock_directory(directory));
  SIGNET_TRY(check_replaceable(spec.path));
  SIGNET_TRY_ASSIGN(const std::string name, private_name(directory));
  SIGNET_TRY_ASSIGN(FileDescriptor fd, bind_and_publish(spec, name));
  return ListeningSocket{std::move(fd), false, spec.path};
}

}  // namespace

Result<ListeningSocket> open_listening_socket(const SocketSpec& spec, InheritedSockets& inherited) {
  if (FileDescriptor fd = inherited.take_named(spec.name); fd.valid()) return ListeningSocket{std::move(fd), true};
  return bind_at_path(spec);
}

}  // namespace signet::host
