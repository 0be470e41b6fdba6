#include <limits>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "proto/answer_reading.h"
#include "proto/api.h"
#include "proto/json_members.h"
#include "proto/json_path.h"

// What the daemon answers.
namespace signet {
namespace {

namespace json = boost::json;

constexpr std::int64_t kLargestApi = 1000000;
constexpr std::int64_t kLargestId = std::numeric_limits<std::uint32_t>::max();

json::value or_null(const std::optional<std::int64_t>& number) {
  return number ? json::value(*number) : json::value(nullptr);
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
