#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "proto/error.h"
#include "proto/json.h"
#include "proto/result.h"

// The bodies of the HTTP API, version 1 (openapi.yaml): one struct per body, each with a reader and a writer. Readers
// refuse duplicate and unknown members, wrong types, numbers out of range and bad UTF-8 with invalid_request and the
// JSON path. Pure; any thread.
namespace signet {

inline constexpr int kApiVersion = 1;
inline constexpr std::size_t kMaxRequestBodyBytes = 64UL * 1024;

/// Body of POST /v1/keys/{key}/tokens; an empty body is an empty request.
struct TokenRequest {
  boost::json::object claims{};
  /// A string or an array of strings, as sent; the profile gives it its shape.
  std::optional<boost::json::value> scope{};
  std::optional<std::int64_t> lifetime{};  ///< seconds, 1 to 315360000
  bool fresh = false;
};
Result<TokenRequest> read_token_request(std::string_view body);
std::string write(const TokenRequest& request);

struct TokenAnswer {
  std::string token;
  std::string key;
  std::string kid;  ///< empty where the profile has no kid
  std::string alg;
  std::int64_t issued_at = 0;                ///< Unix seconds
  std::optional<std::int64_t> expires_at{};  ///< null where the profile has no expiry
  std::int64_t reusable_until = 0;
  bool cached = false;
};
Result<TokenAnswer> read_token_answer(std::string_view body);
std::string write(const TokenAnswer& answer);

/// One key as GET /v1/keys lists it. `state`: "ready", "opening", "unavailable", "disabled", "misconfigured".
struct KeySummary {
  std::string name;
  std::string profile;
  std::string alg;
  std::string kid;
  std::string state;
};
Result<std::vector<KeySummary>> read_key_list(std::string_view body);
std::string write_key_list(const std::vector<KeySummary>& keys);

/// A claim that a request may hold.
struct AskableClaim {
  std::string name;
  std::string type;  ///< "text", "texts", "integer", "boolean", "object"
  bool required = false;
  std::vector<std::string> one_of{};  ///< the texts there are; empty: any that the profile takes
  std::vector<std::string> allow{};   ///< the patterns of the key file, of which a text matches one; empty: any text
  std::optional<std::int64_t> min{};  ///< of an integer
  std::optional<std::int64_t> max{};
};
/// What the caller of GET /v1/keys/{key} may put into a request.
struct MayAsk {
  std::vector<AskableClaim> claims{};
  std::vector<std::string> exactly_one_of{};  ///< of these claims a request gives exactly one
  std::vector<std::string> forced{};          ///< claims that the key file sets; a request may not hold them
  bool scope = false;
  bool scope_required = false;
  std::vector<std::string> scope_allow{};          ///< patterns, of which each entry matches one; empty: any
  std::optional<std::int64_t> default_lifetime{};  ///< seconds; absent where the profile has no expiry
  std::optional<std::int64_t> max_lifetime{};
  std::string mode = "enforce";        ///< "audit": the rules in `audited` are broken at no cost, but recorded
  std::vector<std::string> audited{};  ///< "claim-allow sub", …
};
struct KeyDetail {
  KeySummary summary;
  std::optional<boost::json::object> jwk{};  ///< absent until the public key is known
  MayAsk may_ask{};
  std::string admitted_by{};  ///< the allow line that admits the caller, as its owner wrote it
};
Result<KeyDetail> read_key_detail(std::string_view body);
std::string write(const KeyDetail& detail);

struct WhoAmI {
  std::uint32_t uid = 0;
  std::string user{};  ///< empty where the uid has no name
  std::uint32_t gid = 0;
  std::vector<std::uint32_t> groups{};
  std::optional<std::string> unit{};   ///< the system's service or scope that the caller runs in
  std::optional<std::string> slice{};  ///< the innermost slice around it
};
Result<WhoAmI> read_who_am_i(std::string_view body);
std::string write(const WhoAmI& who);

struct TokenHealth {
  std::string state;  ///< "opening", "ready", "degraded", "absent", "pin-refused", "misconfigured", "unreachable"
  std::string message;
  std::int64_t since = 0;
};
struct KeyHealth {
  std::string state;
  std::string message;
};
/// `keys` holds only those of the caller's keys that cannot serve, with the reason.
struct Health {
  std::string status;  ///< "ok", "degraded", "down"
  int api = kApiVersion;
  std::string audit = "ok";  ///< "ok", or "failing": the audit log cannot be written, so nothing is handed out
  std::map<std::string, TokenHealth> tokens{};
  std::map<std::string, KeyHealth> keys{};
};
Result<Health> read_health(std::string_view body);
std::string write(const Health& health);

/// {"keys":[jwk…]} (RFC 7517 section 5); each JWK carries kid, use and alg.
std::string write_jwks(const std::vector<boost::json::object>& keys);
Result<std::vector<boost::json::object>> read_jwks(std::string_view body);

/// RFC 9457 problem document with `code` and `request_id`. `errors` lists the problems of a refused reload, one
/// sentence each.
struct Problem {
  ErrorCode code = ErrorCode::internal;
  std::string detail;
  std::string request_id;
  std::vector<std::string> errors{};
};
Result<Problem> read_problem(std::string_view body);
std::string write(const Problem& problem);

/// Body of POST /v1/keys/{key}/disable on the admin socket.
struct DisableRequest {
  std::string reason;  ///< 1 to 500 characters
};
Result<DisableRequest> read_disable_request(std::string_view body);
std::string write(const DisableRequest& request);

}  // namespace signet
