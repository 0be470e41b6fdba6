// The token link from its own side: what a peer may send, and what becomes of it.
#include <sys/socket.h>
#include <thread>

#include "pkcs11/link_connection.h"
#include "proto/frame.h"
#include "tests/support/fake_signer.h"
#include "tests/support/jws_input.h"
#include "tests/support/link_client.h"
#include "tests/support/matchers.h"

namespace signet::pkcs11 {
namespace {

using namespace std::chrono_literals;

/// A connection served by a thread, over a fake signer with one key.
class ServedLink {
 public:
  explicit ServedLink(std::vector<RateLimit> max_rate = {}) : limit_(std::move(max_rate)) {
    auto signer = std::make_unique<test::FakeSigner>("build");
    key = signer->add_key("apple", KeyType::ec_p256);
    REQUIRE(signer->refresh(std::chrono::steady_clock::now()).has_value());
    service_.serve(std::move(signer));
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    client.emplace(host::FileDescriptor(ends[0]));
    thread_ = std::thread([this, end = ends[1]] { LinkConnection(host::FileDescriptor(end), service_, 5s).serve(); });
  }
  ServedLink(const ServedLink&) = delete;
  ServedLink& operator=(const ServedLink&) = delete;
  ~ServedLink() {
    client.reset();
    thread_.join();
  }

  void greet() { REQUIRE(client->hello(kLinkVersion, kLinkVersion).value().has_hello()); }
  void require_failure(const Result<link::Reply>& reply, link::FailureCode code) {
    REQUIRE_OK(reply);
    REQUIRE(reply->has_failure());
    CHECK(reply->failure().code() == code);
    CHECK_FALSE(reply->failure().message().empty());
  }
  void require_closed() { CHECK_FALSE(client->read_reply().value().has_value()); }
  link::Request sign_request() const {
    link::Request request;
    request.mutable_sign()->set_object("pkcs11:object=apple");
    request.mutable_sign()->set_alg("ES256");
    request.mutable_sign()->set_message(test::jws_input(Algorithm::es256));
    request.mutable_sign()->set_expected_spki_sha256(std::string(text_of(key->spki_sha256())));
    return request;
  }

  std::optional<PublicKey> key;
  std::optional<test::LinkClient> client;

