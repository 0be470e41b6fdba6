#include "tests/unit/shipped_profiles.h"

// Section 3, services of a developer team: push, sign-in, music, maps, weather, DeviceCheck.
namespace signet::rules {
namespace {

const std::string kKeyId = "key-id = ABC123DEFG\n";
const std::string kTeam = kKeyId + "team-id = TEAM000001\n";
const std::string kClient = kTeam + "client-id = com.example.web\n";
const std::string kWeather = kTeam + "service-id = com.example.weather\n";

const std::string kBare = R"({"alg":"ES256","kid":"ABC123DEFG"})";
const std::string kTyped = R"({"alg":"ES256","kid":"ABC123DEFG","typ":"JWT"})";

std::vector<ShippedJwt> jwts() {
  return {
      {"apns", kTeam, "", kBare, R"({"iss":"TEAM000001","iat":1699999940})"},
      {"sign-in-with-apple", kClient, "", kBare,
       R"({"iss":"TEAM000001","aud":"https://appleid.apple.com","sub":"com.example.web",)"
       R"("iat":1699999940,"exp":1700000840})"},
      {"sign-in-with-apple", kClient, R"({"lifetime":15776940})", kBare,
       R"({"iss":"TEAM000001","aud":"https://appleid.apple.com","sub":"com.example.web",)"
       R"("iat":1699999940,"exp":1715776940})"},
      {"apple-music", kTeam, "", kBare, R"({"iss":"TEAM000001","iat":1699999940,"exp":1700003600})"},
      {"apple-music", kTeam, R"({"claims":{"origin":["https://music.example","https://www.music.example:8443"]}})",
       kBare,
       R"({"iss":"TEAM000001","origin":["https://music.example","https://www.music.example:8443"],)"
       R"("iat":1699999940,"exp":1700003600})"},
      {"mapkit-js", kTeam, "", kTyped, R"({"iss":"TEAM000001","iat":1699999940,"exp":1700001800})"},
      {"mapkit-js", kTeam, R"({"claims":{"origin":"https://maps.example"}})", kTyped,
       R"({"iss":"TEAM000001","origin":"https://maps.example","iat":1699999940,"exp":1700001800})"},
      {"maps-server", kTeam, "", kTyped,
       R"({"iss":"TEAM000001","scope":"server_api","iat":1699999940,"exp":1700000840})"},
      {"weatherkit", kWeather, "", R"({"alg":"ES256","kid":"ABC123DEFG","id":"TEAM000001.com.example.weather"})",
       R"({"iss":"TEAM000001","sub":"com.example.weather","iat":1699999940,"exp":1700000840})"},
      {"devicecheck", kTeam, "", kBare, R"({"iss":"TEAM000001","iat":1699999940})"},
      {"app-attest", kTeam, "", kBare, R"({"iss":"TEAM000001","iat":1699999940})"},
  };
}

std::vector<ShippedRefusal> refusals() {
  return {
      {"apns", kTeam, R"({"claims":{"aud":"x"}})", "claims.aud may not be given"},
      {"apns", kTeam, R"({"claims":{"exp":1700000100}})", "claims.exp is set by the service alone"},
      {"apns", kTeam, R"({"claims":{"iat":"1699999940000"}})", "claims.iat is set by the service alone"},
      {"apns", kTeam, R"({"lifetime":1200})", "Tokens of this key have no expiry", ErrorCode::lifetime_rejected},
      {"sign-in-with-apple", kClient, R"({"claims":{"sub":"com.example.ios"}})",
       "claims.sub is set by the service alone"},
      {"sign-in-with-apple", kClient, R"({"lifetime":15777000})", "A lifetime of 15777000 s is longer than 15776940 s",
       ErrorCode::lifetime_rejected},
      {"apple-music", kTeam, R"({"claims":{"origin":"https://music.example"}})",
       "claims.origin must be an array of 1 to 16 texts"},
      {"apple-music", kTeam, R"({"claims":{"origin":["http://music.example"]}})", "claims.origin must be an origin"},
      {"apple-music", kTeam, R"({"claims":{"origin":["https://music.example/"]}})", "claims.origin must be an origin"},
      {"apple-music", kTeam, R"({"claims":{"origin":["*.music.example"]}})", "claims.origin must be an origin"},
      {"mapkit-js", kTeam, R"({"claims":{"origin":["https://maps.example"]}})", "claims.origin must be a text"},
      {"mapkit-js", kTeam, R"({"claims":{"origin":"maps.example"}})", "claims.origin must be an origin"},
      {"maps-server", kTeam, R"({"scope":"server_api"})", "scope may not be given"},
      {"maps-server", kTeam, R"({"claims":{"scope":"client_api"}})", "scope may not be given"},
      {"weatherkit", kWeather, R"({"claims":{"aud":"weatherkit"}})", "claims.aud may not be given"},
      {"weatherkit", kWeather, R"({"claims":{"jti":"1"}})", "claims.jti may not be given"},
      {"weatherkit", kWeather, R"({"scope":"weather"})", "scope may not be given"},
      {"devicecheck", kTeam, R"({"lifetime":60})", "Tokens of this key have no expiry", ErrorCode::lifetime_rejected},
      {"app-attest", kTeam, R"({"claims":{"aud":"x"}})", "claims.aud may not be given"},
  };
}

std::vector<ShippedProblem> problems() {
  return {
      {"apns", kKeyId, "team-id: is missing"},
      {"apns", kTeam + "lifetime = 20min\n", "lifetime: means nothing to profile apns"},
      {"apns", kKeyId + "team-id = team\n", "team-id: must be 10 characters of A-Z0-9"},
      {"sign-in-with-apple", kTeam, "client-id: is missing"},
      {"apple-music", kKeyId, "team-id: is missing"},
      {"mapkit-js", kKeyId, "team-id: is missing"},
      {"maps-server", kKeyId, "team-id: is missing"},
      {"weatherkit", kTeam, "service-id: is missing"},
      {"weatherkit", kWeather + "alg = ES384\n", "alg: is not what profile weatherkit allows"},
      {"devicecheck", kKeyId, "team-id: is missing"},
      {"app-attest", kKeyId, "team-id: is missing"},
  };
}

}  // namespace

ShippedTables apple_team_tables() {
  return {.rules = {{"apns", "ES256", "iat", 0, 0, 60, "max 3000 min 1200 shared"},
                    {"sign-in-with-apple", "ES256", "iat exp", 840, 15777000, 60, "half"},
                    {"apple-music", "ES256", "iat exp", 3600, 15777000, 60, "half"},
                    {"mapkit-js", "ES256", "iat exp", 1800, 31449600, 60, "half"},
                    {"maps-server", "ES256", "iat exp", 840, 3600, 60, "half"},
                    {"weatherkit", "ES256", "iat exp", 840, 3600, 60, "half"},
                    {"devicecheck", "ES256", "iat", 0, 0, 60, "max 600"},
                    {"app-attest", "ES256", "iat", 0, 0, 60, "max 600"}},
          .jwts = jwts(),
          .refusals = refusals(),
          .problems = problems()};
}

}  // namespace signet::rules
