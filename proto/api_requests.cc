#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "proto/api.h"
#include "proto/json_members.h"
#include "proto/json_path.h"

// What clients send.
namespace signet {
namespace {

namespace json = boost::json;

constexpr std::int64_t kLongestLifetime = 315360000;  // ten years in seconds
constexpr std::size_t kLongestReasonCharacters = 500;

void read_scope(MemberReader& members, TokenRequest& request) {
  const json::value* scope = members.optional_value("scope");
  if (scope == nullptr) return;
  if (scope->is_array()) {
    members.texts("scope");  // refuses any element that is no string
  } else if (!scope->is_string()) {
    members.refuse("scope", "is neither a string nor an array of strings");
  }
  request.scope = *scope;
}

std::size_t count_characters(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::ranges::count_if(utf8, [](char octet) { return (static_cast<unsigned char>(octet) & 0xc0U) != 0x80U; }));
}

}  // namespace

Result<TokenRequest> read_token_request(std::string_view body) {
  if (body.empty()) return TokenRequest{};
  SIGNET_TRY_ASSIGN(const json::value value, parse_json(body, {.max_bytes = kMaxRequestBodyBytes}));
  MemberReader members(value, std::string(kJsonRoot));
  TokenRequest request;
  if (const json::object* claims = members.optional_object("claims")) request.claims = *claims;
  read_scope(members, request);
  request.lifetime = members.optional_integer("lifetime", 1, kLongestLifetime);
  request.fresh = members.optional_boolean("fresh").value_or(false);
  SIGNET_TRY(members.finish());
  return request;
}

std::string write(const TokenRequest& request) {
  json::object body;
  if (!request.claims.empty()) body.emplace("claims", request.claims);
  if (request.scope) body.emplace("scope", *request.scope);
  if (request.lifetime) body.emplace("lifetime", *request.lifetime);
  if (request.fresh) body.emplace("fresh", true);
  return json::serialize(body);
}

Result<DisableRequest> read_disable_request(std::string_view body) {
  SIGNET_TRY_ASSIGN(const json::value value, parse_json(body, {.max_bytes = kMaxRequestBodyBytes}));
  MemberReader members(value, std::string(kJsonRoot));
  DisableRequest request{.reason = members.text("reason")};
  const std::size_t characters = count_characters(request.reason);
  if (characters < 1 || characters > kLongestReasonCharacters)
    members.refuse("reason", "has to have 1 to 500 characters");
  SIGNET_TRY(members.finish());
  return request;
}

std::string write(const DisableRequest& request) { return json::serialize(json::object{{"reason", request.reason}}); }

}  // namespace signet
