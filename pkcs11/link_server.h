#pragma once

#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <sys/types.h>
#include <vector>

#include "host/file_descriptor.h"
#include "pkcs11/link_connection.h"

namespace signet::pkcs11 {

struct LinkLimits {
  std::vector<uid_t> allow;  ///< uids that may connect
  std::chrono::milliseconds call_timeout;
  std::size_t connections = 256;  ///< one thread each
};

/// Accepts the link's clients, the allowed uids alone, and serves each on a thread of its own.
class LinkServer {
 public:
  /// `listening` and `service` outlive the server and its threads: leave the process by _exit, or after drain() was
  /// true.
  LinkServer(int listening, TokenService& service, LinkLimits limits);

  /// Accepts until `stop` becomes readable. Blocks; main thread.
  void run(int stop);
  /// Lets every connection answer what it has received, at most for `limit`; true when all have ended. Call after
  /// run().
  bool drain(std::chrono::milliseconds limit);

 private:
  using Connections = std::list<std::shared_ptr<LinkConnection>>;
  void accept_one();
  bool admits(int socket) const;
  void start(host::FileDescriptor socket);
  void serve(Connections::iterator connection);

  const int listening_;
  TokenService& service_;
  const LinkLimits limits_;
  std::mutex mutex_;  ///< guards connections_
  std::condition_variable ended_;
  Connections connections_;
};

}  // namespace signet::pkcs11
