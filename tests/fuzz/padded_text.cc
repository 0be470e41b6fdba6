// The blank-padded fields of CK_INFO, CK_SLOT_INFO and CK_TOKEN_INFO.
#include "pkcs11/padded_text.h"

#include <algorithm>

#include "tests/fuzz/check_input.h"
#include "tests/fuzz/expect.h"

namespace signet::fuzz {
namespace {

bool is_padding(char c) { return c == ' ' || c == '\0'; }

std::string without_padding(std::string text) {
  while (!text.empty() && is_padding(text.back())) text.pop_back();
  return text;
}

template <std::size_t N>
void check_field(BytesView input) {
  CK_UTF8CHAR field[N] = {};
  std::ranges::copy_n(octets(input), static_cast<std::ptrdiff_t>(std::min(input.size(), N)), std::begin(field));
  const std::string text = pkcs11::padded_text(field);
  expect(text == without_padding(std::string(std::begin(field), std::end(field))), "the text without its padding");
}

}  // namespace

void check_input(BytesView input) {
  check_field<16>(input);
  check_field<32>(input);
  check_field<64>(input);
}

}  // namespace signet::fuzz
