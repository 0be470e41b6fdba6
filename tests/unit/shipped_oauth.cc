#include "tests/unit/shipped_profiles.h"

// Section 4: assertions with which OAuth clients authenticate.
namespace signet::rules {
namespace {

const std::string kJti = std::string(R"("jti":")") + kUuidText + "\",";
const std::string kClient = "client-id = 6731de76-14a6-49ae-97bc-6eba6914391e\n";
const std::string kEntra = kClient + "tenant = 72f988bf-86f1-41af-91ab-2d7cd011db47\n";
const std::string kEntraClaims =
    R"("iss":"6731de76-14a6-49ae-97bc-6eba6914391e","sub":"6731de76-14a6-49ae-97bc-6eba6914391e",)" + kJti +
    R"("nbf":1699999940,"iat":1699999940,"exp":1700000300})";
const std::string kServer = "client-id = build\naudience = https://as.example/\n";
const std::string kServerClaims =
    R"({"iss":"build","sub":"build","aud":"https://as.example/",)" + kJti + R"("iat":1699999970,"exp":1700000060})";
const std::string kOkta =
    "client-id = 0oa1abc\nkey-id = build-2026\ntoken-endpoint = https://dev-1.okta.com/oauth2/v1/token\n";
const std::string kAuth0 = "client-id = AbC123\ndomain = example.eu.auth0.com\n";

std::vector<ShippedJwt> jwts() {
  const std::string auth0_claims = R"({"iss":"AbC123","sub":"AbC123","aud":"https://example.eu.auth0.com/",)" + kJti +
                                   R"("iat":1699999970,"exp":1700000060})";
  return {
      {"entra", kEntra, "", R"({"alg":"PS256","typ":"JWT","x5t#S256":"Y2VydGlmaWNhdGUtc2hhMjU2LW9mLXRoZXNlLXRlc3Rz"})",
       R"({"aud":"https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/oauth2/v2.0/token",)" +
           kEntraClaims},
      {"entra", kClient + "tenant = example.onmicrosoft.us\nauthority = login.microsoftonline.us\n", "",
       R"({"alg":"PS256","typ":"JWT","x5t#S256":"Y2VydGlmaWNhdGUtc2hhMjU2LW9mLXRoZXNlLXRlc3Rz"})",
       R"({"aud":"https://login.microsoftonline.us/example.onmicrosoft.us/oauth2/v2.0/token",)" + kEntraClaims},
      {"entra-rs256", kEntra, "", R"({"alg":"RS256","typ":"JWT","x5t":"Y2VydGlmaWNhdGUtc2hhMS0h"})",
       R"({"aud":"https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/oauth2/v2.0/token",)" +
           kEntraClaims},
      {"private-key-jwt", kServer, "", R"({"alg":"ES256","typ":"JWT"})", kServerClaims},
      {"private-key-jwt", kServer + "key-id = k1\ntype = client-authentication+jwt\nalg = PS384\n", "",
       R"({"alg":"PS384","kid":"k1","typ":"client-authentication+jwt"})", kServerClaims},
      {"private-key-jwt", kServer + "certificate = named\nalg = RS256\n", "",
       R"({"alg":"RS256","typ":"JWT","x5t#S256":"Y2VydGlmaWNhdGUtc2hhMjU2LW9mLXRoZXNlLXRlc3Rz"})", kServerClaims},
      {"okta", kOkta, "", R"({"alg":"RS256","kid":"build-2026","typ":"JWT"})",
       R"({"iss":"0oa1abc","sub":"0oa1abc","aud":"https://dev-1.okta.com/oauth2/v1/token",)" + kJti +
           R"("iat":1699999940,"exp":1700000300})"},
      {"okta", kOkta + "alg = ES256\n", R"({"lifetime":60})", R"({"alg":"ES256","kid":"build-2026","typ":"JWT"})",
       R"({"iss":"0oa1abc","sub":"0oa1abc","aud":"https://dev-1.okta.com/oauth2/v1/token",)" + kJti +
           R"("iat":1699999940,"exp":1700000060})"},
      {"auth0", kAuth0, "", R"({"alg":"RS256","typ":"JWT"})", auth0_claims},
      {"auth0", kAuth0 + "key-id = k1\nalg = PS256\n", "", R"({"alg":"PS256","kid":"k1","typ":"JWT"})", auth0_claims},
  };
}

std::vector<ShippedRefusal> refusals() {
  return {
      {"entra", kEntra, R"({"claims":{"aud":"https://evil.example/"}})", "claims.aud is set by the service alone"},
      {"entra", kEntra, R"({"claims":{"jti":"1"}})", "claims.jti is set by the service alone"},
      {"entra", kEntra, R"({"scope":"https://graph.microsoft.com/.default"})", "scope may not be given"},
      {"entra-rs256", kEntra, R"({"claims":{"jti":"1"}})", "claims.jti is set by the service alone"},
      {"entra", kEntra, R"({"lifetime":600})", "A lifetime of 600 s is longer than 540 s",
       ErrorCode::lifetime_rejected},
      {"private-key-jwt", kServer, R"({"claims":{"sub":"another"}})", "claims.sub is set by the service alone"},
      {"private-key-jwt", kServer, R"({"claims":{"jti":"1"}})", "claims.jti is set by the service alone"},
      {"private-key-jwt", kServer, R"({"scope":"openid"})", "scope may not be given"},
      {"okta", kOkta, R"({"lifetime":3600})", "A lifetime of 3600 s is longer than 3540 s",
       ErrorCode::lifetime_rejected},
      {"okta", kOkta, R"({"claims":{"iat":1700000000}})", "claims.iat is set by the service alone"},
      {"auth0", kAuth0, R"({"lifetime":300})", "A lifetime of 300 s is longer than 270 s",
       ErrorCode::lifetime_rejected},
      {"auth0", kAuth0, R"({"claims":{"exp":1700009999}})", "claims.exp is set by the service alone"},
  };
}

std::vector<ShippedProblem> problems() {
  return {
      {"entra", kClient, "tenant: is missing"},
      {"entra", "client-id = build\ntenant = common\n", "client-id: must be a UUID"},
      {"entra", kClient + "tenant = a/../b\n", "tenant: must be 1 to 253 characters"},
      {"entra", kEntra + "authority = login.example\n", "authority: must be one of: login.microsoftonline.com"},
      {"entra", kEntra + "alg = ES256\n", "alg: is not what profile entra allows"},
      {"entra", kEntra + "alg = RS256\n", "alg: is not what profile entra allows; write one of: PS256"},
      {"entra", kEntra + "thumbprint = sha1\n", "thumbprint: "},
      {"entra-rs256", kClient, "tenant: is missing"},
      {"entra-rs256", kEntra + "alg = PS256\n", "alg: is not what profile entra-rs256 allows; write one of: RS256"},
      {"private-key-jwt", "client-id = build\n", "audience: is missing"},
      {"private-key-jwt", "client-id = build\naudience = my server\n", "audience: must be 1 to 1024 characters"},
      {"private-key-jwt", kServer + "type = at+jwt\n", "type: must be one of: JWT, client-authentication+jwt"},
      {"private-key-jwt", kServer + "alg = none\n", "alg: is not what profile private-key-jwt allows"},
      {"private-key-jwt", kServer + "alg = HS256\n", "alg: is not what profile private-key-jwt allows"},
      {"okta", "client-id = 0oa1abc\ntoken-endpoint = https://dev-1.okta.com/oauth2/v1/token\n", "key-id: is missing"},
      {"okta", kOkta + "alg = EdDSA\n", "alg: is not what profile okta allows"},
      {"auth0", "client-id = AbC123\ndomain = https://example.eu.auth0.com/\n", "domain: must be 1 to 253 characters"},
      {"auth0", kAuth0 + "alg = ES256\n", "alg: is not what profile auth0 allows"},
  };
}

}  // namespace

ShippedTables oauth_tables() {
  const std::string any = "ES256 RS256 PS256 ES384 ES512 RS384 RS512 PS384 PS512 EdDSA Ed25519";
  return {.rules = {{"entra", "PS256", "nbf iat exp", 300, 600, 60, "once"},
                    {"entra-rs256", "RS256", "nbf iat exp", 300, 600, 60, "once"},
                    {"private-key-jwt", any, "iat exp", 60, 3600, 30, "once"},
                    {"okta", "RS256 RS384 RS512 ES256 ES384 ES512", "iat exp", 300, 3600, 60, "once"},
                    {"auth0", "RS256 RS384 PS256", "iat exp", 60, 300, 30, "once"}},
          .jwts = jwts(),
          .refusals = refusals(),
          .problems = problems()};
}

}  // namespace signet::rules
