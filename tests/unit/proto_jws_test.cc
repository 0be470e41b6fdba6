#include <string>

#include "proto/base64url.h"
#include "proto/jws.h"
#include "tests/support/catch.h"
#include "tests/support/matchers.h"
#include "tests/unit/proto_rfc_vectors.h"

using namespace signet;
using namespace signet::testing;

namespace {

constexpr const char* kHeader = R"({"alg":"ES256","kid":"K"})";
constexpr const char* kPayload = R"({"iss":"me","iat":1})";

std::string input_of(std::string_view header, std::string_view payload) { return jws_signing_input(header, payload); }

void require_refused(const std::string& message, const std::string& rule) {
  const Result<void> checked = check_signing_input(message, Algorithm::es256);
  INFO("message: " << message.substr(0, 200));
  REQUIRE_ERROR(checked, ErrorCode::bad_input);
  REQUIRE(checked.error().message.find(rule) != std::string::npos);
}

}  // namespace

TEST_CASE("every signature of the RFCs verifies, and no altered one does") {
  const std::vector<SignatureVector> vectors = signature_vectors();
  REQUIRE(vectors.size() == 7);
  for (const SignatureVector& vector : vectors) {
    INFO(vector.where);
    const PublicKey key = key_from_jwk(vector.jwk);
    const Result<JwsParts> parts = parse_compact_jws(vector.jws);
    REQUIRE_OK(parts);
    REQUIRE_OK(key.verify(vector.algorithm, bytes_of(parts->signing_input), parts->signature));

    Bytes altered = parts->signature;
    altered.back() ^= std::byte{1};
    REQUIRE_ERROR(key.verify(vector.algorithm, bytes_of(parts->signing_input), altered), ErrorCode::bad_input);
    REQUIRE_ERROR(key.verify(vector.algorithm, bytes_of("other"), parts->signature), ErrorCode::bad_input);
  }
}

TEST_CASE("the pieces of the RFCs' signatures give them back whole") {
  for (const SignatureVector& vector : signature_vectors()) {
    INFO(vector.where);
    const Result<JwsParts> parts = parse_compact_jws(vector.jws);
    REQUIRE_OK(parts);
    CHECK(jws_signing_input(parts->header_json, parts->payload_json) == parts->signing_input);
    CHECK(jws_compact(parts->signing_input, parts->signature) == vector.jws);
  }
}

TEST_CASE("signing inputs of the RFCs with JSON payloads are canonical for their algorithm alone") {
  const SignatureVector es256 = signature_vector("rfc7515.json A.3");
  const Result<JwsParts> parts = parse_compact_jws(es256.jws);
  REQUIRE_OK(check_signing_input(parts->signing_input, Algorithm::es256));
  REQUIRE_ERROR(check_signing_input(parts->signing_input, Algorithm::es512), ErrorCode::bad_input);
  REQUIRE_ERROR(check_signing_input(parts->signing_input, Algorithm::rs256), ErrorCode::bad_input);
  const SignatureVector rs256 = signature_vector("rfc7515.json A.2");
  REQUIRE_OK(check_signing_input(parse_compact_jws(rs256.jws)->signing_input, Algorithm::rs256));
}

TEST_CASE("signing inputs of the RFCs whose payload is no JSON object are refused") {
  for (const char* where : {"rfc7515.json A.4", "rfc7520.json 4.1", "rfc8037.json A.4"}) {
    const SignatureVector vector = signature_vector(where);
    const Result<void> checked = check_signing_input(parse_compact_jws(vector.jws)->signing_input, vector.algorithm);
    REQUIRE_ERROR(checked, ErrorCode::bad_input);
    CHECK(checked.error().message.find("payload") != std::string::npos);
  }
}

TEST_CASE("the unsecured JWS of RFC 7515 appendix A.5 is never signed") {
  const std::string unsecured = unsecured_jws();
  const Result<JwsParts> parts = parse_compact_jws(unsecured);
  REQUIRE_OK(parts);
  CHECK(parts->signature.empty());
  for (const AlgorithmInfo& info : all_algorithms()) {
    REQUIRE_ERROR(check_signing_input(parts->signing_input, info.algorithm), ErrorCode::bad_input);
  }
}

TEST_CASE("a canonical signing input passes") {
  REQUIRE_OK(check_signing_input(input_of(kHeader, kPayload), Algorithm::es256));
  REQUIRE_OK(check_signing_input(input_of(kHeader, "{}"), Algorithm::es256));
}

TEST_CASE("a signing input has exactly one dot") {
  const std::string input = input_of(kHeader, kPayload);
  require_refused(input + ".", "one dot");
  require_refused(input + ".AAAA", "one dot");
  require_refused(base64url_encode(bytes_of(kHeader)), "one dot");
  require_refused("", "one dot");
}

