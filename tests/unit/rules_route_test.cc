#include "daemon/rules/route.h"
#include "tests/unit/rules_fixture.h"

using namespace signet;
using namespace signet::rules;

namespace {

Route route(Listener listener, const char* method, const std::string& target) {
  const auto found = find_route(listener, method, target);
  INFO(target);
  REQUIRE(found.has_value());
  return found.value();
}

ErrorCode refusal(Listener listener, const char* method, const std::string& target) {
  const auto found = find_route(listener, method, target);
  INFO(method << ' ' << target);
  REQUIRE_FALSE(found.has_value());
  CHECK(found.error().allow.empty() == (found.error().error.code != ErrorCode::method_not_allowed));
  return found.error().error.code;
}

}  // namespace

TEST_CASE("Every call of the API has its route") {
  using enum Endpoint;
  CHECK(route(Listener::api, "POST", "/v1/keys/apple/tokens").endpoint == issue_token);
  CHECK(route(Listener::api, "POST", "/v1/keys/apple/tokens").key == "apple");
  CHECK(route(Listener::api, "GET", "/v1/keys").endpoint == list_keys);
  CHECK(route(Listener::api, "GET", "/v1/keys/a.b-c_1").endpoint == show_key);
  CHECK(route(Listener::api, "GET", "/v1/keys/a.b-c_1").key == "a.b-c_1");
  CHECK(route(Listener::api, "GET", "/v1/jwks").endpoint == jwks);
  CHECK(route(Listener::api, "GET", "/v1/whoami").endpoint == whoami);
  CHECK(route(Listener::api, "GET", "/v1/health").endpoint == health);
  CHECK(route(Listener::admin, "POST", "/v1/keys/apple/disable").endpoint == disable_key);
  CHECK(route(Listener::admin, "POST", "/v1/keys/apple/enable").endpoint == enable_key);
  CHECK(route(Listener::admin, "POST", "/v1/reload").endpoint == reload);
  CHECK(route(Listener::admin, "GET", "/v1/status").endpoint == status);
}

TEST_CASE("Admin calls do not exist on the API socket, nor the others on the admin socket") {
  for (const char* target : {"/v1/keys/apple/disable", "/v1/keys/apple/enable", "/v1/reload"})
    CHECK(refusal(Listener::api, "POST", target) == ErrorCode::not_found);
  CHECK(refusal(Listener::api, "GET", "/v1/status") == ErrorCode::not_found);
  CHECK(refusal(Listener::admin, "POST", "/v1/keys/apple/tokens") == ErrorCode::not_found);
  CHECK(refusal(Listener::admin, "GET", "/v1/keys") == ErrorCode::not_found);
}

TEST_CASE("Another path is not found") {
  for (const char* target :
       {"", "/", "*", "v1/keys", "/v1", "/v1/", "/v1/keys/", "/v2/keys", "/v1/keys/apple/", "/v1/keys/apple/tokens/",
        "/v1/keys//tokens", "/v1/keys/a/b/tokens", "/V1/keys", "/v1/health/x", "//v1/keys", "/v1/keys#x"})
    CHECK(refusal(Listener::api, "GET", target) == ErrorCode::not_found);
}

TEST_CASE("Another method is refused with the one that is allowed") {
  const auto refused = find_route(Listener::api, "GET", "/v1/keys/apple/tokens");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().error.code == ErrorCode::method_not_allowed);
  CHECK(refused.error().allow == "POST");
  for (const char* method : {"POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT"}) {
    const auto other = find_route(Listener::api, method, "/v1/keys");
    REQUIRE_FALSE(other.has_value());
    CHECK(other.error().error.code == ErrorCode::method_not_allowed);
    CHECK(other.error().allow == "GET");
  }
}

TEST_CASE("A method that HTTP does not know is not implemented") {
  for (const char* method : {"", "get", "FROB", "GET "})
    CHECK(refusal(Listener::api, method, "/v1/keys") == ErrorCode::not_implemented);
}

TEST_CASE("No call takes a query") {
  CHECK(refusal(Listener::api, "GET", "/v1/keys?x=1") == ErrorCode::invalid_request);
  CHECK(refusal(Listener::api, "POST", "/v1/keys/apple/tokens?") == ErrorCode::invalid_request);
}

TEST_CASE("An absolute target means its path") {
  CHECK(route(Listener::api, "GET", "http://localhost/v1/keys/apple").key == "apple");
  CHECK(refusal(Listener::api, "GET", "http://localhost") == ErrorCode::not_found);
  CHECK(refusal(Listener::api, "GET", "https://localhost/v1/keys") == ErrorCode::not_found);
}

TEST_CASE("A name that no key could have is routed as one that nobody may use") {
  for (const auto& name :
       std::vector<std::string>{"Apple", "a%70ple", "..", ".", "a b", "apple!", "\xc3\xa4", std::string(65, 'a')}) {
    CHECK(route(Listener::api, "POST", "/v1/keys/" + name + "/tokens").key.empty());
    CHECK(route(Listener::api, "GET", "/v1/keys/" + name).key.empty());
  }
  CHECK(route(Listener::api, "GET", "/v1/keys/" + std::string(64, 'a')).key.size() == 64);
}
