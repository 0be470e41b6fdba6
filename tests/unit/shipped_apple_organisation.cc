#include "tests/unit/shipped_profiles.h"

// Section 3, services that take a client assertion or secret of an organisation: Apple Business, School and Ads.
namespace signet::rules {
namespace {

const std::string kId = "9703f56c-10ce-4876-8f59-e78e5e23a152";
const std::string kKeyId = "key-id = d136aa66-0c3b-4bd4-9892-c20e8db024ab\n";
const std::string kBusiness = kKeyId + "client-id = BUSINESSAPI." + kId + "\n";
const std::string kSchool = kKeyId + "client-id = SCHOOLAPI." + kId + "\n";
const std::string kAds = kKeyId + "client-id = SEARCHADS." + kId + "\nteam-id = SEARCHADS." + kId + "\n";

const std::string kHeader = R"({"alg":"ES256","kid":"d136aa66-0c3b-4bd4-9892-c20e8db024ab"})";

std::string assertion(const std::string& client, const std::string& times) {
  return R"({"iss":")" + client + R"(","sub":")" + client +
         R"(","aud":"https://account.apple.com/auth/oauth2/v2/token","jti":")" + kUuidText + "\"," + times + "}";
}

std::vector<ShippedJwt> jwts() {
  return {
      {"apple-business", kBusiness, "", kHeader,
       assertion("BUSINESSAPI." + kId, R"("iat":1699999940,"exp":1700000300)")},
      {"apple-business", kBusiness, R"({"lifetime":15551939})", kHeader,
       assertion("BUSINESSAPI." + kId, R"("iat":1699999940,"exp":1715551939)")},
      {"apple-school", kSchool, "", kHeader, assertion("SCHOOLAPI." + kId, R"("iat":1699999940,"exp":1700000300)")},
      {"apple-ads", kAds, "", kHeader,
       R"({"iss":"SEARCHADS.)" + kId + R"(","sub":"SEARCHADS.)" + kId +
           R"(","aud":"https://appleid.apple.com","iat":1699999940,"exp":1700000840})"},
  };
}

std::vector<ShippedRefusal> refusals() {
  return {
      {"apple-business", kBusiness, R"({"claims":{"jti":"x"}})", "claims.jti is set by the service alone"},
      {"apple-business", kBusiness, R"({"claims":{"aud":"https://account.apple.com/auth/oauth2/token"}})",
       "claims.aud is set by the service alone"},
      {"apple-business", kBusiness, R"({"lifetime":15551940})", "A lifetime of 15551940 s is longer than 15551939 s",
       ErrorCode::lifetime_rejected},
      {"apple-business", kBusiness, R"({"scope":"business.api"})", "scope may not be given"},
      {"apple-school", kSchool, R"({"claims":{"sub":"x"}})", "claims.sub is set by the service alone"},
      {"apple-ads", kAds, R"({"claims":{"jti":"x"}})", "claims.jti may not be given"},
      {"apple-ads", kAds, R"({"lifetime":15552000})", "A lifetime of 15552000 s is longer than 15551940 s",
       ErrorCode::lifetime_rejected},
  };
}

std::vector<ShippedProblem> problems() {
  const std::string expected = "client-id: must begin with BUSINESSAPI. and be a UUID";
  return {
      {"apple-business", kSchool, expected},
      {"apple-business", kKeyId + "client-id = " + kId + "\n", expected},
      {"apple-business", "key-id = 2X9R4HXF34\nclient-id = BUSINESSAPI." + kId + "\n", "key-id: must be a UUID"},
      {"apple-school", kBusiness, "client-id: must begin with SCHOOLAPI. and be a UUID"},
      {"apple-ads", kKeyId + "client-id = SEARCHADS." + kId + "\n", "team-id: is missing"},
      {"apple-ads", kKeyId + "client-id = SEARCHADS.1\nteam-id = SEARCHADS." + kId + "\n",
       "client-id: must begin with SEARCHADS. and be a UUID"},
  };
}

}  // namespace

ShippedTables apple_organisation_tables() {
  return {.rules = {{"apple-business", "ES256", "iat exp", 300, 15551999, 60, "once"},
                    {"apple-school", "ES256", "iat exp", 300, 15551999, 60, "once"},
                    {"apple-ads", "ES256", "iat exp", 840, 15552000, 60, "half"}},
          .jwts = jwts(),
          .refusals = refusals(),
          .problems = problems()};
}

}  // namespace signet::rules
