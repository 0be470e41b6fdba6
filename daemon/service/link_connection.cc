#include "daemon/service/link_connection.h"

#include <algorithm>
#include <ctime>
#include <exception>
#include <sys/socket.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include "daemon/service/link_failure.h"
#include "host/log.h"
#include "proto/frame.h"

namespace signet::service {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kProgram = "signetd " SIGNET_VERSION;
constexpr const char* kOtherVersion = "the token's service is of another version than signetd; upgrade both";
constexpr std::chrono::milliseconds kFirstRetry = 20ms;
constexpr std::chrono::milliseconds kLastRetry = 2s;
// How often the state is asked for: a token that opens is about to be ready; one that a person must mend is not; and
// one that is ready is asked for keys that came or went.
constexpr std::chrono::milliseconds kDescribeOpening = 100ms;
constexpr std::chrono::milliseconds kDescribeWaiting = 1s;
constexpr std::chrono::milliseconds kDescribeReady = 30s;
// Some key is missing: listing a token anew takes it up to a second for 10,000 objects.
constexpr std::chrono::milliseconds kDescribeMissing = 10s;
constexpr std::chrono::milliseconds kStuckAfter = 250ms;
// For enter(): the state began now, unless it is the one that was there before.
constexpr std::int64_t kJustNow = 0;

Error link_error(std::string detail) {
  return {ErrorCode::token_unavailable, "the service of this token does not answer; is signet-token running?",
          std::move(detail)};
}

bool usable(TokenState state) { return state == TokenState::ready || state == TokenState::degraded; }

}  // namespace

LinkConnection::LinkConnection(Executor executor, std::string path, LinkOwner& owner,
                               std::chrono::milliseconds patience)
    : executor_(executor),
      path_(std::move(path)),
      owner_(&owner),
      patience_(patience),
      socket_(executor),
      describe_timer_(executor),
      retry_timer_(executor),
      message_(link_error({}).message),
      since_(std::time(nullptr)),
      retry_delay_(kFirstRetry) {}

void LinkConnection::start() {
  asio::co_spawn(executor_, run(), asio::detached);
  asio::co_spawn(executor_, keep_described(), asio::detached);
}

void LinkConnection::stop() {
  stopped_ = true;
  drop(link_error("the daemon needs it no more"));
  describe_timer_.cancel();
  retry_timer_.cancel();
}

bool LinkConnection::takes_work() const { return greeted_ && usable(state_) && signs_in_flight_ < kMaxInFlight; }

bool LinkConnection::stuck(Deadline now) const {
  return signs_in_flight_ > 0 && now - std::max(pending_.front().sent_at, last_reply_at_) > kStuckAfter;
}

Task<void> LinkConnection::run() {
  const auto self = shared_from_this();
  while (!stopped_) {
    Error why;
    try {
      why = co_await converse();
    } catch (const std::exception& e) {
      why = link_error(e.what());
    }
    drop(why);
    if (stopped_) co_return;
    retry_timer_.expires_after(std::exchange(retry_delay_, std::min(2 * retry_delay_, kLastRetry)));
    co_await retry_timer_.async_wait(kAsTask);
  }
}

// From connecting to the end of the connection, whose reason it gives.
Task<Error> LinkConnection::converse() {
  if (Result<void> connected = co_await connect(); !connected) co_return connected.error();
  request(encode_hello(++last_id_, kProgram), nullptr);
  for (;;) {
    const std::span<std::byte> space = reader_.space();
    const auto [error, octets] = co_await socket_.async_read_some(asio::buffer(space.data(), space.size()), kAsTask);
    if (stopped_ || error) co_return link_error(error.message());
    reader_.commit(octets);
    if (Result<void> taken = take_replies(); !taken) co_return taken.error();
  }
}

Task<Result<void>> LinkConnection::connect() {
  boost::system::error_code ignored;
  socket_.close(ignored);
  const auto [error] = co_await socket_.async_connect(asio::local::stream_protocol::endpoint(path_), kAsTask);
  if (error) co_return Unexpected(link_error(fmt::format("connect {}: {}", path_, error.message())));
  co_return Result<void>();
}

