#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "daemon/service/frame_reader.h"
#include "daemon/service/io.h"
#include "daemon/service/link_messages.h"
#include "daemon/service/sign_job.h"

namespace signet::service {

class LinkConnection;

/// Why a signature comes back without an answer.
enum class Returned { unheard, cut, failed };

/// Whose connection it is: the link of one token.
class LinkOwner {
 public:
  virtual ~LinkOwner() = default;
  virtual const WantedKeys& wanted_keys() const = 0;
  virtual bool wants_new_listing() const = 0;
  virtual void on_description(TokenDescription description) = 0;
  virtual void on_signature(const SignJobPtr& job, Result<Bytes> result, std::chrono::microseconds service_time) = 0;
  virtual void on_returned(std::vector<SignJobPtr> jobs, Returned why) = 0;
  virtual void on_state_change() = 0;
};

/// One connection to one signet-token: connects, greets, keeps the token's state fresh by *describe*, has up to two
/// signatures in flight, and connects again for as long as it is not stopped. Requests are answered in order
/// (proto/token.proto), so a reply with another number than the oldest request's means that the peer is not what it
/// should be, and the connection is cut.
class LinkConnection : public std::enable_shared_from_this<LinkConnection> {
 public:
  static constexpr std::size_t kMaxInFlight = 2;

  /// A frame unanswered for `patience` is given up with its connection. `owner` outlives the connection's last
  /// callback: stop() first.
  LinkConnection(Executor executor, std::string path, LinkOwner& owner, std::chrono::milliseconds patience);

  void start();
  /// What is in flight is lost: each hears so before this returns. Not from a callback to the owner.
  void stop();

  TokenState state() const { return state_; }
  const std::string& message() const { return message_; }
  std::int64_t since() const { return since_; }  ///< Unix seconds
  const std::string& path() const { return path_; }
  std::size_t in_flight() const { return signs_in_flight_; }
  bool takes_work() const;
  bool stuck(Deadline now) const;  ///< its oldest signature has taken a quarter of a second

  /// Connects now instead of after the rest of its pause; nothing where it does not pause.
  void retry_now() { retry_timer_.cancel(); }

  void send(SignJobPtr job);
  void describe_now();

 private:
  struct Pending {
    std::uint64_t id;
    Deadline sent_at;
    SignJobPtr job;  ///< null: hello or describe
  };

  Task<void> run();
  Task<Error> converse();
  Task<Result<void>> connect();
  Task<void> keep_described();
  Task<void> write_rest();
  Result<void> take_replies();
  Result<void> take(LinkReply reply);
  Result<void> take_hello(const LinkHello& hello);
  void take_description(TokenDescription description);
  void take_signature(const SignJobPtr& job, LinkSignature signature, Deadline sent_at);
  Result<void> take_failure(const Pending& request, const LinkFailure& failure);
  void request(std::string frame, SignJobPtr job);
  void transmit(std::string frame);
  void reject(std::string message);
  void enter(TokenState state, std::string message, std::int64_t since);
  void drop(const Error& why);
  std::chrono::milliseconds describe_interval() const;

  Executor executor_;
  const std::string path_;
  LinkOwner* owner_;
  const std::chrono::milliseconds patience_;
  UnixSocket socket_;
  Timer describe_timer_;
  Timer retry_timer_;
  FrameReader reader_;
  std::string unsent_;
  bool writing_ = false;
  std::deque<Pending> pending_;
  std::size_t signs_in_flight_ = 0;
  std::uint64_t last_id_ = 0;
  Deadline last_reply_at_{};
  bool greeted_ = false;
  bool describing_ = false;
  bool complained_ = false;  ///< the log has this outage
  bool rejected_ = false;    ///< the service would not talk with us on this connection
  bool stopped_ = false;
  TokenState state_ = TokenState::unreachable;
  std::string message_;
  std::int64_t since_ = 0;
  std::chrono::milliseconds retry_delay_;
};

}  // namespace signet::service
