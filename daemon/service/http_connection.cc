#include "daemon/service/http_connection.h"

#include <algorithm>
#include <exception>
#include <sys/socket.h>

#include <boost/asio/write.hpp>
#include <string.h>

#include "daemon/service/request_id.h"
#include "host/log.h"

namespace signet::service {
namespace {

// After an error the client may still be sending. Closing at once would reset the connection and could lose the answer.
constexpr std::size_t kMaxLingerBytes = 8 * 1024 * 1024;
constexpr std::chrono::seconds kLingerTime{2};
// A request that is half here when the daemon stops gets this long to arrive.
constexpr std::chrono::seconds kFinishTime{1};
constexpr std::string_view kHead = "HEAD";
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

Content content_for(const HttpRequest& request) {
  return request.method == kHead ? Content::header_only : Content::whole;
}

}  // namespace

HttpConnection::HttpConnection(UnixSocket socket, rules::Peer peer, HttpHandler& handler, ConnectionLimits limits,
                               std::optional<Error> turned_away)
    : socket_(std::move(socket)),
      peer_(std::move(peer)),
      handler_(handler),
      limits_(limits),
      turned_away_(std::move(turned_away)),
      closes_at_(SteadyClock::now() + limits.max_age) {
  enter(Phase::idle);
}

Task<void> HttpConnection::run() {
  const auto self = shared_from_this();
  try {
    co_await serve();
  } catch (const std::exception& e) {
    host::log_failure(host::LogLevel::error, "connection", make_error(ErrorCode::internal, e.what()));
  }
}

Task<void> HttpConnection::serve() {
  for (;;) {
    switch (co_await receive()) {
      case Received::request:
        if (turned_away_) {
          co_await refuse(*turned_away_, content_for(parser_.request()));
          co_return;
        }
        if (const bool goes_on = co_await answer_request(); !goes_on) co_return;
        break;
      case Received::refused:
        co_await refuse(*parser_.failure());
        co_return;
      case Received::too_late:
        co_await refuse(make_error(ErrorCode::request_timeout));
        co_return;
      case Received::closed:
        co_return;
    }
  }
}

Task<HttpConnection::Received> HttpConnection::receive() {
  bool continued = false;
  enter(Phase::idle);
  for (;;) {
    feed_parser();
    if (parser_.failure()) co_return Received::refused;
    if (parser_.complete()) co_return Received::request;
    if (parser_.started() && phase_ == Phase::idle) enter(Phase::receiving);
    if (parser_.body_is_awaited() && !std::exchange(continued, true)) {
      const bool sent = co_await send_all(kContinue);
      if (!sent) co_return Received::closed;
    }
    const bool received = co_await receive_more();
    if (!received) co_return overdue_&& parser_.started() ? Received::too_late : Received::closed;
  }
}

void HttpConnection::feed_parser() {
  in_begin_ += parser_.feed({in_.data() + in_begin_, in_end_ - in_begin_});
  if (in_begin_ == in_end_) in_begin_ = in_end_ = 0;
}

// What the parser could not use yet moves to the front: it wants a header in one piece.
Task<bool> HttpConnection::receive_more() {
  if (in_begin_ > 0) {
    ::memmove(in_.data(), in_.data() + in_begin_, in_end_ - in_begin_);
    in_end_ -= in_begin_;
    in_begin_ = 0;
  }
  const auto [error, octets] =
      co_await socket_.async_read_some(asio::buffer(in_.data() + in_end_, in_.size() - in_end_), kAsTask);
  if (error) co_return false;
  overdue_ = false;
  in_end_ += octets;
  co_return true;
}

Task<bool> HttpConnection::answer_request() {
  HttpRequest request = std::move(parser_.request());
  parser_.start_next();
  enter(Phase::answering);
  const bool asked_to_keep = request.keep_alive;
  const Content content = content_for(request);
  const std::string request_id = next_request_id();
  HttpResponse response = co_await handler_.answer(peer_, std::move(request), request_id);
  const bool keep = keeps_open(asked_to_keep);
  out_.clear();
  append_response(out_, response, keep ? Framing::keep_open : Framing::close, content);
  enter(Phase::sending);
  const bool sent = co_await send_all(out_);
  // Both may have held a JWT.
  explicit_bzero(out_.data(), out_.size());
  explicit_bzero(response.body.data(), response.body.size());
  co_return sent&& keep;
}

bool HttpConnection::keeps_open(bool asked) const { return asked && !finishing_ && SteadyClock::now() < closes_at_; }

Task<void> HttpConnection::refuse(Error error, Content content) {
  out_.clear();
  append_response(out_, handler_.refuse(peer_, error, next_request_id()), Framing::close, content);
  enter(Phase::sending);
  const bool sent = co_await send_all(out_);
  if (sent) co_await linger();
}

// A plain send first: the answer nearly always fits, and Asio would queue the completion behind everything else that is
// ready.
Task<bool> HttpConnection::send_all(std::string_view octets) {
  const ssize_t sent = ::send(socket_.native_handle(), octets.data(), octets.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent == static_cast<ssize_t>(octets.size())) co_return true;
  if (sent < 0 && errno != EAGAIN && errno != EINTR) co_return false;
  octets.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
  const auto [error, written] = co_await asio::async_write(socket_, asio::buffer(octets), kAsTask);
  co_return !error;
}

Task<void> HttpConnection::linger() {
  enter(Phase::lingering);
  boost::system::error_code ignored;
  socket_.shutdown(UnixSocket::shutdown_send, ignored);
  for (std::size_t drained = 0; drained < kMaxLingerBytes;) {
    const auto [error, octets] = co_await socket_.async_read_some(asio::buffer(in_), kAsTask);
    if (error) co_return;
    drained += octets;
  }
}

void HttpConnection::enter(Phase phase) {
  const Deadline now = SteadyClock::now();
  phase_ = phase;
  overdue_ = false;
  switch (phase) {
    case Phase::idle:
      deadline_ = std::min(now + limits_.idle_timeout, closes_at_);
      break;
    case Phase::receiving:
    case Phase::sending:
      deadline_ = now + (finishing_ ? std::min<std::chrono::milliseconds>(kFinishTime, limits_.idle_timeout)
                                    : limits_.idle_timeout);
      break;
    case Phase::lingering:
      deadline_ = now + kLingerTime;
      break;
    case Phase::answering:
      deadline_ = Deadline::max();  // the handler keeps the request's own deadline
      break;
  }
}

void HttpConnection::sweep(Deadline now) {
  if (now < deadline_) return;
  overdue_ = true;
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

// Closing the reading side refuses what the client has not sent yet and keeps what it has: no request is taken and then
// dropped.
void HttpConnection::finish() {
  finishing_ = true;
  boost::system::error_code ignored;
  if (phase_ == Phase::idle) socket_.shutdown(UnixSocket::shutdown_receive, ignored);
  if (phase_ == Phase::receiving) deadline_ = std::min(deadline_, SteadyClock::now() + kFinishTime);
}

}  // namespace signet::service
