#include "tests/fault/token_clients.h"

#include <chrono>

namespace signet::test {
namespace {

constexpr std::uint32_t kDeadlineMs = 5'000;
constexpr std::chrono::milliseconds kPauseAfterFailure{2};

bool may_follow_a_loss(link::FailureCode code) {
  return code == link::TOKEN_OPENING || code == link::TOKEN_UNAVAILABLE || code == link::TOKEN_FAILED ||
         code == link::BUSY;
}

}  // namespace

TokenClients::TokenClients(const TokenProcess& service, const PublicKey& key, int clients)
    : socket_(service.socket()), key_(key) {
  for (int i = 0; i < clients; ++i)
    clients_.emplace_back([this, i](const std::stop_token& stop) { ask_until(stop, "client-" + std::to_string(i)); });
}

void TokenClients::ask_until(const std::stop_token& stop, const std::string& subject) {
  while (!stop.stop_requested()) {
    auto client = LinkClient::open(socket_);
    bool usable = client.has_value();
    while (usable && !stop.stop_requested()) {
      const auto reply = client->call(sign_request("apple", key_, kDeadlineMs, subject));
      judge(reply, subject);
      usable = reply.has_value() && reply->has_signature();
    }
    if (!usable) std::this_thread::sleep_for(kPauseAfterFailure);
  }
}

void TokenClients::judge(const Result<link::Reply>& reply, const std::string& subject) {
  if (!reply) {
    if (reply.error().code == ErrorCode::deadline_exceeded) ++hung_;
    return;
  }
  if (is_good(*reply, key_, subject)) {
    ++good_;
  } else if (reply->has_failure() && may_follow_a_loss(reply->failure().code())) {
    states_.at(static_cast<std::size_t>(reply->failure().state())) = true;
  } else {
    ++wrong_;
  }
}

void TokenClients::wait_for_more(int signatures) const {
  const int before = good_;
  poll_until("signatures come", [&] { return good_ >= before + signatures; });
}

}  // namespace signet::test
