#include "daemon/service/token_link.h"

#include <algorithm>
#include <ctime>
#include <thread>

#include <fmt/format.h>

#include "daemon/service/link_failure.h"

namespace signet::service {
namespace {

using namespace std::chrono_literals;

// A token that computes in software is fastest with about a connection per core; one that mostly waits for its hardware
// takes as many as it has sessions.
constexpr std::chrono::microseconds kSlowToken = 1ms;
// A request is sent again after a cut, but one that brings its token's service down must not do so for ever. Restarts
// that follow closely upon each other hit the same request, because what was cut is sent first.
constexpr int kMaxCuts = 3;
constexpr int kMaxFailures = 1;
// How long a service that accepts again may take to say how its token is.
constexpr std::chrono::milliseconds kComeBack = 500ms;

bool can_sign(TokenState state) { return state == TokenState::ready || state == TokenState::degraded; }

// The better one speaks for the token: what one of its services can do, the token can.
int rank(TokenState state) {
  switch (state) {
    case TokenState::ready:
      return 0;
    case TokenState::degraded:
      return 1;
    case TokenState::opening:
      return 2;
    case TokenState::misconfigured:
      return 3;
    case TokenState::pin_refused:
      return 4;
    case TokenState::absent:
      return 5;
    case TokenState::unreachable:
      return 6;
  }
  return 6;
}

Error deadline_error(const TokenHealth& health) {
  return {ErrorCode::deadline_exceeded, std::string(error_info(ErrorCode::deadline_exceeded).sentence),
          fmt::format("token {}: {}", health.state, health.message)};
}

}  // namespace

TokenLink::TokenLink(Executor executor, TokenLinkSpec spec, std::function<void(const TokenDescription&)> on_description)
    : executor_(executor), spec_(std::move(spec)), heard_(std::move(on_description)) {}

TokenLink::~TokenLink() = default;

void TokenLink::start() {
  for (const std::string& path : spec_.paths) open_connection(path);
}

void TokenLink::stop() {
  for (const auto& connection : connections_) connection->stop();
  fail_waiting({ErrorCode::token_unavailable, "the service is stopping; send the request again", {}});
}

void TokenLink::open_connection(const std::string& path) {
  connections_.push_back(
      std::make_shared<LinkConnection>(executor_, path, static_cast<LinkOwner&>(*this), 2 * spec_.deadline));
  connections_.back()->start();
}

void TokenLink::describe(WantedKeys keys, Listing listing) {
  keys_ = std::move(keys);
  const bool wanted = std::exchange(wants_new_listing_, wants_new_listing_ || listing == Listing::anew);
  for (const auto& connection : connections_) connection->describe_now();
  wants_new_listing_ = wanted;
}

Task<Result<Bytes>> TokenLink::sign(SignOrder order, Deadline deadline) {
  if (Result<void> worth = co_await expect_service(deadline); !worth) co_return Unexpected(worth.error());
  if (queue_.size() >= spec_.max_queued) {
    co_return Unexpected(
        Error{ErrorCode::overloaded, "more signatures are asked for than the token can make; try again shortly"});
  }
  const auto job = std::make_shared<SignJob>(executor_, std::move(order), deadline);
  queue_.push_back(job);
  dispatch();
  if (!co_await job->done.wait_until(deadline)) {
    job->abandoned = true;
    std::erase(queue_, job);
    co_return Unexpected(deadline_error(health()));
  }
  co_return std::move(*job->outcome);
}

// A service that was away for long is tried again at most every two seconds; one that has just come back must not turn
// a request away for that. Where nobody listens this ends at once.
Task<Result<void>> TokenLink::expect_service(Deadline deadline) {
  Result<void> worth = check_worth_waiting();
  if (worth || best().state() != TokenState::unreachable) co_return worth;
  WakeUp described(executor_);
  waiting_for_description_.push_back(&described);
  for (const auto& connection : connections_) connection->retry_now();
  co_await described.wait_until(std::min(deadline, SteadyClock::now() + kComeBack));
  std::erase(waiting_for_description_, &described);
  co_return check_worth_waiting();
}

Task<Result<void>> TokenLink::wait_until_described(Deadline deadline) {
  if (Result<void> worth = co_await expect_service(deadline); !worth) co_return worth;
  if (usable()) co_return Result<void>();
  WakeUp described(executor_);
  waiting_for_description_.push_back(&described);
  Result<void> worth = check_worth_waiting();
  bool woken = false;
  if (worth) woken = co_await described.wait_until(deadline);
  std::erase(waiting_for_description_, &described);
  if (!worth) co_return worth;
  if (!woken) co_return Unexpected(deadline_error(health()));
  co_return check_worth_waiting();
}

const LinkConnection& TokenLink::best() const {
  return **std::ranges::min_element(connections_, {}, [](const auto& connection) { return rank(connection->state()); });
}

bool TokenLink::usable() const { return can_sign(best().state()); }

// A service that restarts is back within seconds. One that was away for a whole deadline has no claim on another.
Result<void> TokenLink::check_worth_waiting() const {
  const LinkConnection& speaker = best();
  const TokenState state = speaker.state();
  if (can_sign(state) || state == TokenState::opening) return {};
  const std::chrono::seconds away(std::time(nullptr) - speaker.since());
  if (state == TokenState::unreachable && away <= spec_.deadline) return {};
  return Unexpected(unavailable_error(state, speaker.message()));
}

TokenHealth TokenLink::health() const {
  const LinkConnection& speaker = best();
  return {std::string(state_name(speaker.state())), speaker.message(), speaker.since()};
}

bool TokenLink::busy() const {
  return !queue_.empty() || std::ranges::any_of(connections_, [](const auto& each) { return each->in_flight() > 0; });
}

void TokenLink::dispatch() {
  while (!queue_.empty()) {
    LinkConnection* connection = idlest();
    if (connection == nullptr) return grow();
    const SignJobPtr job = std::move(queue_.front());
    queue_.pop_front();
    if (!job->abandoned) connection->send(job);
  }
}

LinkConnection* TokenLink::idlest() {
  LinkConnection* found = nullptr;
  for (const auto& connection : connections_) {
    if (!connection->takes_work()) continue;
    if (found == nullptr || connection->in_flight() < found->in_flight()) found = connection.get();
  }
  return found;
}

void TokenLink::grow() {
  const std::size_t cores = std::max<std::size_t>(2, std::thread::hardware_concurrency());
  const std::size_t most = slow() ? spec_.max_connections : std::min(cores, spec_.max_connections);
  if (!usable() || connections_.size() >= most) return;
  // A connection that is still being made will take the queue's head in a moment.
  if (!std::ranges::all_of(connections_, [](const auto& connection) { return can_sign(connection->state()); })) return;
  open_connection(spec_.paths[connections_.size() % spec_.paths.size()]);
}

bool TokenLink::slow() const {
  if (service_time_ > kSlowToken) return true;
  const Deadline now = SteadyClock::now();
  return std::ranges::all_of(connections_, [now](const auto& connection) { return connection->stuck(now); });
}

void TokenLink::on_description(TokenDescription description) {
  if (heard_) heard_(description);
  if (!usable()) return;
  for (WakeUp* waiting : waiting_for_description_) waiting->notify();
  dispatch();
}

void TokenLink::on_signature(const SignJobPtr& job, Result<Bytes> result, std::chrono::microseconds service_time) {
  if (result) service_time_ = (7 * service_time_ + service_time) / 8;
  if (result && job->abandoned) job->stray(*result);
  job->finish(std::move(result));
  dispatch();
}

bool TokenLink::may_repeat(SignJob& job, Returned why) {
  if (why == Returned::cut) ++job.cuts;
  if (why == Returned::failed) ++job.failures;
  return job.cuts <= kMaxCuts && job.failures <= kMaxFailures;
}

// Back to the head of the queue, in their order: they have waited longest.
void TokenLink::on_returned(std::vector<SignJobPtr> jobs, Returned why) {
  for (auto job = jobs.rbegin(); job != jobs.rend(); ++job) {
    if (!may_repeat(**job, why)) {
      (*job)->finish(Unexpected(Error{ErrorCode::token_unavailable,
                                      "the token's service failed repeatedly while signing this; try again shortly"}));
    } else if (!(*job)->abandoned) {
      queue_.push_front(std::move(*job));
    }
  }
  if (Result<void> worth = check_worth_waiting(); !worth) return fail_waiting(worth.error());
  dispatch();
}

void TokenLink::on_state_change() {
  if (Result<void> worth = check_worth_waiting(); !worth) fail_waiting(worth.error());
}

void TokenLink::fail_waiting(const Error& error) {
  for (const SignJobPtr& job : std::exchange(queue_, {})) job->finish(Unexpected(error));
  for (WakeUp* waiting : waiting_for_description_) waiting->notify();
}

}  // namespace signet::service
