#include "tests/bench/link_load.h"

#include <array>
#include <memory>

#include "tests/bench/signing_input.h"
#include "tests/support/link_client.h"

namespace signet::bench {
namespace {

constexpr std::size_t kFramesInFlight = 2;
// Different messages, so that an answer to another request does not pass for the right one.
constexpr std::uint32_t kMessages = 64;
// Verifying takes longer than signing: of so many signatures one is kept. No divisor of kMessages, so that the samples
// come from all of them.
constexpr std::uint64_t kSampling = 9;

struct Job {
  std::string message;
  std::string frame;
};

struct KeptSignature {
  std::size_t job;
  std::string value;
};

using Jobs = std::vector<Job>;

Jobs make_jobs(const std::string& object, const PublicKey& key) {
  Jobs jobs;
  for (std::uint32_t i = 0; i < kMessages; ++i) {
    link::Request request;
    request.set_id(i);
    link::SignRequest& sign = *request.mutable_sign();
    sign.set_object(object);
    sign.set_alg("ES256");
    sign.set_message(signing_input(i));
    sign.set_expected_spki_sha256(std::string(text_of(key.spki_sha256())));
    jobs.push_back({.message = sign.message(), .frame = test::frame_of(request)});
  }
  return jobs;
}

Result<PublicKey> described_key(test::LinkClient& client, const std::string& object) {
  SIGNET_TRY_ASSIGN(const link::Description description, client.describe(object));
  if (description.key_size() != 1 || !description.key(0).usable()) {
    return Unexpected(Error{.code = ErrorCode::bad_input, .message = "the service has no usable key of this name"});
  }
  return PublicKey::from_spki(bytes_of(description.key(0).spki()));
}

// One connection. The jobs are asked for in turn, and answered in the order in which they were asked for.
class Connection {
 public:
  Connection(test::LinkClient client, std::shared_ptr<const Jobs> jobs)
      : client_(std::move(client)), jobs_(std::move(jobs)) {}

  Done take_one() {
    while (asked_ < answered_ + kFramesInFlight) {
      if (!ask()) return {Outcome::failed, Clock::now()};
    }
    const auto begun = begun_.at(answered_ % kFramesInFlight);
    return {take(answered_++), begun};
  }

  std::uint64_t wrong_signatures(const PublicKey& key) const {
    return static_cast<std::uint64_t>(std::ranges::count_if(kept_, [&](const KeptSignature& kept) {
      return !key.verify(Algorithm::es256, bytes_of((*jobs_)[kept.job].message), bytes_of(kept.value));
    }));
  }

 private:
  bool ask() {
    begun_.at(asked_ % kFramesInFlight) = Clock::now();
    return client_.send_octets((*jobs_)[asked_++ % kMessages].frame).has_value();
  }

  Outcome take(std::uint64_t number) {
    const std::size_t job = number % kMessages;
    const auto reply = client_.read_reply();
    if (!reply || !*reply || (*reply)->id() != job || !(*reply)->has_signature()) return Outcome::failed;
    if (number % kSampling == 0) kept_.push_back({job, (*reply)->signature().value()});
    return Outcome::good;
  }

  test::LinkClient client_;
  std::shared_ptr<const Jobs> jobs_;
  std::uint64_t asked_ = 0;
  std::uint64_t answered_ = 0;
  std::array<Clock::time_point, kFramesInFlight> begun_{};
  std::vector<KeptSignature> kept_;
};

}  // namespace

Result<Measurement> measure_link(const LinkLoad& load, std::chrono::milliseconds duration) {
  SIGNET_TRY_ASSIGN(test::LinkClient first, test::LinkClient::open(load.sockets.front()));
  SIGNET_TRY_ASSIGN(const PublicKey key, described_key(first, load.object));
  const auto jobs = std::make_shared<const Jobs>(make_jobs(load.object, key));
  std::vector<std::shared_ptr<Connection>> connections;
  for (std::size_t i = 0; i < static_cast<std::size_t>(load.connections); ++i) {
    SIGNET_TRY_ASSIGN(test::LinkClient client, test::LinkClient::open(load.sockets[i % load.sockets.size()]));
    connections.push_back(std::make_shared<Connection>(std::move(client), jobs));
  }
  Measurement measured = measure(load.connections, duration, [&connections](int thread) -> Operation {
    return [connection = connections[static_cast<std::size_t>(thread)]] { return connection->take_one(); };
  });
  for (const auto& connection : connections) measured.failed += connection->wrong_signatures(key);
  return measured;
}

}  // namespace signet::bench
