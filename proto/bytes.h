#pragma once

#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Octet strings and the views of them that the C libraries below us want.
namespace signet {

using Bytes = std::vector<std::byte>;
using BytesView = std::span<const std::byte>;

/// The octets of a text, without a copy; valid as long as the text is.
inline BytesView bytes_of(std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); }

/// The octets as text (no check of any encoding); valid as long as the octets are.
inline std::string_view text_of(BytesView bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

inline const unsigned char* octets(BytesView bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
inline unsigned char* writable_octets(std::span<std::byte> bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

inline Bytes to_bytes(BytesView view) { return {view.begin(), view.end()}; }
inline Bytes to_bytes(std::string_view text) { return to_bytes(bytes_of(text)); }

}  // namespace signet
