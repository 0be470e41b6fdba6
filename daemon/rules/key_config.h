#pragma once

#include <array>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "daemon/rules/accounts.h"
#include "daemon/rules/allow.h"
#include "daemon/rules/key_rules.h"
#include "daemon/rules/profile.h"
#include "daemon/rules/rotation_plan.h"
#include "proto/bytes.h"
#include "proto/config_file.h"
#include "proto/rate.h"
#include "proto/sha256.h"

namespace signet::rules {

/// The options of every key file; a profile's variables are the others.
inline constexpr auto kKeyOptions = std::to_array<std::string_view>({
    "token",         "object",        "public-key",   "profile",    "alg",      "role",  // which key it is
    "allow",         "mode",          "unscoped",     "long-lived", "lifetime", "rate",  // who gets what of it
    "rate-total",    "rate-cached",                                                      // how often
    "caller-claims", "claim",         "claim-allow",                                     // and of what kind
    "scope-allow",   "require-scope", "max-lifetime",                                    //
    "publish",       "probe",                                                            // what else is done with it
    "next",          "retiring",                                                         // its other objects
});

/// `public-key`: the hash of the key's SubjectPublicKeyInfo, and the whole of it where the token shows no public key.
struct PublicKeyPin {
  Sha256Digest spki_sha256{};
  Bytes spki{};  ///< DER; empty where only the hash is known
};

/// Everything one keys.d/NAME.conf and its profile say, checked against each other. Immutable; any thread.
struct KeyPolicy {
  std::string name;                   ///< of the file, without .conf: what callers say
  std::string token;                  ///< token-dir/TOKEN.sock
  std::string object;                 ///< canonical PKCS#11 URI
  std::optional<PublicKeyPin> pin{};  ///< absent: the first use is recorded by the daemon
  ProfilePtr profile;
  Algorithm algorithm = Algorithm::es256;
  std::map<std::string, std::string> variables{};  ///< those that apply, defaults filled in
  std::string role{};                              ///< empty where the profile knows no roles
  bool unscoped_allowed = false;                   ///< `unscoped = allow`
  bool long_lived_allowed = false;                 ///< `long-lived = allow`
  std::vector<AllowLine> allow{};
  KeyRules rules{};
  std::vector<RateLimit> rate{};         ///< of each caller; empty: no limit
  std::vector<RateLimit> rate_total{};   ///< of all callers together
  std::vector<RateLimit> rate_cached{};  ///< of each caller, for answers from the cache, in place of the other two
  std::optional<std::chrono::seconds> default_lifetime{};  ///< the key file's, else the profile's; absent: no `exp`
  bool publish = false;                                    ///< in /v1/jwks
  bool probe = true;                                       ///< may sign probes while its token is idle
  Rotation rotation{};
  bool in_rotation = false;        ///< read from `next` or `retiring`: its first use is recorded on its own
  std::string kid{};               ///< the header's; empty where the profile sets none, or the thumbprint
  bool kid_is_thumbprint = false;  ///< the header's `kid` is known with the key
  std::string header_json{};       ///< the whole JOSE header: no request changes it. It may hold marks (late_values.h)
  boost::json::object
      fixed_claims{};  ///< the profile's claims with the variables filled in, and forced ones: no request changes them
  boost::json::object default_claims{};  ///< what stands in for caller claims that a request does not give
};

/// The longest lifetime by profile and `long-lived`, whatever the key's own rules say; the profile has an expiry. Any
/// thread.
std::chrono::seconds profile_longest(const KeyPolicy& key);
/// The same with `max-lifetime`, also where that is only recorded; nothing where the profile has no expiry.
std::optional<std::chrono::seconds> longest_lifetime(const KeyPolicy& key);
/// Does the key's role demand a scope by its profile, and no `unscoped = allow` lifts it? Any thread.
bool role_demands_scope(const KeyPolicy& key);

struct KeyReading {
  std::optional<KeyPolicy> key{};  ///< nothing where there is a problem
  std::vector<AllowLine> allow{};  ///< what could be read of it: who may be told that the key is broken
  std::string profile_name{};
  std::string token{};
  std::vector<ConfigProblem> problems{};
};

/// The key's name from its file's path: "/etc/signet/keys.d/apple.conf" gives "apple". Error bad_input for a name no
/// caller could say.
Result<std::string> key_name_of(std::string_view path);

/// Reads one key file. `profiles` holds null for a profile that exists and is broken. Every problem is listed. Any
/// thread that may block on `accounts`.
KeyReading read_key_config(std::string file, std::string_view text, const std::map<std::string, ProfilePtr>& profiles,
                           const Accounts& accounts);

}  // namespace signet::rules
