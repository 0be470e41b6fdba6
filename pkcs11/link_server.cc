#include "pkcs11/link_server.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>
#include <system_error>
#include <thread>

#include <fmt/format.h>

#include "host/log.h"
#include "host/peer_credentials.h"

namespace signet::pkcs11 {
namespace {

/// A client that does not take its answer for so long is gone.
constexpr timeval kSendTimeout{.tv_sec = 30, .tv_usec = 0};
/// Descriptors or memory have run out: wait for connections to end rather than spin.
constexpr std::chrono::milliseconds kExhaustedPause{100};

}  // namespace

LinkServer::LinkServer(int listening, TokenService& service, LinkLimits limits)
    : listening_(listening), service_(service), limits_(std::move(limits)) {}

void LinkServer::run(int stop) {
  for (;;) {
    pollfd watched[] = {{.fd = listening_, .events = POLLIN, .revents = 0},
                        {.fd = stop, .events = POLLIN, .revents = 0}};
    if (::poll(watched, 2, -1) < 0) continue;  // only EINTR can happen
    if (watched[1].revents != 0) return;
    if (watched[0].revents != 0) accept_one();
  }
}

void LinkServer::accept_one() {
  host::FileDescriptor socket(::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC));
  if (!socket.valid()) {
    if (errno == EINTR || errno == ECONNABORTED || errno == EAGAIN) return;
    host::log(host::LogLevel::error, std::string("accept: ") + std::strerror(errno));
    std::this_thread::sleep_for(kExhaustedPause);
    return;
  }
  if (admits(socket.get())) start(std::move(socket));
}

bool LinkServer::admits(int socket) const {
  const auto peer = host::peer_credentials(socket);
  if (!peer) {
    host::log_failure(host::LogLevel::warning, "a connection to the link is refused", peer.error());
    return false;
  }
  if (std::ranges::count(limits_.allow, peer->uid) > 0) return true;
  host::log(host::LogLevel::warning,
            fmt::format("a connection to the link by uid {} (pid {}) is refused; `allow` does not name it", peer->uid,
                        peer->pid));
  return false;
}

void LinkServer::start(host::FileDescriptor socket) {
  ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &kSendTimeout, sizeof kSendTimeout);
  Connections::iterator connection;
  {
    const std::scoped_lock lock(mutex_);
    if (connections_.size() >= limits_.connections) {
      return host::log(host::LogLevel::warning, "a connection to the link is closed: there are too many");
    }
    connection = connections_.insert(
        connections_.end(), std::make_shared<LinkConnection>(std::move(socket), service_, limits_.call_timeout));
  }
  try {
    std::thread([this, connection] { serve(connection); }).detach();
  } catch (const std::system_error& error) {
    host::log(host::LogLevel::error, std::string("no thread for a connection to the link: ") + error.what());
    const std::scoped_lock lock(mutex_);
    connections_.erase(connection);
  }
}

void LinkServer::serve(Connections::iterator connection) {
  const std::shared_ptr<LinkConnection> held = *connection;
  try {
    held->serve();
  } catch (const std::exception& error) {
    host::log(host::LogLevel::error, std::string("a connection to the link ended: ") + error.what());
  }
  const std::scoped_lock lock(mutex_);
  connections_.erase(connection);
  ended_.notify_all();
}

bool LinkServer::drain(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  for (const auto& connection : connections_) connection->stop_reading();
  return ended_.wait_for(lock, limit, [this] { return connections_.empty(); });
}

}  // namespace signet::pkcs11