Result<void> LinkConnection::take_replies() {
  for (;;) {
    SIGNET_TRY_ASSIGN(const std::optional<BytesView> payload, reader_.next());
    if (!payload) return {};
    SIGNET_TRY_ASSIGN(LinkReply reply, decode_reply(*payload));
    SIGNET_TRY(take(std::move(reply)));
  }
}

Result<void> LinkConnection::take(LinkReply reply) {
  if (pending_.empty() || pending_.front().id != reply.id)
    return Unexpected(link_error("a reply to nothing that was asked"));
  const Pending request = std::move(pending_.front());
  pending_.pop_front();
  if (request.job) --signs_in_flight_;
  if (auto* failure = std::get_if<LinkFailure>(&reply.result)) return take_failure(request, *failure);
  if (auto* hello = std::get_if<LinkHello>(&reply.result); hello != nullptr && !greeted_) return take_hello(*hello);
  if (auto* description = std::get_if<TokenDescription>(&reply.result);
      description != nullptr && greeted_ && !request.job) {
    take_description(std::move(*description));
    return {};
  }
  if (auto* signature = std::get_if<LinkSignature>(&reply.result); signature != nullptr && request.job) {
    take_signature(request.job, std::move(*signature), request.sent_at);
    return {};
  }
  greeted_ = false;  // before the job goes back: it must not come here again
  if (request.job) owner_->on_returned({request.job}, Returned::failed);
  return Unexpected(link_error("a reply of another kind than was asked for"));
}

Result<void> LinkConnection::take_hello(const LinkHello& hello) {
  if (hello.version != kLinkVersion) {
    reject(kOtherVersion);
    return Unexpected(link_error(fmt::format("it speaks link version {}", hello.version)));
  }
  greeted_ = true;
  describe_now();
  return {};
}

void LinkConnection::take_description(TokenDescription description) {
  describing_ = false;
  complained_ = false;
  retry_delay_ = kFirstRetry;
  enter(description.state, description.message, description.since);
  owner_->on_description(std::move(description));
  describe_timer_.cancel();  // keep_described() takes up the new state's pace
}

// The time the service needed for this one: with two in flight, the second starts when the first is answered.
void LinkConnection::take_signature(const SignJobPtr& job, LinkSignature signature, Deadline sent_at) {
  const Deadline now = SteadyClock::now();
  const auto service_time =
      std::chrono::duration_cast<std::chrono::microseconds>(now - std::max(sent_at, last_reply_at_));
  last_reply_at_ = now;
  if (!std::ranges::equal(signature.spki_sha256, job->order.spki_sha256)) {
    job->stray(signature.value);
    return owner_->on_signature(
        job, Unexpected(api_error({LinkFailureCode::key_changed, state_, "signed by another key"})), service_time);
  }
  owner_->on_signature(job, std::move(signature.value), service_time);
}

Result<void> LinkConnection::take_failure(const Pending& request, const LinkFailure& failure) {
  if (!request.job) {
    const Error why = api_error(failure);
    reject(greeted_ ? "the token's service cannot describe it; see its log" : kOtherVersion);
    return Unexpected(why);
  }
  switch (failure.code) {
    case LinkFailureCode::token_opening:
      enter(TokenState::opening, failure.message, kJustNow);
      owner_->on_returned({request.job}, Returned::unheard);
      describe_now();
      return {};
    case LinkFailureCode::token_failed:
      greeted_ = false;
      owner_->on_returned({request.job}, Returned::failed);
      return Unexpected(api_error(failure));  // asking once more may help, on a new connection
    case LinkFailureCode::token_unavailable:
      enter(failure.state, failure.message, kJustNow);
      [[fallthrough]];
    case LinkFailureCode::no_such_key:
    case LinkFailureCode::key_refused:
    case LinkFailureCode::key_changed:
    case LinkFailureCode::signature_bad:  // the token is degraded now
      describe_now();
      [[fallthrough]];
    default:
      owner_->on_signature(request.job, Unexpected(api_error(failure)), 0us);
      return {};
  }
}

// The next connection may find another service; until then the reason stays as the token's state.
void LinkConnection::reject(std::string message) {
  rejected_ = true;
  enter(TokenState::misconfigured, std::move(message), kJustNow);
}

