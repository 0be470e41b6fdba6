#include "proto/base64url.h"

#include <array>
#include <cstdint>

namespace signet {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t kNotInAlphabet = 0xff;

constexpr std::array<std::uint8_t, 256> make_inverse() {
  std::array<std::uint8_t, 256> inverse{};
  inverse.fill(kNotInAlphabet);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    inverse[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return inverse;
}
constexpr auto kInverse = make_inverse();

Unexpected<Error> refuse(const char* rule) { return Unexpected(Error{.code = ErrorCode::bad_input, .message = rule}); }

}  // namespace

std::string base64url_encode(BytesView bytes) {
  std::string text;
  text.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t pending = 0;
  int pending_bits = 0;
  for (const std::byte byte : bytes) {
    pending = (pending << 8) | std::to_integer<std::uint32_t>(byte);
    for (pending_bits += 8; pending_bits >= 6; pending_bits -= 6) {
      text += kAlphabet[(pending >> (pending_bits - 6)) & 0x3f];
    }
  }
  if (pending_bits > 0) text += kAlphabet[(pending << (6 - pending_bits)) & 0x3f];
  return text;
}

Result<Bytes> base64url_decode(std::string_view text) {
  if (text.size() % 4 == 1) return refuse("base64url text cannot have this length");
  Bytes bytes;
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t pending = 0;
  int pending_bits = 0;
  for (const char character : text) {
    const std::uint8_t six = kInverse[static_cast<unsigned char>(character)];
    if (six == kNotInAlphabet) return refuse("base64url text holds a character outside A-Z a-z 0-9 - _");
    pending = (pending << 6) | six;
    pending_bits += 6;
    if (pending_bits >= 8) {
      pending_bits -= 8;
      bytes.push_back(static_cast<std::byte>((pending >> pending_bits) & 0xff));
    }
  }
  if ((pending & ((1U << pending_bits) - 1)) != 0) return refuse("base64url text ends in bits that stand for nothing");
  return bytes;
}

}  // namespace signet
