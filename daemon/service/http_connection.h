#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "daemon/rules/peer.h"
#include "daemon/service/http_handler.h"
#include "daemon/service/io.h"
#include "daemon/service/request_parser.h"

namespace signet::service {

struct ConnectionLimits {
  std::chrono::milliseconds idle_timeout;  ///< between requests, and for one request to arrive whole
  std::chrono::milliseconds max_age;  ///< identity is the kernel's word at connect(2): no connection keeps it for ever
};

/// One client: reads a request, has it answered, sends the answer, again. Held by its own coroutine and by nobody else;
/// its listener only looks at it. There is no timer per request: the listener's sweep compares one deadline per
/// connection a few times a second.
class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
 public:
  /// `handler` outlives every connection: the daemon ends them first.
  /// `turned_away`: answers whatever is asked, and then the connection ends.
  HttpConnection(UnixSocket socket, rules::Peer peer, HttpHandler& handler, ConnectionLimits limits,
                 std::optional<Error> turned_away = std::nullopt);

  /// Until the connection is over. Never throws.
  Task<void> run();
  /// Ends whatever is overdue; what is being answered is left alone.
  void sweep(Deadline now);
  /// The daemon stops: a request that has come is answered, then the connection ends.
  void finish();

  const rules::Peer& peer() const { return peer_; }

 private:
  enum class Phase { idle, receiving, answering, sending, lingering };
  enum class Received { request, refused, too_late, closed };

  Task<void> serve();
  Task<Received> receive();
  Task<bool> receive_more();
  Task<bool> answer_request();
  Task<void> refuse(Error error, Content content = Content::whole);
  Task<bool> send_all(std::string_view octets);
  Task<void> linger();
  void enter(Phase phase);
  void feed_parser();
  bool keeps_open(bool asked) const;

  UnixSocket socket_;
  const rules::Peer peer_;
  HttpHandler& handler_;
  const ConnectionLimits limits_;
  const std::optional<Error> turned_away_;
  const Deadline closes_at_;
  RequestParser parser_;
  // Larger than a header may be, so that an overlong one is recognised and not merely waited for.
  std::array<char, 16 * 1024> in_;
  std::size_t in_begin_ = 0;
  std::size_t in_end_ = 0;
  std::string out_;
  Phase phase_ = Phase::idle;
  Deadline deadline_{};
  bool overdue_ = false;
  bool finishing_ = false;
};

}  // namespace signet::service