TEST_CASE("a signing input is strict base64url on both sides") {
  const std::string header = base64url_encode(bytes_of(kHeader));
  const std::string payload = base64url_encode(bytes_of("{ }"));
  const std::string padded = base64url_encode(bytes_of("{}"));
  require_refused(header + "." + padded + "==", "payload is not strict base64url");
  require_refused(header + "=." + payload, "header is not strict base64url");
  require_refused(header + "\n." + payload, "header is not strict base64url");
  require_refused(header + ". " + payload, "payload is not strict base64url");
  require_refused(header + "." + padded.substr(0, 2) + "1", "payload is not strict base64url");
}

TEST_CASE("header and payload are JSON objects") {
  require_refused(input_of("[]", kPayload), "header is not a JSON object");
  require_refused(input_of(R"("ES256")", kPayload), "header is not a JSON object");
  require_refused(input_of(kHeader, "[1]"), "payload is not a JSON object");
  require_refused(input_of(kHeader, "1"), "payload is not a JSON object");
  require_refused(input_of(kHeader, ""), "payload is not a JSON object");
  require_refused(input_of(kHeader, "\xff"), "payload is not a JSON object");
  require_refused("." + base64url_encode(bytes_of("{}")), "header is not a JSON object");
}

TEST_CASE("header and payload have no member twice") {
  require_refused(input_of(R"({"alg":"ES256","alg":"ES256"})", kPayload), "duplicate");
  require_refused(input_of(R"({"alg":"none","alg":"ES256"})", kPayload), "duplicate");
  require_refused(input_of(kHeader, R"({"iss":"me","iss":"you"})"), "duplicate");
  require_refused(input_of(kHeader, R"({"a":{"b":1,"b":2}})"), "duplicate");
}

TEST_CASE("crit and b64 are never signed") {
  require_refused(input_of(R"({"alg":"ES256","crit":["exp"],"exp":1})", kPayload), "crit");
  require_refused(input_of(R"({"alg":"ES256","b64":true})", kPayload), "b64");
  require_refused(input_of(R"({"alg":"ES256","b64":false,"crit":["b64"]})", kPayload), "crit");
}

TEST_CASE("the header's alg is the algorithm that was asked for") {
  require_refused(input_of(R"({"alg":"none"})", kPayload), "alg");
  require_refused(input_of(R"({"alg":"HS256"})", kPayload), "alg");
  require_refused(input_of(R"({"alg":"es256"})", kPayload), "alg");
  require_refused(input_of(R"({"alg":["ES256"]})", kPayload), "alg");
  require_refused(input_of(R"({"kid":"K"})", kPayload), "alg");
}

TEST_CASE("a signing input has at most 64 KiB") {
  const std::string header = base64url_encode(bytes_of(kHeader)) + ".";
  const std::size_t payload_octets = (64 * 1024 - header.size()) / 4 * 3;
  const std::string filled = R"({"a":")" + std::string(payload_octets - 8, 'x') + R"("})";
  REQUIRE(filled.size() == payload_octets);
  const std::string longest = header + base64url_encode(bytes_of(filled));
  REQUIRE(longest.size() <= 64 * 1024);
  REQUIRE(longest.size() > 64 * 1024 - 4);
  REQUIRE_OK(check_signing_input(longest, Algorithm::es256));
  require_refused(header + base64url_encode(bytes_of(filled + "   ")), "64 KiB");
}

TEST_CASE("a refusal names the rule and never the content") {
  const std::string secret = R"({"api-secret":"hunter2","api-secret":"hunter2"})";
  const Result<void> checked = check_signing_input(input_of(kHeader, secret), Algorithm::es256);
  REQUIRE_ERROR(checked, ErrorCode::bad_input);
  CHECK((checked.error().message + checked.error().detail).find("secret") == std::string::npos);
}

TEST_CASE("a compact JWS has exactly two dots and strict parts") {
  const std::string input = input_of(kHeader, kPayload);
  for (const std::string& refused : {std::string(), std::string("."), input, input + ".AA.AA", input + ".A",
                                     input + ".AAA=", "!" + input + ".AA", std::string("....")}) {
    INFO(refused);
    REQUIRE_ERROR(parse_compact_jws(refused), ErrorCode::bad_input);
  }
  const std::string compact = input + ".AAEC";
  const Result<JwsParts> parts = parse_compact_jws(compact);
  REQUIRE_OK(parts);
  CHECK(parts->header_json == kHeader);
  CHECK(parts->payload_json == kPayload);
  CHECK(parts->signature == Bytes{std::byte{0}, std::byte{1}, std::byte{2}});
}
