// The record of login attempts, as a disk or another program may leave it.
#include "pkcs11/login_note.h"

#include "tests/fuzz/check_input.h"
#include "tests/fuzz/expect.h"

namespace signet::fuzz {

using pkcs11::LoginNote;

void check_input(BytesView input) {
  const auto note = pkcs11::parse_login_note(text_of(input));
  if (note) {
    const auto again = pkcs11::parse_login_note(to_text(*note));
    expect(again.has_value() && *again == *note, "a note is the same after another reading");
    expect(note->salt_hex.size() == 32 && note->tag.size() == 2, "salt and tag have their lengths");
  } else {
    expect(note.error().code == ErrorCode::bad_input, "what is no note is bad input");
  }
  // A token may call itself anything.
  const LoginNote odd{.serial = std::string(text_of(input)),
                      .salt_hex = std::string(32, '0'),
                      .tag = "00",
                      .outcome = LoginNote::Outcome::unclear};
  const auto read = pkcs11::parse_login_note(to_text(odd));
  expect(read.has_value() && *read == odd, "a note of any serial number is read back");
}

}  // namespace signet::fuzz
