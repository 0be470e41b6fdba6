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
  TextRule rule;
  std::optional<std::string> default_value{};  ///< absent: the key file must give it
  When when{};                                 ///< where it does not hold, the key file must not give it
};

/// A member of the header or of the claims. Texts in `value`, at any depth, may hold `${variable}`.
struct Member {
  std::string name;
  boost::json::value value;
  When when{};
};

enum class ClaimType { text, integer, boolean, texts };

/// A claim that the caller may give.
struct CallerClaim {
  std::string name;
  ClaimType type = ClaimType::text;
  TextRule rule{};       ///< of a text, and of each of `texts`
  std::int64_t min = 0;  ///< of an integer
  std::int64_t max = 0;
  std::size_t max_items = 16;  ///< of `texts`
  bool required = false;
  bool secret = false;  ///< its value stands in no record
};

/// `scope` has no common form: Apple wants an array of "GET /path?query", Google one text of words, Maps a plain text.
enum class ScopeShape { array, words, text };
enum class ScopeEntry { get_resource, text };

struct ScopeRule {
  ScopeShape shape = ScopeShape::array;
  ScopeEntry entry = ScopeEntry::get_resource;
  TextRule rule{};  ///< of each entry
  std::size_t max_entries = 64;
};

/// Tokens that may live longer than the cap: only where the key file says `long-lived = allow`, a scope is present and
/// each of its entries names one of these resources.
struct LongLived {
  std::chrono::seconds cap{};
  std::vector<std::string> resources{};  ///< paths, `*` stands for one segment
};

/// All of it counts from the daemon's clock: iat = now - backdate, exp = now + lifetime, exp - iat never above cap.
struct LifetimeRule {
  std::chrono::seconds backdate{};
  std::optional<std::chrono::seconds>
      default_lifetime{};  ///< absent: the service wants no `exp`, and no lifetime may be asked for
  std::chrono::seconds cap{};
  std::optional<LongLived> long_lived{};

  bool expires() const { return default_lifetime.has_value(); }
  std::chrono::seconds max_lifetime() const { return cap - backdate; }
};

struct ReuseRule {
  bool allowed = true;                            ///< false: every request gets a JWT of its own
  std::optional<int> min_left_percent{};          ///< of the asked lifetime; absent: 50
  std::optional<std::chrono::seconds> max_age{};  ///< required where there is no `exp`
  std::chrono::seconds min_age{};                 ///< `fresh` does not beat it
};

struct Profile {
  std::string name;  ///< the file's name without .json
  std::string title;
  std::string source;                 ///< URL of the service's own page
  Sha256Digest digest{};              ///< of the file's text
  std::vector<Algorithm> algorithms;  ///< the first is the default
  std::map<std::string, Variable> variables;
  std::vector<Member> header;              ///< after `alg`, in the file's order
  std::vector<Member> claims;              ///< in the file's order; before the caller's
  std::vector<CallerClaim> caller_claims;  ///< in the file's order
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
