#include "pkcs11/login_note.h"
#include "tests/support/matchers.h"

namespace signet::pkcs11 {
namespace {

const std::string kSalt = "00112233445566778899aabbccddeeff";
const std::string kText = "serial\n" + kSalt + "\n7f\npending\n";

LoginNote note(std::string serial) { return {.serial = std::move(serial), .salt_hex = kSalt, .tag = "7f"}; }

}  // namespace

TEST_CASE("a note is four lines of text, and is read back", "[pkcs11]") {
  CHECK(to_text(note("serial")) == kText);
  auto unclear = note("");
  unclear.outcome = LoginNote::Outcome::unclear;
  for (const LoginNote& each :
       {note("serial"), unclear, note("a\nb"), note("100%"), note("%0a"), note("\x7f\x01 "), note("é")}) {
    const auto read = parse_login_note(to_text(each));
    REQUIRE_OK(read);
    CHECK(*read == each);
  }
}

TEST_CASE("a serial number cannot write lines of its own", "[pkcs11]") {
  CHECK(to_text(note("a\nb")) == "a%0ab\n" + kSalt + "\n7f\npending\n");
}

TEST_CASE("what is not a note of ours is none", "[pkcs11]") {
  for (const std::string& text :
       {std::string(), std::string("\n"), kText.substr(0, kText.size() - 1), kText + "\n", kText + "more\n",
        "serial\n" + kSalt + "\n7F\npending\n", "serial\n" + kSalt + "0\n7f\npending\n",
        "serial\n" + kSalt + "\n7f\nrefused\n", "%4\n" + kSalt + "\n7f\npending\n", "%\n" + kSalt + "\n7f\npending\n",
        "serial\r\n" + kSalt + "\r\n7f\r\npending\r\n"}) {
    CAPTURE(text);
    REQUIRE_ERROR(parse_login_note(text), ErrorCode::bad_input);
  }
}

}  // namespace signet::pkcs11
