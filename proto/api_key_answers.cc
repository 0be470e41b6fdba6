#include <limits>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "proto/answer_reading.h"
#include "proto/api.h"

// What the daemon answers about keys.
namespace signet {
namespace {

namespace json = boost::json;

constexpr std::int64_t kLeastInteger = std::numeric_limits<std::int64_t>::min();

KeySummary read_summary(MemberReader& members) {
  return {.name = members.text("name"),
          .profile = members.text("profile"),
          .alg = members.text("alg"),
          .kid = members.text("kid"),
          .state = members.text("state")};
}

json::object to_json(const KeySummary& key) {
  return {{"name", key.name}, {"profile", key.profile}, {"alg", key.alg}, {"kid", key.kid}, {"state", key.state}};
}

/// A list that is left out where it is empty.
std::vector<std::string> optional_texts(MemberReader& members, std::string_view name) {
  return members.optional_array(name) == nullptr ? std::vector<std::string>() : members.texts(name);
}

void put_texts(json::object& object, std::string_view name, const std::vector<std::string>& texts) {
  if (!texts.empty()) object.emplace(name, json::array(texts.begin(), texts.end()));
}

void put_integer(json::object& object, std::string_view name, const std::optional<std::int64_t>& number) {
  if (number) object.emplace(name, *number);
}

AskableClaim read_askable_claim(MemberReader& members) {
  return {.name = members.text("name"),
          .type = members.text("type"),
          .required = members.boolean("required"),
          .one_of = optional_texts(members, "one_of"),
          .allow = optional_texts(members, "allow"),
          .min = members.optional_integer("min", kLeastInteger, kAnyInteger),
          .max = members.optional_integer("max", kLeastInteger, kAnyInteger)};
}

json::object to_json(const AskableClaim& claim) {
  json::object object{{"name", claim.name}, {"type", claim.type}, {"required", claim.required}};
  put_texts(object, "one_of", claim.one_of);
  put_texts(object, "allow", claim.allow);
  put_integer(object, "min", claim.min);
  put_integer(object, "max", claim.max);
  return object;
}

MayAsk read_may_ask(MemberReader& members) {
  return {.claims = read_elements(members, "claims", read_askable_claim),
          .exactly_one_of = optional_texts(members, "exactly_one_of"),
          .forced = optional_texts(members, "forced"),
          .scope = members.boolean("scope"),
          .scope_required = members.boolean("scope_required"),
          .scope_allow = optional_texts(members, "scope_allow"),
          .default_lifetime = members.optional_integer("default_lifetime", 1, kAnyInteger),
          .max_lifetime = members.optional_integer("max_lifetime", 1, kAnyInteger),
          .mode = members.text("mode"),
          .audited = optional_texts(members, "audited")};
}

json::object to_json(const MayAsk& may_ask) {
  json::array claims;
  for (const AskableClaim& claim : may_ask.claims) claims.push_back(to_json(claim));
  json::object object{{"claims", std::move(claims)}};
  put_texts(object, "exactly_one_of", may_ask.exactly_one_of);
  put_texts(object, "forced", may_ask.forced);
  object.emplace("scope", may_ask.scope);
  object.emplace("scope_required", may_ask.scope_required);
  put_texts(object, "scope_allow", may_ask.scope_allow);
  put_integer(object, "default_lifetime", may_ask.default_lifetime);
  put_integer(object, "max_lifetime", may_ask.max_lifetime);
  object.emplace("mode", may_ask.mode);
  put_texts(object, "audited", may_ask.audited);
  return object;
}

}  // namespace

Result<std::vector<KeySummary>> read_key_list(std::string_view body) {
  return read_body(body, [](MemberReader& members) { return read_elements(members, "keys", read_summary); });
}

std::string write_key_list(const std::vector<KeySummary>& keys) {
  json::array array;
  for (const KeySummary& key : keys) array.push_back(to_json(key));
  return json::serialize(json::object{{"keys", std::move(array)}});
}

Result<KeyDetail> read_key_detail(std::string_view body) {
  return read_body(body, [](MemberReader& members) {
    KeyDetail detail{.summary = read_summary(members)};
    detail.admitted_by = members.text("admitted_by");
    if (const json::object* jwk = members.optional_object("jwk")) detail.jwk = *jwk;
    if (const json::object* may_ask = members.object("may_ask")) {
      detail.may_ask = read_inside(members, *may_ask, members.path_of("may_ask"), read_may_ask);
    }
    return detail;
  });
}

std::string write(const KeyDetail& detail) {
  json::object object = to_json(detail.summary);
  if (detail.jwk) object.emplace("jwk", *detail.jwk);
  object.emplace("admitted_by", detail.admitted_by);
  object.emplace("may_ask", to_json(detail.may_ask));
  return json::serialize(object);
}

}  // namespace signet
