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
  std::optional<std::string> unit{};   ///< `unit:NAME`, as system_unit tells it
  std::optional<std::string> slice{};  ///< `slice:NAME`, the innermost one
};

/// Reads the words of one line. Error bad_input with a message that completes "allow: …": an unknown word, user or
/// group, a number out of range, what is no name of a unit or slice, no word at all, two different users, units or
/// slices (nobody could ever match). Units and slices come and go, so they need not exist. Any thread that may block on
/// `accounts`.
Result<AllowLine> parse_allow(std::string_view text, const Accounts& accounts);

bool admits(const AllowLine& line, const Peer& peer);
/// Index of the first line that admits the peer; nothing where none does, so a key without a line is nobody's. Any
/// thread.
std::optional<std::size_t> admitting_line(const std::vector<AllowLine>& lines, const Peer& peer);

/// Why no line admits the peer: `allow line 1 "user:ci unit:x.service": unit is "cron.service"`, one after the other.
/// For the log alone, as it tells what the key's owner wrote. Any thread.
std::string refusal_detail(const std::vector<AllowLine>& lines, const Peer& peer);

}  // namespace signet::rules
