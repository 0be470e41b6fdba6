#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "proto/result.h"
#include "proto/sha256.h"

// The lines of the audit log hold on to each other: each carries its number ("seq") and the SHA-256 of the line before
// it ("prev"). Pure; any thread.
namespace signet::rules {

/// The newest line of a chain: its number and the SHA-256 of its octets without the line feed. {0, zeros} stands before
/// the first line, which has the number 1.
struct ChainHead {
  std::uint64_t seq = 0;
  Sha256Digest digest{};
  bool operator==(const ChainHead&) const = default;
};

/// The head once `line`, without its line feed, follows.
ChainHead next_head(const ChainHead& head, std::string_view line);

/// "12345:9f86d081…": number and 64 hexadecimal digits, as the journal and `signet-admin audit verify --head` have it.
std::string to_string(const ChainHead& head);
/// Error bad_input: not of that form.
Result<ChainHead> parse_chain_head(std::string_view text);

}  // namespace signet::rules
