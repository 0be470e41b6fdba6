#include "tests/unit/shipped_profiles.h"

// Section 4: GitHub, Google, and services that give an access token for a JWT.
namespace signet::rules {
namespace {

const std::string kGoogle =
    "key-id = 0123456789abcdef0123456789abcdef01234567\naccount = ci@example.iam.gserviceaccount.com\n";
const std::string kGoogleHeader = R"({"alg":"RS256","kid":"0123456789abcdef0123456789abcdef01234567","typ":"JWT"})";
const std::string kSelfSigned =
    R"({"iss":"ci@example.iam.gserviceaccount.com","sub":"ci@example.iam.gserviceaccount.com",)";
const std::string kBearer =
    R"({"iss":"ci@example.iam.gserviceaccount.com","aud":"https://oauth2.googleapis.com/token",)";
const std::string kHour = R"("iat":1699999940,"exp":1700003540})";
const std::string kTyped = R"({"alg":"RS256","typ":"JWT"})";
const std::string kStorage = "https://www.googleapis.com/auth/devstorage.read_only";
const std::string kSnowflake = "account = myorg.account1\nuser = ci_user\n";
const std::string kSalesforce = "consumer-key = 3MVG9.abc\n";
const std::string kDocusign =
    "integration-key = 7c2b8d7e-83c3-4940-af5e-cda8a50dd73f\naudience = account-d.docusign.com\n";
const std::string kDocusignUser = R"({"claims":{"sub":"464f7988-1b2c-4f1e-9d7a-2b6f8f1b9a10"}})";

std::vector<ShippedJwt> jwts() {
  return {
      {"github-app", "app = Iv23liABCDEFGHIJKLMN\n", "", kTyped,
       R"({"iss":"Iv23liABCDEFGHIJKLMN","iat":1699999940,"exp":1700000540})"},
      {"github-app", "app = 123456\n", R"({"lifetime":60})", kTyped,
       R"({"iss":"123456","iat":1699999940,"exp":1700000060})"},
      {"google-self-signed", kGoogle, R"({"claims":{"aud":"https://pubsub.googleapis.com/"}})", kGoogleHeader,
       kSelfSigned + R"("aud":"https://pubsub.googleapis.com/",)" + kHour},
      {"google-self-signed", kGoogle, R"({"scope":[")" + kStorage + R"(","openid"]})", kGoogleHeader,
       kSelfSigned + R"("scope":")" + kStorage + R"( openid",)" + kHour},
      {"google-jwt-bearer", kGoogle, R"({"scope":")" + kStorage + R"("})", kGoogleHeader,
       kBearer + R"("scope":")" + kStorage + R"(","iat":1699999940,"exp":1700000300})"},
      {"google-jwt-bearer", kGoogle, R"({"scope":["openid"],"claims":{"sub":"boss@example.com"},"lifetime":3540})",
       kGoogleHeader, kBearer + R"("sub":"boss@example.com","scope":"openid",)" + kHour},
      {"google-jwt-bearer", kGoogle, R"({"claims":{"target_audience":"https://run.example/"}})", kGoogleHeader,
       kBearer + R"("target_audience":"https://run.example/","iat":1699999940,"exp":1700000300})"},
      {"snowflake", kSnowflake, "", kTyped,
       R"({"iss":"MYORG-ACCOUNT1.CI_USER.SHA256:c3BraS1zaGEyNTYtb2YtdGhlLWtleS1vZi10ZXN0cyE=",)"
       R"("sub":"MYORG-ACCOUNT1.CI_USER",)" +
           kHour},
      {"salesforce", kSalesforce, R"({"claims":{"sub":"ci@example.com"}})", kTyped,
       R"({"iss":"3MVG9.abc","aud":"https://login.salesforce.com","sub":"ci@example.com","exp":1700000120})"},
      {"salesforce", kSalesforce + "audience = https://test.salesforce.com\n",
       R"({"claims":{"sub":"ci@example.com"},"lifetime":30})", kTyped,
       R"({"iss":"3MVG9.abc","aud":"https://test.salesforce.com","sub":"ci@example.com","exp":1700000030})"},
      {"docusign", kDocusign, kDocusignUser, kTyped,
       R"({"iss":"7c2b8d7e-83c3-4940-af5e-cda8a50dd73f","aud":"account-d.docusign.com",)"
       R"("sub":"464f7988-1b2c-4f1e-9d7a-2b6f8f1b9a10","scope":"signature impersonation",)"
       R"("iat":1699999940,"exp":1700000540})"},
      {"docusign", kDocusign,
       R"({"claims":{"sub":"464f7988-1b2c-4f1e-9d7a-2b6f8f1b9a10"},"scope":["impersonation","click.manage"]})", kTyped,
       R"({"iss":"7c2b8d7e-83c3-4940-af5e-cda8a50dd73f","aud":"account-d.docusign.com",)"
       R"("sub":"464f7988-1b2c-4f1e-9d7a-2b6f8f1b9a10","scope":"impersonation click.manage",)"
       R"("iat":1699999940,"exp":1700000540})"},
  };
}

std::vector<ShippedRefusal> google_refusals() {
  const std::string one = "exactly one of these claims must be given: ";
  const std::string aud = "claims.aud must begin with https:// and end with .googleapis.com/";
  return {
      {"google-self-signed", kGoogle, "", one + "aud, scope"},
      {"google-self-signed", kGoogle, R"({"claims":{"aud":"https://pubsub.googleapis.com/"},"scope":"openid"})",
       one + "aud, scope"},
      {"google-self-signed", kGoogle, R"({"claims":{"aud":"https://pubsub.googleapis.com"}})", aud},
      {"google-self-signed", kGoogle, R"({"claims":{"aud":"https://evil.example/?.googleapis.com/"}})", aud},
      {"google-self-signed", kGoogle, R"({"claims":{"aud":"https://.googleapis.com/"}})", aud},
      {"google-self-signed", kGoogle, R"({"claims":{"aud":"https://a..googleapis.com/"}})", aud},
      {"google-self-signed", kGoogle, R"({"claims":{"aud":"https://evil.example.googleapis.com/"}})", aud},
      {"google-self-signed", kGoogle, R"({"claims":{"aud":["https://pubsub.googleapis.com/"]}})",
       "claims.aud must be a text"},
      {"google-self-signed", kGoogle, R"({"scope":"openid","lifetime":60})", "Tokens of this key all live 3540 s",
       ErrorCode::lifetime_rejected},
      {"google-self-signed", kGoogle, R"({"scope":"openid","claims":{"sub":"boss@example.com"}})",
       "claims.sub is set by the service alone"},
      {"google-jwt-bearer", kGoogle, "", one + "scope, target_audience"},
      {"google-jwt-bearer", kGoogle, R"({"scope":"openid","claims":{"target_audience":"https://run.example/"}})",
       one + "scope, target_audience"},
      {"google-jwt-bearer", kGoogle, R"({"scope":"openid","claims":{"sub":"boss"}})",
       "claims.sub must be an e-mail address"},
      {"google-jwt-bearer", kGoogle, R"({"scope":"openid","lifetime":3600})",
       "A lifetime of 3600 s is longer than 3540 s", ErrorCode::lifetime_rejected},
  };
}

std::vector<ShippedRefusal> refusals() {
  std::vector<ShippedRefusal> rows{
      {"github-app", "app = 123456\n", R"({"lifetime":541})", "A lifetime of 541 s is longer than 540 s",
       ErrorCode::lifetime_rejected},
      {"github-app", "app = 123456\n", R"({"claims":{"iss":"99"}})", "claims.iss is set by the service alone"},
      {"github-app", "app = 123456\n", R"({"claims":{"aud":"github"}})", "claims.aud may not be given"},
      {"snowflake", kSnowflake, R"({"lifetime":3600})", "A lifetime of 3600 s is longer than 3540 s",
       ErrorCode::lifetime_rejected},
      {"snowflake", kSnowflake, R"({"claims":{"sub":"MYORG-ACCOUNT1.BOSS"}})",
       "claims.sub is set by the service alone"},
      {"salesforce", kSalesforce, "", "claims.sub is missing"},
      {"salesforce", kSalesforce, R"({"claims":{"sub":"boss"}})", "claims.sub must be an e-mail address"},
      {"salesforce", kSalesforce, R"({"claims":{"sub":"a@b.example","exp":"1700000100"}})",
       "claims.exp is set by the service alone"},
      {"salesforce", kSalesforce, R"({"claims":{"sub":"a@b.example"},"lifetime":180})",
       "A lifetime of 180 s is longer than 170 s", ErrorCode::lifetime_rejected},
      {"docusign", kDocusign, "", "claims.sub is missing"},
      {"docusign", kDocusign, R"({"claims":{"sub":"boss@example.com"}})", "claims.sub must be a UUID"},
      {"docusign", kDocusign, R"({"claims":{"sub":"464f7988-1b2c-4f1e-9d7a-2b6f8f1b9a10"},"scope":"Signature"})",
       "scope[0] must be"},
  };
  const auto google = google_refusals();
  rows.insert(rows.end(), google.begin(), google.end());
  return rows;
}

std::vector<ShippedProblem> problems() {
  return {
      {"github-app", "", "app: is missing"},
      {"github-app", "app = my app\n", "app: must be 1 to 64 characters"},
      {"github-app", "app = 1\nalg = ES256\n", "alg: is not what profile github-app allows"},
      {"github-app", "app = 1\nlifetime = 10min\n", "lifetime: is above 540s"},
      {"google-self-signed", "key-id = 0123456789abcdef0123456789abcdef01234567\naccount = ci\n",
       "account: must be an e-mail address"},
      {"google-self-signed", kGoogle + "lifetime = 5min\n", "lifetime: means nothing"},
      {"google-jwt-bearer", "key-id = 0123\naccount = ci@example.com\n", "key-id: must be 40 characters"},
      {"snowflake", "account = myorg-account1\n", "user: is missing"},
      {"snowflake", "account = my org\nuser = ci\n", "account: must be 1 to 256 characters"},
      {"salesforce", kSalesforce + "audience = login.salesforce.com\n", "audience: must be an https address"},
      {"docusign", kDocusign + "alg = ES256\n", "alg: is not what profile docusign allows"},
      {"docusign", "integration-key = 7c2b8d7e-83c3-4940-af5e-cda8a50dd73f\naudience = https://account.docusign.com\n",
       "audience: must be one of: account-d.docusign.com, account.docusign.com"},
  };
}

}  // namespace

ShippedTables cloud_tables() {
  return {.rules = {{"github-app", "RS256", "iat exp", 540, 600, 60, "half"},
                    {"google-self-signed", "RS256", "iat exp", 3540, 3600, 60, "half"},
                    {"google-jwt-bearer", "RS256", "iat exp", 300, 3600, 60, "half"},
                    {"snowflake", "RS256", "iat exp", 3540, 3600, 60, "half"},
                    {"salesforce", "RS256", "exp", 120, 170, 0, "half"},
                    {"docusign", "RS256", "iat exp", 540, 3600, 60, "half"}},
          .jwts = jwts(),
          .refusals = refusals(),
          .problems = problems()};
}

}  // namespace signet::rules
