#pragma once

#include <cstdint>
#include <optional>
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

/// The line that follows `head`, without its line feed: {"seq":…,MEMBERS,"prev":"…"}. `members` as audit_members()
/// gives them.
std::string chain_line(const ChainHead& head, std::string_view members);

/// What a line says of its place.
struct ChainLink {
  std::uint64_t seq = 0;
  Sha256Digest prev{};
  bool operator==(const ChainLink&) const = default;
};
/// Nothing where the line, given without its line feed, begins or ends otherwise than chain_line()'s do. The members
/// between are not looked at.
std::optional<ChainLink> chain_link(std::string_view line);

/// The head once `line`, without its line feed, follows.
ChainHead next_head(const ChainHead& head, std::string_view line);

/// "12345:9f86d081…": number and 64 hexadecimal digits, as the journal and `signet-admin audit verify --head` have it.
std::string to_string(const ChainHead& head);
/// Error bad_input: not of that form.
Result<ChainHead> parse_chain_head(std::string_view text);

}  // namespace signet::rules
