#include "tests/support/signing_load.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "proto/frame.h"
#include "tests/support/sign_request.h"
#include "tests/support/token_process.h"

namespace signet::test {
namespace {

/// Between an answer that was no signature and the next request.
constexpr std::chrono::milliseconds kPause{5};

}  // namespace

long SigningTally::refusals() const {
  return std::accumulate(refused.begin(), refused.end(), 0L,
                         [](long sum, const auto& each) { return sum + each.second; });
}

long SigningTally::blamed() const {
  long after_loss = 0;
  for (const auto code : {link::TOKEN_OPENING, link::TOKEN_UNAVAILABLE, link::TOKEN_FAILED, link::BUSY}) {
    if (const auto found = refused.find(code); found != refused.end()) after_loss += found->second;
  }
  return refusals() - after_loss;
}

SigningLoad::SigningLoad(std::string socket, std::string label, const PublicKey& key, int clients,
                         std::uint32_t deadline_ms)
    : socket_(std::move(socket)),
      label_(std::move(label)),
      key_(key),
      deadline_ms_(deadline_ms),
      good_(static_cast<std::size_t>(clients)),
      bad_since_(static_cast<std::size_t>(clients)) {
  for (std::size_t i = 0; i < good_.size(); ++i) clients_.emplace_back([this, i] { run_client(i); });
}

void SigningLoad::run_client(std::size_t index) {
  const std::string subject = "client-" + std::to_string(index);
  while (!stop_) {
    auto client = LinkClient::connect(socket_);
    if (!client) {
      const std::scoped_lock lock(mutex_);
      ++tally_.unconnected;
      continue;
    }
    bool connected = client->hello(kLinkVersion, kLinkVersion).has_value();
    while (connected && !stop_) {
      const auto reply = client->call(sign_request(label_, key_, deadline_ms_, subject));
      note(index, reply, subject);
      connected = reply.has_value();
      if (!connected || reply->has_failure()) std::this_thread::sleep_for(kPause);
    }
  }
}

void SigningLoad::note(std::size_t index, const Result<link::Reply>& reply, const std::string& subject) {
  const auto now = std::chrono::steady_clock::now();
  const bool good = reply.has_value() && is_good(*reply, key_, subject);
  const std::scoped_lock lock(mutex_);
  judge(reply, good);
  auto& since = bad_since_[index];
  if (!good) {
    if (since == decltype(now){}) since = now;
    return;
  }
  ++good_[index];
  if (since == decltype(now){}) return;
  const auto gap = std::chrono::duration_cast<std::chrono::milliseconds>(now - std::exchange(since, {}));
  tally_.longest_gap = std::max(tally_.longest_gap, gap);
}

void SigningLoad::judge(const Result<link::Reply>& reply, bool good) {
  ++tally_.sent;
  if (!reply) {
    ++(reply.error().code == ErrorCode::deadline_exceeded ? tally_.hung : tally_.cut);
  } else if (reply->has_failure()) {
    ++tally_.refused[reply->failure().code()];
    tally_.states.insert(reply->failure().state());
  } else {
    ++(good ? tally_.good : tally_.wrong);
  }
}

void SigningLoad::wait_for_good(long each) {
  std::vector<long> goal;
  {
    const std::scoped_lock lock(mutex_);
    for (const long good : good_) goal.push_back(good + each);
  }
  poll_until("every client gets good signatures", [&] {
    const std::scoped_lock lock(mutex_);
    return std::ranges::equal(good_, goal, [](long good, long wanted) { return good >= wanted; });
  });
}

SigningTally SigningLoad::tally() const {
  const std::scoped_lock lock(mutex_);
  return tally_;
}

SigningTally SigningLoad::stop() {
  stop_ = true;
  for (std::thread& client : clients_) {
    if (client.joinable()) client.join();
  }
  return tally();
}

}  // namespace signet::test
