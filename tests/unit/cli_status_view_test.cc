#include "cli/signet-admin/status_view.h"
#include "tests/support/catch.h"
#include "tests/support/matchers.h"

using namespace signet;
using namespace signet::admin;

namespace {

const std::string kRotation =
    R"("rotation":{"signs":{"object":"build pkcs11:object=a","kid":"A"},"retiring":[],"next":{"object":"build pkcs11:object=b",
  "kid":"B","from":1796083200,"usable":false,"message":"no such key"}})";

std::string status(const std::string& keys, const std::string& reload = "null") {
  return R"({"version":"1.2","started_at":1764072000,"audit":"ok","connections":3,"cache":{"entries":7,"bytes":4096},
  "jwks_file":"","tokens":{"build":{"state":"ready","message":"","since":1764072001}},"keys":)" +
         keys + R"(,"problems":["k.conf:1: a\u001b[2J: b"],"last_reload":)" + reload + R"(,"of_a_newer_version":[1]})";
}

std::string shown(const std::string& body) {
  const auto text = view_status(body, false);
  REQUIRE_OK(text);
  return *text;
}

bool has(const std::string& text, const std::string& part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("The status is shown with what is wrong and what follows") {
  const auto text =
      shown(status(R"({"apple":{"state":"disabled","token":"build","disabled":"leaked","message":"gone",)" + kRotation +
                   R"(},"bad":{"state":"misconfigured","message":"mend the file"}})"));
  CHECK(has(text, "1.2, since 2025-11-25T12:00:00.000Z"));
  CHECK(has(text, "7 tokens, 4096 octets"));
  CHECK(has(text, "none since the start"));
  CHECK(has(text,
            "disabled: leaked; gone; next: build pkcs11:object=b from 2026-12-01T00:00:00.000Z, not usable yet: "
            "no such key"));
  CHECK(has(text, "mend the file"));
  CHECK(has(text, "problem  k.conf:1: a?[2J: b\n"));
}

TEST_CASE("The problems of a refused reload are shown") {
  const auto text = shown(status("{}", R"({"at":1764072002,"problems":["k.conf:2: x"]})"));
  CHECK(has(text, "2025-11-25T12:00:02.000Z, refused"));
  CHECK(has(text, "last reload  k.conf:2: x\n"));
  CHECK(has(shown(status("{}", R"({"at":1764072002,"problems":[]})")), "2025-11-25T12:00:02.000Z, in force"));
}

TEST_CASE("What is no status is refused") {
  for (const auto& body : {std::string(), std::string("{}"), std::string("[]"), status("[]"), status(R"({"a":{}})"),
                           status("{}", "7"), status(R"({"a":{"state":"ready","rotation":{"next":{}}}})")})
    CHECK_FALSE(view_status(body, false).has_value());
}