 private:
  TokenStatus status_{"", {}};
  SignatureLimit limit_;
  ProbeSchedule probes_{15s};
  TokenService service_{{.status = status_, .epoch = 3, .limit = limit_, .probes = probes_}};
  std::thread thread_;
};

link::Request hello_frame() {
  link::Request request;
  request.mutable_hello()->set_min_version(kLinkVersion);
  request.mutable_hello()->set_max_version(kLinkVersion);
  return request;
}

}  // namespace

TEST_CASE("a client that asks for more than max-rate is told when to come again", "[pkcs11]") {
  ServedLink served({{1, 1h}});
  served.greet();
  REQUIRE(served.client->call(served.sign_request()).value().has_signature());
  const auto reply = served.client->call(served.sign_request());
  served.require_failure(reply, link::RATE_EXCEEDED);
  CHECK(reply->failure().retry_after_s() > 3000);
}

TEST_CASE("a greeted client describes and signs", "[pkcs11]") {
  ServedLink served;
  served.greet();
  const auto description = served.client->describe();
  REQUIRE_OK(description);
  CHECK(description->state() == link::READY);
  CHECK(description->epoch() == 3);
  REQUIRE(description->key_size() == 1);
  CHECK(description->key(0).label() == "apple");
  CHECK(description->key(0).alg(0) == "ES256");
  const auto reply = served.client->call(served.sign_request());
  REQUIRE_OK(reply);
  REQUIRE(reply->has_signature());
  CHECK(served.key->verify(Algorithm::es256, bytes_of(test::jws_input(Algorithm::es256)),
                           bytes_of(reply->signature().value())));
}

TEST_CASE("versions outside ours are refused and the connection closed", "[pkcs11]") {
  const auto [low, high] = GENERATE(std::pair(2U, 9U), std::pair(0U, 0U));
  ServedLink served;
  served.require_failure(served.client->hello(low, high), link::VERSION_UNSUPPORTED);
  served.require_closed();
}

TEST_CASE("a range that holds our version is answered with it", "[pkcs11]") {
  ServedLink served;
  CHECK(served.client->hello(0, 99).value().hello().version() == kLinkVersion);
}

TEST_CASE("a call before hello, or a second hello, ends the connection", "[pkcs11]") {
  ServedLink served;
  SECTION("call first") { served.require_failure(served.client->call(served.sign_request()), link::BAD_REQUEST); }
  SECTION("hello twice") {
    served.greet();
    served.require_failure(served.client->hello(kLinkVersion, kLinkVersion), link::BAD_REQUEST);
  }
  served.require_closed();
}

TEST_CASE("octets that are no frame end the connection without an answer", "[pkcs11]") {
  ServedLink served;
  using namespace std::string_view_literals;
  const std::string_view garbage =
      GENERATE("GET / HTTP/1.1\r\n\r\n"sv, "\x00\x00\x00\x00"sv, "\xff\xff\xff\xff"sv, "\x00\x02\x00\x01"sv);
  REQUIRE_OK(served.client->send_octets(garbage));
  served.require_closed();
}

TEST_CASE("a frame that is no request is answered and the connection closed", "[pkcs11]") {
  ServedLink served;
  using namespace std::string_view_literals;
  REQUIRE_OK(served.client->send_octets("\x00\x00\x00\x04\xff\xff\xff\xff"sv));
  const auto reply = served.client->read_reply();
  REQUIRE_OK(reply);
  REQUIRE(reply->has_value());
  CHECK((*reply)->failure().code() == link::BAD_REQUEST);
  served.require_closed();
}

TEST_CASE("half a header or half a frame, then the end: the connection ends", "[pkcs11]") {
  const std::size_t kept = GENERATE(1U, 3U, 4U, 7U);
  ServedLink served;
  REQUIRE_OK(served.client->send_octets(test::frame_of(hello_frame()).substr(0, kept)));
  served.client->stop_writing();
  served.require_closed();
}

TEST_CASE("a frame that comes octet by octet is a frame", "[pkcs11]") {
  ServedLink served;
  for (const char octet : test::frame_of(hello_frame()))
    REQUIRE_OK(served.client->send_octets(std::string_view(&octet, 1)));
  const auto reply = served.client->read_reply();
  REQUIRE_OK(reply);
  CHECK((*reply)->has_hello());
}

TEST_CASE("frames sent together are answered in order", "[pkcs11]") {
  ServedLink served;
  std::string together = test::frame_of(hello_frame());
  for (std::uint64_t id = 1; id <= 50; ++id) {
    link::Request request = served.sign_request();
    request.set_id(id);
    together += test::frame_of(request);
  }
  REQUIRE_OK(served.client->send_octets(together));
  REQUIRE(served.client->read_reply().value()->has_hello());
  for (std::uint64_t id = 1; id <= 50; ++id) {
    const auto reply = served.client->read_reply();
    REQUIRE_OK(reply);
    CHECK((*reply)->id() == id);
    CHECK((*reply)->has_signature());
  }
}

TEST_CASE("a call we do not know is refused and the connection goes on", "[pkcs11]") {
  ServedLink served;
  served.greet();
  served.require_failure(served.client->call(link::Request()), link::BAD_REQUEST);
  CHECK(served.client->describe().has_value());
}

TEST_CASE("what is wrong with a sign request is said", "[pkcs11]") {
  ServedLink served;
  served.greet();
  link::Request request = served.sign_request();
  link::FailureCode code = link::BAD_REQUEST;
  SECTION("no algorithm of ours") { request.mutable_sign()->set_alg("none"); }
  SECTION("no pinned key") { request.mutable_sign()->clear_expected_spki_sha256(); }
  SECTION("a pin of the wrong length") { request.mutable_sign()->set_expected_spki_sha256(std::string(31, 'x')); }
  SECTION("no URI") { request.mutable_sign()->set_object("apple"); }
  SECTION("another key pinned") {
    request.mutable_sign()->set_expected_spki_sha256(std::string(32, 'x'));
    code = link::KEY_CHANGED;
  }
  SECTION("no JWS") {
    request.mutable_sign()->set_message("e30.e30");
    code = link::MESSAGE_REFUSED;
  }
  SECTION("no such key") {
    request.mutable_sign()->set_object("pkcs11:object=other");
    code = link::NO_SUCH_KEY;
  }
  served.require_failure(served.client->call(request), code);
  CHECK(served.client->call(served.sign_request()).value().has_signature());
}

TEST_CASE("the largest frame is taken, one octet more is not", "[pkcs11]") {
  ServedLink served;
  served.greet();
  link::Request request = served.sign_request();
  request.set_id(1);
  const std::size_t without = request.ByteSizeLong() - request.sign().message().size();
  // Lengths above 16 KiB take two octets more in the message and one more around it than the short ones did.
  request.mutable_sign()->set_message(std::string(kMaxRequestFrameBytes - without - 8, 'a'));
  while (request.ByteSizeLong() < kMaxRequestFrameBytes) request.mutable_sign()->mutable_message()->push_back('a');
  REQUIRE(request.ByteSizeLong() == kMaxRequestFrameBytes);
  REQUIRE_OK(served.client->send_octets(test::frame_of(request)));
  CHECK((*served.client->read_reply().value()).failure().code() == link::MESSAGE_REFUSED);
  request.mutable_sign()->mutable_message()->push_back('a');
  (void)served.client->send_octets(test::frame_of(request));
  // The service closes with our octets unread, which reaches us as the end or as a reset.
  const auto end = served.client->read_reply();
  CHECK((!end.has_value() || !end->has_value()));
}

}  // namespace signet::pkcs11
