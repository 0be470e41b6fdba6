#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "host/file_descriptor.h"
#include "proto/result.h"

namespace signet::cli {

using Clock = std::chrono::steady_clock;

/// Why an exchange with the daemon came to nothing.
enum class CallFault {
  forbidden,    ///< the socket's mode does not let this user connect
  unreachable,  ///< nothing listens there
  cut,          ///< the connection ended before the answer was whole: worth one more try
  timed_out,
  given_up,  ///< what ends the caller came first
  malformed  ///< what came is not an answer of ours
};
struct CallError {
  CallFault fault;
  std::string sentence;
};
template <class T>
using CallResult = Result<T, CallError>;

/// What ends every wait of a connection.
struct Patience {
  Clock::time_point deadline;
  int give_up = -1;  ///< a descriptor of the caller's; once it can be read, nothing more is waited for
};

/// One connection to a Unix stream socket; everything done on it ends with the patience. Blocks. One thread.
class Connection {
 public:
  /// A socket that is not there, or that nobody listens on, is tried again for under a second: the daemon may be
  /// restarting. Faults: forbidden, unreachable, timed_out, given_up.
  static CallResult<Connection> open(const std::string& path, const Patience& patience);

  /// Faults: cut (the peer closed), timed_out, given_up.
  CallResult<void> send(std::string_view text);
  /// The number of octets read; 0 when the peer has closed in good order. Faults: cut, timed_out,
  /// given_up.
  CallResult<std::size_t> receive(std::span<char> buffer);

 private:
  Connection(host::FileDescriptor fd, const Patience& patience) : fd_(std::move(fd)), patience_(patience) {}
  CallResult<void> wait(short events);

  host::FileDescriptor fd_;
  Patience patience_;
};

}  // namespace signet::cli
