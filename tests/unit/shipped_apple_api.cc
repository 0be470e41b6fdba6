#include "tests/unit/shipped_profiles.h"

// Sections 1 and 2: the Enterprise Program, App Store Connect, notarisation, and the App Store's own servers.
namespace signet::rules {
namespace {

const std::string kKeyId = "key-id = 2X9R4HXF34\n";
const std::string kIssuer = "issuer = 57246542-96fe-1a63-e053-0824d011072a\n";
const std::string kTeamKey = kKeyId + kIssuer;
const std::string kDeveloper = kTeamKey + "role = developer\n";
const std::string kIndividual = kKeyId + "key-kind = individual\nrole = developer\n";
const std::string kApp = kTeamKey + "bundle-id = com.example.app\n";

const std::string kTyped = R"({"alg":"ES256","kid":"2X9R4HXF34","typ":"JWT"})";
const std::string kIss = R"({"iss":"57246542-96fe-1a63-e053-0824d011072a",)";
const std::string kNonce = std::string(R"("nonce":")") + kUuidText + "\",";

std::vector<ShippedJwt> jwts() {
  return {
      {"apple-enterprise", kDeveloper, "", kTyped,
       kIss + R"("aud":"apple-developer-enterprise-v1","iat":1699999940,"exp":1700000840})"},
      {"apple-enterprise", kTeamKey + "role = admin\n", R"({"scope":["GET /v1/devices?limit=5"],"lifetime":120})",
       kTyped,
       kIss + R"("aud":"apple-developer-enterprise-v1","scope":["GET /v1/devices?limit=5"],)"
              R"("iat":1699999940,"exp":1700000120})"},
      {"app-store-connect", kDeveloper, "", kTyped,
       kIss + R"("aud":"appstoreconnect-v1","iat":1699999940,"exp":1700000840})"},
      {"app-store-connect", kIndividual, "", kTyped,
       R"({"sub":"user","aud":"appstoreconnect-v1","iat":1699999940,"exp":1700000840})"},
      {"notary", kTeamKey, "", kTyped,
       kIss + R"("aud":"appstoreconnect-v1","scope":["/notary/v2"],"iat":1699999940,"exp":1700000840})"},
      {"app-store-server", kApp, "", kTyped,
       kIss + R"("aud":"appstoreconnect-v1","bid":"com.example.app","iat":1699999940,"exp":1700000300})"},
      {"storekit-promotional-offer", kApp,
       R"({"claims":{"transactionId":"2000000123456789","offerIdentifier":"spring","productId":"com.example.pro"}})",
       kTyped,
       kIss + R"("aud":"promotional-offer","bid":"com.example.app",)" + kNonce +
           R"("productId":"com.example.pro","offerIdentifier":"spring","transactionId":"2000000123456789",)"
           R"("iat":1699999940})"},
      {"storekit-promotional-offer", kApp, R"({"claims":{"offerIdentifier":"spring","productId":"com.example.pro"}})",
       kTyped,
       kIss + R"("aud":"promotional-offer","bid":"com.example.app",)" + kNonce +
           R"("productId":"com.example.pro","offerIdentifier":"spring","iat":1699999940})"},
      {"storekit-introductory-offer", kApp,
       R"({"claims":{"productId":"com.example.pro","allowIntroductoryOffer":false,"transactionId":"7"}})", kTyped,
       kIss + R"("aud":"introductory-offer-eligibility","bid":"com.example.app",)" + kNonce +
           R"("productId":"com.example.pro","allowIntroductoryOffer":false,"transactionId":"7","iat":1699999940})"},
      {"storekit-advanced-commerce", kApp, R"({"claims":{"request":"eyJvcGVyYXRpb24iOiJDUkVBVEUifQ=="}})", kTyped,
       kIss + R"("aud":"advanced-commerce-api","bid":"com.example.app",)" + kNonce +
           R"("request":"eyJvcGVyYXRpb24iOiJDUkVBVEUifQ==","iat":1699999940})"},
  };
}

std::vector<ShippedRefusal> refusals() {
  const std::string one_entry = "scope[0] must be GET, one space and an absolute path";
  return {
      {"apple-enterprise", kDeveloper, R"({"scope":"GET /v1/devices"})", "scope must be an array of texts"},
      {"apple-enterprise", kDeveloper, R"({"scope":["POST /v1/devices"]})", one_entry},
      {"apple-enterprise", kDeveloper, R"({"scope":["/v1/devices"]})", one_entry},
      {"apple-enterprise", kDeveloper, R"({"claims":{"sub":"user"}})", "claims.sub may not be given"},
      {"apple-enterprise", kTeamKey + "role = admin\n", "", "scope is missing"},
      {"apple-enterprise", kDeveloper, R"({"lifetime":1200})", "A lifetime of 1200 s is longer than 1140 s",
       ErrorCode::lifetime_rejected},
      {"app-store-connect", kDeveloper, R"({"scope":["DELETE /v1/users/1"]})", one_entry},
      {"app-store-connect", kDeveloper, R"({"claims":{"bid":"com.example.app"}})", "claims.bid may not be given"},
      {"app-store-connect", kIndividual, R"({"claims":{"iss":"x"}})", "claims.iss is set by the service alone"},
      {"app-store-connect", kDeveloper + "long-lived = allow\n", R"({"scope":["GET /v1/apps"],"lifetime":86400})",
       "A lifetime of 86400 s is longer than 1140 s", ErrorCode::lifetime_rejected},
      {"app-store-connect", kDeveloper, R"({"scope":["GET /v1/ciProducts"],"lifetime":86400})",
       "A lifetime of 86400 s is longer than 1140 s", ErrorCode::lifetime_rejected},
      {"notary", kTeamKey, R"({"scope":["/notary/v2"]})", "scope may not be given"},
      {"notary", kTeamKey, R"({"claims":{"scope":["GET /v1/users"]}})", "scope may not be given"},
      {"app-store-server", kApp, R"({"scope":["GET /inApps"]})", "scope may not be given"},
      {"app-store-server", kApp, R"({"claims":{"nonce":"1"}})", "claims.nonce may not be given"},
      {"storekit-promotional-offer", kApp, "", "claims.productId is missing"},
      {"storekit-promotional-offer", kApp, R"({"claims":{"productId":"a"}})", "claims.offerIdentifier is missing"},
      {"storekit-promotional-offer", kApp, R"({"claims":{"productId":"a","offerIdentifier":"b","exp":1700000100}})",
       "claims.exp is set by the service alone"},
      {"storekit-promotional-offer", kApp,
       R"({"claims":{"productId":"a","offerIdentifier":"b","allowIntroductoryOffer":true}})",
       "claims.allowIntroductoryOffer may not be given"},
      {"storekit-introductory-offer", kApp,
       R"({"claims":{"productId":"a","allowIntroductoryOffer":"true","transactionId":"7"}})",
       "claims.allowIntroductoryOffer must be true or false"},
      {"storekit-introductory-offer", kApp, R"({"claims":{"productId":"a","allowIntroductoryOffer":true}})",
       "claims.transactionId is missing"},
      {"storekit-advanced-commerce", kApp, R"({"claims":{"request":{"operation":"CREATE"}}})",
       "claims.request must be a text"},
      {"storekit-advanced-commerce", kApp, R"({"claims":{"request":"e30_"}})", "claims.request must be 1 to 8192"},
  };
}

std::vector<ShippedProblem> problems() {
  return {
      {"apple-enterprise", kKeyId + "role = developer\n", "issuer: is missing"},
      {"apple-enterprise", kTeamKey, "role: is missing"},
      {"apple-enterprise", kIssuer + "role = developer\nkey-id = 2x9r4hxf34\n",
       "key-id: must be 10 characters of A-Z0-9"},
      {"apple-enterprise", kTeamKey + "role = finance\n", "role: is not one that the service knows"},
      {"apple-enterprise", kDeveloper + "long-lived = allow\n", "long-lived: means nothing"},
      {"apple-enterprise", kDeveloper + "key-kind = individual\n", "key-kind: "},
      {"apple-enterprise", kDeveloper + "lifetime = 20min\n", "lifetime: is above 1140s"},
      {"apple-enterprise", kDeveloper + "alg = RS256\n", "alg: is not what profile apple-enterprise allows"},
      {"app-store-connect", kIndividual + kIssuer, "issuer: belongs to another kind of key"},
      {"app-store-connect", kKeyId + "role = developer\n", "issuer: is missing"},
      {"notary", kKeyId, "issuer: is missing"},
      {"app-store-server", kTeamKey, "bundle-id: is missing"},
      {"app-store-server", kTeamKey + "bundle-id = com/example\n", "bundle-id: must be 1 to 155 characters"},
      {"storekit-promotional-offer", kTeamKey, "bundle-id: is missing"},
      {"storekit-promotional-offer", kApp + "lifetime = 1min\n", "lifetime: means nothing"},
      {"storekit-introductory-offer", kKeyId, "issuer: is missing"},
      {"storekit-advanced-commerce", kApp + "aud = promotional-offer\n", "aud: "},
  };
}

}  // namespace

ShippedTables apple_api_tables() {
  return {.rules = {{"apple-enterprise", "ES256", "iat exp", 840, 1200, 60, "half"},
                    {"app-store-connect", "ES256", "iat exp", 840, 1200, 60, "half"},
                    {"notary", "ES256", "iat exp", 840, 1200, 60, "half"},
                    {"app-store-server", "ES256", "iat exp", 300, 3600, 60, "once"},
                    {"storekit-promotional-offer", "ES256", "iat", 0, 0, 60, "once"},
                    {"storekit-introductory-offer", "ES256", "iat", 0, 0, 60, "once"},
                    {"storekit-advanced-commerce", "ES256", "iat", 0, 0, 60, "once"}},
          .jwts = jwts(),
          .refusals = refusals(),
          .problems = problems()};
}

}  // namespace signet::rules
