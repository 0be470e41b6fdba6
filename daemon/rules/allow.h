#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include "daemon/rules/accounts.h"
#include "daemon/rules/peer.h"
#include "proto/result.h"

namespace signet::rules {

/// One `allow` line: every word on it must hold. It never stands without a word, so it never admits everybody.
struct AllowLine {
  std::string text;            ///< as written, for the log and for `status`
  std::optional<uid_t> uid{};  ///< `user:NAME` or `uid:N`
  std::vector<gid_t> gids{};   ///< `group:NAME`, `gid:N`: each is the peer's gid or one of its supplementary groups
};

/// Reads the words of one line. Error bad_input with a message that completes "allow: …": an unknown word, user or
/// group, a number out of range, no word at all, two different users (nobody could ever match). Any thread that may
/// block on `accounts`.
Result<AllowLine> parse_allow(std::string_view text, const Accounts& accounts);

bool admits(const AllowLine& line, const Peer& peer);
/// Index of the first line that admits the peer; nothing where none does, so a key without a line is nobody's. Any
/// thread.
std::optional<std::size_t> admitting_line(const std::vector<AllowLine>& lines, const Peer& peer);

}  // namespace signet::rules
