// What signet-token signs, and nothing else. The first octet chooses the algorithm.
#include <algorithm>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "proto/jws.h"
#include "tests/fuzz/check_input.h"
#include "tests/fuzz/expect.h"
#include "tests/fuzz/input_reader.h"

namespace signet::fuzz {
namespace {

void check_accepted(std::string_view message, Algorithm algorithm) {
  const std::string compact = jws_compact(message, bytes_of("signature"));
  const auto parts = parse_compact_jws(compact);
  expect(parts.has_value() && parts->signing_input == message, "a signature makes it a compact JWS");
  expect(jws_signing_input(parts->header_json, parts->payload_json) == message,
         "the text is the only one of its parts");
  boost::system::error_code failure;
  const auto header = boost::json::parse(parts->header_json, failure);
  expect(!failure && header.is_object(), "the header is a JSON object to Boost.JSON as well");
  const boost::json::object& members = header.get_object();
  expect(members.contains("alg") && members.at("alg").is_string() &&
             members.at("alg").get_string() == jose_name(algorithm),
         "the header names the algorithm");
  expect(!members.contains("crit") && !members.contains("b64"), "no header that changes what is signed");
  const auto payload = boost::json::parse(parts->payload_json, failure);
  expect(!failure && payload.is_object(), "the payload is a JSON object to Boost.JSON as well");
}

}  // namespace

void check_input(BytesView input) {
  InputReader reader(input);
  const Algorithm algorithm = reader.pick(all_algorithms()).algorithm;
  const std::string_view message = text_of(reader.rest());
  const auto fits = [message](const AlgorithmInfo& info) {
    return check_signing_input(message, info.algorithm).has_value();
  };
  expect(std::ranges::count_if(all_algorithms(), fits) <= 1, "a message is for one algorithm");
  const auto checked = check_signing_input(message, algorithm);
  if (checked) return check_accepted(message, algorithm);
  expect(checked.error().code == ErrorCode::bad_input && !checked.error().message.empty(), "a refusal names its rule");
}

}  // namespace signet::fuzz
