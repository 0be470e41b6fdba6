#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <set>

#include "daemon/service/crowd_log.h"
#include "daemon/service/http_connection.h"
#include "daemon/service/http_handler.h"
#include "daemon/service/io.h"
#include "host/listening_socket.h"

namespace signet::service {

struct ListenerLimits {
  std::size_t max_connections;
  ConnectionLimits connection;
};

/// Accepts on one listening socket, asks the kernel who connects, and keeps an eye on the connections' deadlines.
class Listener {
 public:
  /// `handler` outlives the listener and its connections.
  Listener(asio::io_context& io, host::ListeningSocket socket, HttpHandler& handler, ListenerLimits limits);
  ~Listener();

  void start();
  void apply(ListenerLimits limits) { limits_ = limits; }  ///< for connections from now on
  /// Accepts nothing more, lets connections finish. An inherited socket stays open at systemd, whose queue keeps who
  /// comes next.
  void stop();
  std::size_t connections() const { return connections_.size(); }

 private:
  Task<void> accept_all();
  Task<void> sweep_all();
  void admit(UnixSocket socket);
  bool has_room_for(uid_t uid) const;
  Task<void> hold(std::shared_ptr<HttpConnection> connection);

  asio::io_context& io_;
  UnixAcceptor acceptor_;
  const std::string bound_path_;
  HttpHandler& handler_;
  ListenerLimits limits_;
  Timer sweep_timer_;
  std::set<HttpConnection*> connections_;
  std::map<uid_t, std::size_t> connections_of_uid_;
  CrowdLog crowd_log_;
  bool stopping_ = false;
};

}  // namespace signet::service
