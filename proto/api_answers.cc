#include <limits>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "proto/api.h"
#include "proto/json_members.h"
#include "proto/json_path.h"

// What the daemon answers.
namespace signet {
namespace {

namespace json = boost::json;

constexpr JsonLimits kAnswerLimits{.max_bytes = 16UL * 1024 * 1024, .max_depth = 16};
constexpr std::int64_t kAnyInteger = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLargestApi = 1000000;
constexpr std::int64_t kLargestId = std::numeric_limits<std::uint32_t>::max();

json::value or_null(const std::optional<std::int64_t>& number) {
  return number ? json::value(*number) : json::value(nullptr);
}

/// Parses a body and hands its members to `read`, which gives the result.
template <class Read>
auto read_body(std::string_view body, Read read) -> Result<decltype(read(std::declval<MemberReader&>()))> {
  SIGNET_TRY_ASSIGN(const json::value value, parse_json(body, kAnswerLimits));
  MemberReader members(value, std::string(kJsonRoot));
  auto result = read(members);
  SIGNET_TRY(members.finish());
  return result;
}

/// Reads a value that stands inside another; its error becomes that of the outer reader.
template <class Read>
auto read_inside(MemberReader& outer, const json::value& value, const std::string& path, Read read) {
  MemberReader members(value, path);
  auto result = read(members);
  if (auto finished = members.finish(); !finished) outer.refuse(std::move(finished).error());
  return result;
}

template <class Read>
auto read_elements(MemberReader& outer, std::string_view name, Read read) {
  std::vector<decltype(read(outer))> elements;
  if (const json::array* array = outer.array(name)) {
    for (const json::value& value : *array) {
      const std::string path = json_path_element(outer.path_of(name), elements.size());
      elements.push_back(read_inside(outer, value, path, read));
    }
  }
  return elements;
}

/// The members of an object whose names are data, such as those of keys.
template <class Read>
auto read_named(MemberReader& outer, std::string_view name, Read read) {
  std::map<std::string, decltype(read(outer))> named;
  if (const json::object* object = outer.object(name)) {
    for (const json::key_value_pair& member : *object) {
      const std::string path = json_path_member(outer.path_of(name), member.key());
      named.emplace(member.key(), read_inside(outer, member.value(), path, read));
    }
  }
  return named;
}

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

MayAsk read_may_ask(MemberReader& members) {
  return {.claims = members.texts("claims"),
          .scope = members.boolean("scope"),
          .scope_required = members.boolean("scope_required"),
          .default_lifetime = members.optional_integer("default_lifetime", 1, kAnyInteger),
          .max_lifetime = members.optional_integer("max_lifetime", 1, kAnyInteger)};
}

json::object to_json(const MayAsk& may_ask) {
  json::object object{{"claims", json::array(may_ask.claims.begin(), may_ask.claims.end())},
                      {"scope", may_ask.scope},
                      {"scope_required", may_ask.scope_required}};
  if (may_ask.default_lifetime) object.emplace("default_lifetime", *may_ask.default_lifetime);
  if (may_ask.max_lifetime) object.emplace("max_lifetime", *may_ask.max_lifetime);
  return object;
}

std::uint32_t read_id(MemberReader& members, std::string_view name) {
  return static_cast<std::uint32_t>(members.integer(name, 0, kLargestId));
}

std::vector<std::uint32_t> read_ids(MemberReader& members, std::string_view name) {
  std::vector<std::uint32_t> ids;
  const json::array* array = members.array(name);
  if (array == nullptr) return ids;
  for (const json::value& value : *array) {
    const std::int64_t* id = value.if_int64();
    if (id == nullptr || *id < 0 || *id > kLargestId) {
      members.refuse_element(name, ids.size(), "is not an integer from 0 to 4294967295");
      return {};
    }
    ids.push_back(static_cast<std::uint32_t>(*id));
  }
  return ids;
}

}  // namespace

Result<TokenAnswer> read_token_answer(std::string_view body) {
  return read_body(body, [](MemberReader& members) {
    return TokenAnswer{.token = members.text("token"),
                       .key = members.text("key"),
                       .kid = members.text("kid"),
                       .alg = members.text("alg"),
                       .issued_at = members.integer("issued_at", 0, kAnyInteger),
                       .expires_at = members.nullable_integer("expires_at", 0, kAnyInteger),
                       .reusable_until = members.integer("reusable_until", 0, kAnyInteger),
                       .cached = members.boolean("cached")};
  });
}

std::string write(const TokenAnswer& answer) {
  return json::serialize(json::object{{"token", answer.token},
                                      {"key", answer.key},
                                      {"kid", answer.kid},
                                      {"alg", answer.alg},
                                      {"issued_at", answer.issued_at},
                                      {"expires_at", or_null(answer.expires_at)},
                                      {"reusable_until", answer.reusable_until},
                                      {"cached", answer.cached}});
}

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

Result<WhoAmI> read_who_am_i(std::string_view body) {
  return read_body(body, [](MemberReader& members) {
    return WhoAmI{.uid = read_id(members, "uid"),
                  .user = members.text("user"),
                  .gid = read_id(members, "gid"),
                  .groups = read_ids(members, "groups"),
                  .unit = members.optional_text("unit"),
                  .slice = members.optional_text("slice")};
  });
}

std::string write(const WhoAmI& who) {
  json::object object{{"uid", who.uid}, {"user", who.user}, {"gid", who.gid}};
  object.emplace("groups", json::array(who.groups.begin(), who.groups.end()));
  if (who.unit) object.emplace("unit", *who.unit);
  if (who.slice) object.emplace("slice", *who.slice);
  return json::serialize(object);
}

Result<Health> read_health(std::string_view body) {
  return read_body(body, [](MemberReader& members) {
    Health health{.status = members.text("status"),
                  .api = static_cast<int>(members.integer("api", 1, kLargestApi)),
                  .audit = members.text("audit")};
    health.tokens = read_named(members, "tokens", [](MemberReader& inside) {
      return TokenHealth{inside.text("state"), inside.text("message"), inside.integer("since", 0, kAnyInteger)};
    });
    health.keys = read_named(members, "keys", [](MemberReader& inside) {
      return KeyHealth{inside.text("state"), inside.text("message")};
    });
    return health;
  });
}

std::string write(const Health& health) {
  json::object tokens;
  for (const auto& [name, token] : health.tokens) {
    tokens.emplace(name, json::object{{"state", token.state}, {"message", token.message}, {"since", token.since}});
  }
  json::object keys;
  for (const auto& [name, key] : health.keys) {
    keys.emplace(name, json::object{{"state", key.state}, {"message", key.message}});
  }
  return json::serialize(json::object{{"status", health.status},
                                      {"api", health.api},
                                      {"audit", health.audit},
                                      {"tokens", std::move(tokens)},
                                      {"keys", std::move(keys)}});
}

std::string write_jwks(const std::vector<json::object>& keys) {
  return json::serialize(json::object{{"keys", json::array(keys.begin(), keys.end())}});
}

Result<std::vector<json::object>> read_jwks(std::string_view body) {
  return read_body(body, [](MemberReader& members) {
    std::vector<json::object> keys;
    if (const json::array* array = members.array("keys")) {
      for (const json::value& key : *array) {
        if (!key.is_object()) {
          members.refuse_element("keys", keys.size(), "is not an object");
          break;
        }
        keys.push_back(key.get_object());
      }
    }
    return keys;
  });
}

Result<Problem> read_problem(std::string_view body) {
  return read_body(body, [](MemberReader& members) {
    Problem problem;
    const std::optional<ErrorCode> code = error_code_from_name(members.text("code"));
    if (!code || error_info(*code).http_status == 0) members.refuse("code", "is not a code of this API");
    problem.code = code.value_or(ErrorCode::internal);
    problem.detail = members.text("detail");
    problem.request_id = members.text("request_id");
    if (members.optional_array("errors") != nullptr) problem.errors = members.texts("errors");
    // The catalogue says these again.
    members.optional_text("type");
    members.text("title");
    members.integer("status", 400, 599);
    return problem;
  });
}

std::string write(const Problem& problem) {
  const ErrorInfo& info = error_info(problem.code);
  json::object object{{"type", "about:blank"},    {"title", info.title}, {"status", info.http_status},
                      {"detail", problem.detail}, {"code", info.name},   {"request_id", problem.request_id}};
  if (!problem.errors.empty()) object.emplace("errors", json::array(problem.errors.begin(), problem.errors.end()));
  return json::serialize(object);
}

}  // namespace signet
