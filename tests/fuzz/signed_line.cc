// A line of signet-token's record of what it signed.
#include "pkcs11/signed_line.h"

#include "tests/fuzz/check_input.h"
#include "tests/fuzz/expect.h"

namespace signet::fuzz {

void check_input(BytesView input) {
  const auto text = text_of(input);
  const auto line = pkcs11::read_signed_line(text);
  if (!line) {
    expect(line.error().code == ErrorCode::invalid_request, "what is no line is an invalid one");
    return;
  }
  // An escape may write any character another way.
  if (text.find('\\') != text.npos) return;
  for (const auto& part : {utc_timestamp(line->time), hex(line->spki_sha256), hex(line->jwt_sha256)})
    expect(text.find(part) != text.npos, "what was read stands in the line");
}

}  // namespace signet::fuzz