void LinkConnection::send(SignJobPtr job) {
  const SignOrder& order = job->order;
  const SignCall call{order.object, order.algorithm, order.signing_input, order.spki_sha256, order.spki};
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(job->deadline - SteadyClock::now());
  // 0 would mean "as long as you like".
  const auto deadline_ms = static_cast<std::uint32_t>(std::max<std::int64_t>(1, left.count()));
  ++signs_in_flight_;
  request(encode_sign(++last_id_, call, deadline_ms), std::move(job));
}

void LinkConnection::describe_now() {
  if (!greeted_ || describing_) return;
  describing_ = true;
  const Listing listing = owner_->wants_new_listing() ? Listing::anew : Listing::as_known;
  request(encode_describe(++last_id_, owner_->wanted_keys(), listing), nullptr);
}

void LinkConnection::request(std::string frame, SignJobPtr job) {
  pending_.push_back({last_id_, SteadyClock::now(), std::move(job)});
  transmit(std::move(frame));
}

// A plain send first; the rest, where the service does not read fast enough, goes out behind it in order.
void LinkConnection::transmit(std::string frame) {
  if (writing_) {
    unsent_ += frame;
    return;
  }
  const ssize_t sent = ::send(socket_.native_handle(), frame.data(), frame.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent == static_cast<ssize_t>(frame.size())) return;
  unsent_ = frame.substr(static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
  writing_ = true;
  asio::co_spawn(executor_, write_rest(), asio::detached);
}

// A failure needs no word here: the reading side ends with it too.
Task<void> LinkConnection::write_rest() {
  const auto self = shared_from_this();
  while (!unsent_.empty()) {
    const std::string octets = std::exchange(unsent_, {});
    const auto [error, written] = co_await asio::async_write(socket_, asio::buffer(octets), kAsTask);
    if (error) break;
  }
  writing_ = false;
}

Task<void> LinkConnection::keep_described() {
  const auto self = shared_from_this();
  while (!stopped_) {
    describe_timer_.expires_after(std::min(describe_interval(), patience_));
    const auto [interrupted] = co_await describe_timer_.async_wait(kAsTask);
    if (stopped_) co_return;
    if (interrupted) continue;
    if (!pending_.empty() && SteadyClock::now() - std::max(pending_.front().sent_at, last_reply_at_) > patience_) {
      boost::system::error_code ignored;
      socket_.cancel(ignored);  // run() sees it and begins anew
    } else {
      describe_now();
    }
  }
}

std::chrono::milliseconds LinkConnection::describe_interval() const {
  if (usable(state_)) return owner_->wants_new_listing() ? kDescribeMissing : kDescribeReady;
  return state_ == TokenState::opening ? kDescribeOpening : kDescribeWaiting;
}

void LinkConnection::enter(TokenState state, std::string message, std::int64_t since) {
  const bool changed = state != state_;
  state_ = state;
  message_ = std::move(message);
  if (since != kJustNow) since_ = since;
  if (since == kJustNow && changed) since_ = std::time(nullptr);
  if (changed)
    host::log(host::LogLevel::notice, fmt::format("token service {}: {}: {}", path_, state_name(state_), message_));
  if (changed && !stopped_) owner_->on_state_change();
}

void LinkConnection::drop(const Error& why) {
  greeted_ = false;
  describing_ = false;
  unsent_.clear();
  reader_ = FrameReader();
  signs_in_flight_ = 0;
  std::vector<SignJobPtr> cut;
  for (Pending& request : std::exchange(pending_, {})) {
    if (!request.job) continue;
    request.job->stray(std::nullopt);
    if (stopped_) request.job->finish(Unexpected(why));
    cut.push_back(std::move(request.job));
  }
  boost::system::error_code ignored;
  socket_.close(ignored);
  if (stopped_) return;
  // Once per outage: the attempts that follow would only repeat it.
  if (!std::exchange(complained_, true)) host::log_failure(host::LogLevel::warning, "token service " + path_, why);
  if (!std::exchange(rejected_, false)) enter(TokenState::unreachable, link_error({}).message, kJustNow);
  owner_->on_returned(std::move(cut), Returned::cut);
}

}  // namespace signet::service
