#include "daemon/service/listener.h"

#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <fmt/format.h>

#include "daemon/service/peer.h"
#include "daemon/service/request_id.h"
#include "host/log.h"

namespace signet::service {
namespace {

constexpr std::chrono::milliseconds kSweepInterval{100};
// Out of descriptors or memory: accepting again at once would only spin.
constexpr std::chrono::milliseconds kAcceptPause{100};

// Whom the kernel gives no number of its own. No user has this one (setresuid(2) takes it for "unchanged"), so that no
// rule could mean it; it only shares out room and log lines.
constexpr uid_t kNoUser = static_cast<uid_t>(-1);

// Said without a coroutine: whoever has no room gets one send and the door.
void turn_away(UnixSocket& socket, const Error& error) {
  std::string answer;
  append_response(answer, problem_response(error, next_request_id()), Framing::close, Content::whole);
  // Lost where the client is gone already.
  [[maybe_unused]] const ssize_t sent =
      ::send(socket.native_handle(), answer.data(), answer.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

}  // namespace

Listener::Listener(asio::io_context& io, host::ListeningSocket socket, HttpHandler& handler, ListenerLimits limits)
    : io_(io),
      acceptor_(io.get_executor(), asio::local::stream_protocol(), socket.fd.get()),
      bound_path_(std::move(socket.bound_path)),
      handler_(handler),
      limits_(limits),
      sweep_timer_(io.get_executor()) {
  socket.fd.release();  // the acceptor owns it now
}

Listener::~Listener() {
  if (!bound_path_.empty() && !stopping_) ::unlink(bound_path_.c_str());
}

void Listener::start() {
  asio::co_spawn(io_.get_executor(), accept_all(), asio::detached);
  asio::co_spawn(io_.get_executor(), sweep_all(), asio::detached);
}

void Listener::stop() {
  if (stopping_) return;
  stopping_ = true;
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  if (!bound_path_.empty()) ::unlink(bound_path_.c_str());
  for (HttpConnection* connection : connections_) connection->finish();
}

Task<void> Listener::accept_all() {
  while (!stopping_) {
    auto [error, socket] = co_await acceptor_.async_accept(kAsTask);
    if (!error) {
      admit(std::move(socket));
    } else if (!stopping_) {
      host::log(host::LogLevel::error, fmt::format("accept: {}", error.message()));
      Timer pause(io_.get_executor(), kAcceptPause);
      co_await pause.async_wait(kAsTask);
    }
  }
}

void Listener::admit(UnixSocket socket) {
  Result<rules::Peer> peer = identify_peer(socket.native_handle());
  std::optional<Error> turned_away;
  if (!peer && peer.error().code == ErrorCode::not_permitted) {
    turned_away = peer.error();
    peer = rules::Peer{.uid = kNoUser};
  } else if (!peer) {
    return host::log_failure(host::LogLevel::warning, "connection refused", peer.error());
  }
  if (!has_room_for(peer->uid)) {
    crowd_log_.note(peer->uid);
    return turn_away(socket, {.code = ErrorCode::overloaded,
                              .message = "too many connections are open; close idle ones and try again"});
  }
  auto connection = std::make_shared<HttpConnection>(std::move(socket), *std::move(peer), handler_, limits_.connection,
                                                     std::move(turned_away));
  asio::co_spawn(io_.get_executor(), hold(std::move(connection)), asio::detached);
}

// One user may fill half of the room, so that a broken build job shuts out nobody else.
bool Listener::has_room_for(uid_t uid) const {
  if (connections_.size() >= limits_.max_connections) return false;
  const auto own = connections_of_uid_.find(uid);
  return own == connections_of_uid_.end() || own->second < (limits_.max_connections + 1) / 2;
}

Task<void> Listener::hold(std::shared_ptr<HttpConnection> connection) {
  const uid_t uid = connection->peer().uid;
  connections_.insert(connection.get());
  ++connections_of_uid_[uid];
  co_await connection->run();
  connections_.erase(connection.get());
  if (--connections_of_uid_[uid] == 0) connections_of_uid_.erase(uid);
}

Task<void> Listener::sweep_all() {
  while (!stopping_ || !connections_.empty()) {
    sweep_timer_.expires_after(kSweepInterval);
    co_await sweep_timer_.async_wait(kAsTask);
    const Deadline now = SteadyClock::now();
    for (HttpConnection* connection : connections_) connection->sweep(now);
  }
}

}  // namespace signet::service
