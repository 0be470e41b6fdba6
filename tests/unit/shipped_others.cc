#include "tests/unit/shipped_profiles.h"

// Sections 4 and 5: web push, telephony, service accounts, and JWTs of one's own.
namespace signet::rules {
namespace {

const std::string kJti = std::string(R"("jti":")") + kUuidText + "\"";
const std::string kContact = "contact = mailto:ops@example.com\n";
const std::string kPush = R"({"claims":{"aud":"https://push.example.net"}})";
const std::string kShaken = "certificate-url = https://cert.example.org/passport.cer\n";
const std::string kCall = R"({"claims":{"origid":"123e4567-e89b-12d3-a456-426655440000","orig":{"tn":"12155551212"},)"
                          R"("dest":{"tn":["12125551213"]},"attest":"A"}})";
const std::string kAccount =
    "issuer = https://cluster.example\naudience = https://vault.example\nnamespace = ci\nservice-account = builder\n"
    "service-account-uid = 6f1c1a52-9d1c-4f3f-8d2e-0c6c1a2b3d4e\n";
const std::string kOwn = "issuer = https://signet.example\naudience = deploy\n";
const std::string kOwnHeader = R"({"alg":"ES256","kid":"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k","typ":"JWT"})";
const std::string kOwnClaims = R"({"iss":"https://signet.example","aud":"deploy",)" + kJti;
const std::string kOwnTimes = R"(,"iat":1699999990,"nbf":1699999990,"exp":1700000300})";

std::vector<ShippedJwt> jwts() {
  return {
      {"vapid", kContact, kPush, R"({"alg":"ES256","typ":"JWT"})",
       R"({"sub":"mailto:ops@example.com","aud":"https://push.example.net","exp":1700043200})"},
      {"vapid", "contact = https://example.com/contact\n", R"({"claims":{"aud":"https://[2001:db8::1]:8443"}})",
       R"({"alg":"ES256","typ":"JWT"})",
       R"({"sub":"https://example.com/contact","aud":"https://[2001:db8::1]:8443","exp":1700043200})"},
      // RFC 8588 section 4, but for iat, which has to be a number (erratum 6656).
      {"passport-shaken", kShaken, kCall,
       R"({"alg":"ES256","ppt":"shaken","typ":"passport","x5u":"https://cert.example.org/passport.cer"})",
       R"({"attest":"A","dest":{"tn":["12125551213"]},"iat":1700000000,"orig":{"tn":"12155551212"},)"
       R"("origid":"123e4567-e89b-12d3-a456-426655440000"})"},
      {"kubernetes", kAccount + "alg = RS256\n", "",
       R"({"alg":"RS256","kid":"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k","typ":"JWT"})",
       R"({"aud":["https://vault.example"],"iss":"https://cluster.example",)" + kJti +
           R"(,"kubernetes.io":{"namespace":"ci","serviceaccount":{"name":"builder",)"
           R"("uid":"6f1c1a52-9d1c-4f3f-8d2e-0c6c1a2b3d4e"}},"sub":"system:serviceaccount:ci:builder",)"
           R"("exp":1700003600,"iat":1700000000,"nbf":1700000000})"},
      {"generic", kOwn, "", kOwnHeader, kOwnClaims + kOwnTimes},
      {"generic", kOwn + "subject = ci\n", "", kOwnHeader, kOwnClaims + R"(,"sub":"ci")" + kOwnTimes},
      {"generic", kOwn + "claim team = core\ncaller-claims = sub\nclaim-allow sub = repo:*\n",
       R"({"claims":{"sub":"repo:app"}})", kOwnHeader, kOwnClaims + R"(,"team":"core","sub":"repo:app")" + kOwnTimes},
      {"generic", kOwn + "type = deploy+jwt\nalg = EdDSA\n",
       R"({"claims":{"run_attempt":2,"roles":["deployer"],"sub":"repo:app","act":{"sub":"ci"},)"
       R"("commit":"0123abc"},"scope":["deploy:prod","read"]})",
       R"({"alg":"EdDSA","kid":"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k","typ":"deploy+jwt"})",
       kOwnClaims +
           R"(,"sub":"repo:app","act":{"sub":"ci"},"roles":["deployer"],"commit":"0123abc","run_attempt":2,)"
           R"("scope":"deploy:prod read")" +
           kOwnTimes},
  };
}

std::vector<ShippedRefusal> call_refusals() {
  return {
      {"passport-shaken", kShaken, "", "claims.attest is missing"},
      {"passport-shaken", kShaken,
       R"({"claims":{"origid":"123e4567-e89b-12d3-a456-426655440000","orig":{"tn":"1"},"dest":{"tn":["2"]},"attest":"D"}})",
       "claims.attest must be one of: A, B, C"},
      {"passport-shaken", kShaken,
       R"({"claims":{"origid":"123e4567-e89b-12d3-a456-426655440000","orig":{"tn":["1"]},"dest":{"tn":["2"]},"attest":"A"}})",
       "claims.orig.tn must be a text"},
      {"passport-shaken", kShaken,
       R"({"claims":{"origid":"123e4567-e89b-12d3-a456-426655440000","orig":{"tn":"1"},"dest":{"tn":"2"},"attest":"A"}})",
       "claims.dest.tn must be an array"},
      {"passport-shaken", kShaken,
       R"({"claims":{"origid":"123e4567-e89b-12d3-a456-426655440000","orig":{"tn":"+1 215"},"dest":{"tn":["2"]},"attest":"A"}})",
       "claims.orig.tn must be 1 to 15 characters"},
      {"passport-shaken", kShaken, R"({"claims":{"origid":"1","orig":{"tn":"1"},"dest":{"tn":["2"]},"attest":"A"}})",
       "claims.origid must be a UUID"},
      {"passport-shaken", kShaken,
       R"({"claims":{"origid":"123e4567-e89b-12d3-a456-426655440000","orig":{"tn":"1"},"dest":{"tn":["2"]},"attest":"A","iat":"1700000000"}})",
       "claims.iat is set by the service alone"},
  };
}

std::vector<ShippedRefusal> refusals() {
  const std::string origin = "claims.aud must be an origin";
  std::vector<ShippedRefusal> rows{
      {"vapid", kContact, "", "claims.aud is missing"},
      {"vapid", kContact, R"({"claims":{"aud":"https://push.example.net/"}})", origin},
      {"vapid", kContact, R"({"claims":{"aud":"https://push.example.net/wpush/v2/abc"}})", origin},
      {"vapid", kContact, R"({"claims":{"aud":"http://push.example.net"}})", origin},
      {"vapid", kContact, R"({"claims":{"aud":"https://push.example.net"},"lifetime":86400})",
       "A lifetime of 86400 s is longer than 86340 s", ErrorCode::lifetime_rejected},
      {"kubernetes", kAccount, R"({"claims":{"sub":"system:serviceaccount:kube-system:admin"}})",
       "claims.sub is set by the service alone"},
      {"kubernetes", kAccount, R"({"claims":{"aud":["other"]}})", "claims.aud is set by the service alone"},
      {"kubernetes", kAccount, R"({"claims":{"kubernetes.io":{"namespace":"kube-system"}}})",
       "claims[\"kubernetes.io\"] is set by the service alone"},
      {"generic", kOwn, R"({"claims":{"aud":"elsewhere"}})", "claims.aud is set by the service alone"},
      {"generic", kOwn, R"({"claims":{"jti":"1"}})", "claims.jti is set by the service alone"},
      {"generic", kOwn + "claim team = core\n", R"({"claims":{"team":"mine"}})", "claims.team"},
      {"generic", kOwn + "claim-allow sub = repo:*\n", R"({"claims":{"sub":"admin"}})", "claims.sub"},
      {"generic", kOwn, R"({"claims":{"admin":true}})", "claims.admin may not be given"},
      {"generic", kOwn, R"({"claims":{"run_attempt":"2"}})", "claims.run_attempt must be a whole number"},
      {"generic", kOwn, R"({"claims":{"roles":"deployer"}})", "claims.roles must be an array"},
      {"generic", kOwn, R"({"claims":{"act":"ci"}})", "claims.act must be"},
      {"generic", kOwn, R"({"claims":{"digest":"sha256:0123"}})", "claims.digest must begin with sha256:"},
      {"generic", kOwn, R"({"lifetime":86400})", "A lifetime of 86400 s is longer than 86390 s",
       ErrorCode::lifetime_rejected},
  };
  const auto calls = call_refusals();
  rows.insert(rows.end(), calls.begin(), calls.end());
  return rows;
}

std::vector<ShippedProblem> problems() {
  return {
      {"vapid", "", "contact: is missing"},
      {"vapid", "contact = ops@example.com\n", "contact: must be mailto: and an e-mail address or an https address"},
      {"vapid", kContact + "alg = RS256\n", "alg: is not what profile vapid allows"},
      {"passport-shaken", "certificate-url = http://cert.example.org/x\n", "certificate-url: must be an https address"},
      {"passport-shaken", kShaken + "lifetime = 60s\n", "lifetime: means nothing"},
      {"kubernetes", kAccount + "alg = PS256\n", "alg: is not what profile kubernetes allows"},
      {"kubernetes", kAccount + "namespace = Kube:System\n", "namespace: "},
      {"generic", "issuer = x\n", "audience: is missing"},
      {"generic", kOwn + "alg = HS256\n", "alg: is not what profile generic allows"},
      {"generic", kOwn + "claim aud = elsewhere\n", "claim aud"},
      {"generic", kOwn + "type = a b\n", "type: must be 1 to 64 characters"},
  };
}

}  // namespace

ShippedTables other_tables() {
  const std::string any = "ES256 RS256 PS256 ES384 ES512 RS384 RS512 PS384 PS512 EdDSA Ed25519";
  return {.rules = {{"vapid", "ES256", "exp", 43200, 86340, 0, "half"},
                    {"passport-shaken", "ES256", "iat", 0, 0, 0, "once"},
                    {"kubernetes", "RS256 ES256 ES384 ES512", "exp iat nbf", 3600, 86400, 0, "half"},
                    {"generic", any, "iat nbf exp", 300, 86400, 10, "half"}},
          .jwts = jwts(),
          .refusals = refusals(),
          .problems = problems()};
}

}  // namespace signet::rules
