#pragma once

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>

#include "host/file_descriptor.h"

// Unix sockets made without the code under test.
namespace signet::test {

/// "@name" is an abstract address, anything else a path.
struct UnixAddress {
  explicit UnixAddress(const std::string& name) {
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    const bool abstract = name[0] == '@';
    if (abstract) address.sun_path[0] = '\0';
    length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size() + (abstract ? 0 : 1));
  }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address); }

  sockaddr_un address{};
  socklen_t length = 0;
};

/// A bound socket, listening where the type can; not valid where that failed.
inline host::FileDescriptor bound_socket(const std::string& name, int type) {
  host::FileDescriptor fd(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
  const UnixAddress address(name);
  if (::bind(fd.get(), address.get(), address.length) != 0) fd.reset();
  if (type == SOCK_STREAM && ::listen(fd.get(), 8) != 0) fd.reset();
  return fd;
}

/// 0 or errno of connect(2).
inline int connect_error(const std::string& name) {
  const host::FileDescriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const UnixAddress address(name);
  return ::connect(fd.get(), address.get(), address.length) == 0 ? 0 : errno;
}

}  // namespace signet::test
