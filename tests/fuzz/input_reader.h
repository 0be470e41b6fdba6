#pragma once

#include <algorithm>
#include <cstdint>

#include "proto/bytes.h"

namespace signet::fuzz {

/// Takes an input apart from its beginning. An exhausted one goes on with zeros and empty views.
class InputReader {
 public:
  explicit InputReader(BytesView input) : rest_(input) {}

  bool empty() const { return rest_.empty(); }
  BytesView rest() const { return rest_; }

  std::uint8_t octet() {
    const BytesView one = take(1);
    return one.empty() ? std::uint8_t{0} : std::to_integer<std::uint8_t>(one.front());
  }
  /// Big-endian.
  std::uint16_t two_octets() {
    const auto high = octet();
    return static_cast<std::uint16_t>(high << 8U | octet());
  }
  /// At most `length` octets.
  BytesView take(std::size_t length) {
    const BytesView taken = rest_.first(std::min(length, rest_.size()));
    rest_ = rest_.subspan(taken.size());
    return taken;
  }
  /// One element of a list that is not empty, by the next octet.
  template <class List>
  const auto& pick(const List& list) {
    return list[octet() % list.size()];
  }

 private:
  BytesView rest_;
};

}  // namespace signet::fuzz
