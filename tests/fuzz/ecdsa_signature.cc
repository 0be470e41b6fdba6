// ECDSA signatures: r‖s as a token gives them, and DER. The first octet chooses the curve.
#include <algorithm>
#include <array>

#include "pkcs11/quirks.h"
#include "proto/public_key.h"
#include "tests/fuzz/check_input.h"
#include "tests/fuzz/expect.h"
#include "tests/fuzz/input_reader.h"

namespace signet::fuzz {
namespace {

constexpr std::array<std::size_t, 3> kFieldBytes{32, 48, 66};

BytesView without_leading_zeros(BytesView number) {
  const auto first = std::ranges::find_if(number, [](std::byte octet) { return octet != std::byte{0}; });
  return number.subspan(static_cast<std::size_t>(first - number.begin()));
}

bool same_number(BytesView left, BytesView right) {
  return std::ranges::equal(without_leading_zeros(left), without_leading_zeros(right));
}

bool are_halves_of(BytesView fixed, BytesView from_token) {
  const std::size_t half = from_token.size() / 2;
  return from_token.size() % 2 == 0 && same_number(fixed.first(fixed.size() / 2), from_token.first(half)) &&
         same_number(fixed.last(fixed.size() / 2), from_token.last(half));
}

void check_from_token(BytesView from_token, std::size_t field_bytes) {
  const auto fixed = pkcs11::ecdsa_octets(from_token, field_bytes);
  const auto as_der = ecdsa_der_to_raw(from_token, field_bytes);
  const bool is_der = as_der.has_value() && from_token.size() > 2 * field_bytes;
  const bool is_raw = from_token.size() % 2 == 0 && !from_token.empty() && from_token.size() <= 2 * field_bytes;
  expect(fixed.has_value() || !(is_der || is_raw),
         "r and s that fit are taken, in DER where it is longer than they are");
  if (!fixed) return;
  expect(fixed->size() == 2 * field_bytes, "r and s have the width of the field");
  expect(is_der ? *fixed == *as_der : are_halves_of(*fixed, from_token), "r and s stay the numbers they were");
  const auto der = ecdsa_raw_to_der(*fixed);
  expect(der.has_value(), "r and s of full width have a DER form");
  const auto back = ecdsa_der_to_raw(*der, field_bytes);
  expect(back.has_value() && *back == *fixed, "to DER and back");
}

void check_der(BytesView der, std::size_t field_bytes) {
  const auto raw = ecdsa_der_to_raw(der, field_bytes);
  if (!raw) return;
  expect(raw->size() == 2 * field_bytes, "r and s have the width of the field");
  const auto again = ecdsa_raw_to_der(*raw);
  expect(again.has_value() && std::ranges::equal(*again, der), "there is one DER form of a signature, and no other");
}

}  // namespace

void check_input(BytesView input) {
  InputReader reader(input);
  const std::size_t field_bytes = reader.pick(kFieldBytes);
  check_from_token(reader.rest(), field_bytes);
  check_der(reader.rest(), field_bytes);
  expect(!ecdsa_der_to_raw(reader.rest(), field_bytes + 1), "no other width of a field");
}

}  // namespace signet::fuzz
