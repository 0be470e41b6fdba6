#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <boost/json/value.hpp>

#include "daemon/rules/text_rule.h"
#include "proto/algorithm.h"
#include "proto/config_file.h"
#include "proto/sha256.h"

// One remote service's rules, read from one JSON file. docs/profiles.md describes the language.
namespace signet::rules {

/// Holds for a key whose variables have these values: {"key-kind": "individual"}. An empty one always holds.
using When = std::map<std::string, std::string>;

/// An option of key files that this profile adds.
struct Variable {
  TextRule rule;                                 ///< of what the key file says; the changes come after it
  std::optional<std::string> default_value{};    ///< absent: the key file must give it, but for an optional one
  bool optional = false;                         ///< members that use an absent one are left out
  bool upper_case = false;                       ///< a-z become A-Z
  std::map<std::string, std::string> replace{};  ///< then each text on the left becomes the one on the right
  When when{};                                   ///< where it does not hold, the key file must not give it
};

/// A member of the header or of the claims. Texts in `value`, at any depth, may hold `${variable}`.
struct Member {
  std::string name;
  boost::json::value value;
  When when{};
};

enum class ClaimType { text, integer, boolean, texts, object };

/// A claim that the caller may give.
struct CallerClaim {
  std::string name;
  ClaimType type = ClaimType::text;
  TextRule rule{};       ///< of a text, and of each of `texts`
  std::int64_t min = 0;  ///< of an integer
  std::int64_t max = 0;
  std::size_t min_items = 1;           ///< of `texts`
  std::size_t max_items = 16;          ///< of `texts`
  std::vector<CallerClaim> members{};  ///< of an `object`, in the file's order; without defaults of their own
  bool required = false;
  bool secret = false;  ///< its value stands in no record
  std::optional<boost::json::value>
      default_value{};  ///< where the request does not give it; its texts may hold `${variable}` and `${uuid}`
};

/// `scope` has no common form: Apple wants an array of "GET /path?query", Google one text of words, Maps a plain text.
enum class ScopeShape { array, words, text };
enum class ScopeEntry { get_resource, text };

struct ScopeRule {
  ScopeShape shape = ScopeShape::array;
  ScopeEntry entry = ScopeEntry::get_resource;
  TextRule rule{};  ///< of each entry
  std::size_t max_entries = 64;
  std::optional<boost::json::value> default_value{};  ///< as a request would give it, where a request gives none
};

/// Tokens that may live longer than the cap: only where the key file says `long-lived = allow`, a scope is present and
/// each of its entries names one of these resources.
struct LongLived {
  std::chrono::seconds cap{};
  std::vector<std::string> resources{};  ///< paths, `*` stands for one segment
};

/// The times of RFC 7519 sections 4.1.4 to 4.1.6. `nbf` is always equal to `iat`.
enum class TimeClaim { iat, nbf, exp };

/// All of it counts from the daemon's clock: iat = now - backdate, exp = now + lifetime, exp - iat never above cap.
struct LifetimeRule {
  std::vector<TimeClaim> claims{TimeClaim::iat, TimeClaim::exp};  ///< those that a JWT holds, in this order
  std::chrono::seconds backdate{};
  std::optional<std::chrono::seconds>
      default_lifetime{};  ///< absent: the service wants no `exp`, and no lifetime may be asked for
  std::chrono::seconds cap{};
  bool fixed = false;  ///< no lifetime but the default: neither request nor key file may name another
  std::optional<LongLived> long_lived{};

  bool expires() const { return default_lifetime.has_value(); }
  std::chrono::seconds max_lifetime() const { return fixed ? *default_lifetime : cap - backdate; }
};

struct ReuseRule {
  bool allowed = true;                            ///< false: every request gets a JWT of its own
  bool allowed_stated = false;                    ///< the file itself says one or the other
  bool shared = false;                            ///< one JWT serves all key names of equal header, claims and key
  std::optional<int> min_left_percent{};          ///< of the asked lifetime; absent: 50
  std::optional<std::chrono::seconds> max_age{};  ///< required where there is no `exp`
  std::chrono::seconds min_age{};                 ///< `fresh` does not beat it
};

enum class MemberOrder { file, sorted };

struct Profile {
  std::string name;  ///< the file's name without .json
  std::string title;
  std::string source;                    ///< URL of the service's own page
  std::vector<std::string> second_hand;  ///< sentences: what of this file its source does not say
  Sha256Digest digest{};                 ///< of the file's JSON, whatever its white space is
  std::vector<Algorithm> algorithms;     ///< the first is the default
  std::map<std::string, Variable> variables;
  MemberOrder order = MemberOrder::file;   ///< sorted: by name at every depth of header and payload
  std::vector<Member> header;              ///< after `alg`, in the file's order
  std::vector<Member> claims;              ///< in the file's order; before the caller's
  std::vector<CallerClaim> caller_claims;  ///< in the file's order
  bool open_claims = false;                ///< a key file may set claims that this profile does not name
  std::optional<ScopeRule> scope;
  std::vector<std::string> exactly_one_of;  ///< of these caller claims (and "scope") a request gives exactly one
  std::vector<std::string> roles;           ///< where not empty, a key file must say which one its key has
  std::vector<std::string>
      scope_required_for;  ///< roles whose tokens need a scope unless the key file says `unscoped = allow`
  LifetimeRule lifetime;
  ReuseRule reuse;
};

using ProfilePtr = std::shared_ptr<const Profile>;  ///< shared by the keys of one configuration; immutable

struct ProfileReading {
  ProfilePtr profile;                   ///< null where there is a problem
  std::vector<ConfigProblem> problems;  ///< `option` holds the JSON path ("$.claims.iss.when")
};

/// Reads one profile. Unknown members and impossible combinations are problems, and all of them are listed; text that
/// is not JSON is one. Any thread.
ProfileReading read_profile(const std::string& file, std::string_view text);

}  // namespace signet::rules
