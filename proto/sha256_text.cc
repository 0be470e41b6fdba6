#include "proto/sha256_text.h"

#include "proto/hex_digit.h"

namespace signet {

std::optional<Sha256Digest> sha256_from_hex(std::string_view text) {
  Sha256Digest digest{};
  if (text.size() != 2 * digest.size()) return std::nullopt;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    const auto high = lower_hex_digit(text[2 * i]);
    const auto low = lower_hex_digit(text[2 * i + 1]);
    if (!high || !low) return std::nullopt;
    digest[i] = static_cast<std::byte>(*high * 16 + *low);
  }
  return digest;
}

}  // namespace signet
