#include "daemon/rules/policy_warnings.h"
#include "tests/unit/rules_fixture.h"

using namespace signet;
using namespace signet::rules;

namespace {

const std::string kPinned =
    kAppleKey + "public-key = sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n";

/// Of a file that has these lines more; "" where it has none.
std::string warning(const std::string& lines, const std::string& file = kPinned) {
  const auto warnings = policy_warnings(key_of(file + lines), 65534);
  for (const auto& each : warnings) UNSCOPED_INFO(each);
  REQUIRE(warnings.size() <= 1);
  return warnings.empty() ? "" : warnings.front();
}

}  // namespace

TEST_CASE("An ordinary key file gives no warning") {
  CHECK(warning("").empty());
  CHECK(warning("scope-allow = GET /v1/*\nmax-lifetime = 5min\nallow = gid:65534 uid:7\n").empty());
}

TEST_CASE("A key that nobody may use, or everybody, is warned of") {
  CHECK(warning("", replaced(kPinned, "allow   = user:ci\n", "")) ==
        "There is no allow line, so nobody may use this key.");
  for (const char* words : {"gid:65534", "gid:65534 gid:65534"})
    CHECK(warning(std::string("allow = ") + words + "\n").starts_with(std::string("allow = ") + words + ": on most"));
}

TEST_CASE("A line for the uid that the daemon never serves is warned of") {
  for (const char* words : {"uid:65534", "uid:65534 gid:65534"})
    CHECK(warning(std::string("allow = ") + words + "\n")
              .starts_with(std::string("allow = ") + words + ": this never admits anybody; uid 65534"));
}

TEST_CASE("A limit that another one makes pointless is warned of") {
  CHECK(warning("rate = 10/s, 5/s\n") == "rate: 10/s never refuses what 5/s lets pass; remove it.");
  CHECK(warning("rate = 10/s, 10/s\n") == "rate: 10/s never refuses what 10/s lets pass; remove it.");
  CHECK(warning("rate-total = 20/s, 10/min\n") == "rate-total: 20/s never refuses what 10/min lets pass; remove it.");
  CHECK(warning("rate-cached = 1/s, 60/min\n") == "rate-cached: 60/min never refuses what 1/s lets pass; remove it.");
  CHECK(warning("rate = 10/s, 599/min, 2000/day\nrate-total = 5/s\n").empty());
}

TEST_CASE("A pattern that no scope can be like is warned of") {
  for (const char* glob : {"POST /v1/**", "GET /v1/../x", "GET /v1/apps/", "GET /v1/%2e%2e/*", "get /v1/**", "GET *",
                           "GET /v1//apps", "*", "/v1/apps"})
    CHECK(warning(std::string("scope-allow = ") + glob + "\n")
              .starts_with(std::string("scope-allow = ") + glob + ": no scope that profile apple-enterprise takes"));
  for (const char* glob : {"GET /v1/apps", "GET /v1/*", "GET /v1/**", "GET **", "**", "GET /v1/apps\\?**", "**/builds",
                           "GET /*/apps\\?filter=*", "GET /v1/apps*", "GET /v1/?"})
    CHECK(warning(std::string("scope-allow = ") + glob + "\n").empty());
}

TEST_CASE("Rules that do not bind are warned of") {
  CHECK(warning("mode = audit\nmax-lifetime = 15min\n").starts_with("mode = audit: rules are recorded"));
  CHECK(warning("mode = audit\n").starts_with("mode = audit changes nothing"));
  CHECK(warning("claim scope = [\"GET /v1/x\"]\nscope-allow = GET /v1/y\n") ==
        "scope-allow rules nothing: claim scope sets the scope.");
}

TEST_CASE("A key without its public key is warned of") {
  CHECK(warning("", kAppleKey).starts_with("There is no public-key line"));
}
