#include "daemon/rules/allow.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "proto/config_values.h"

namespace signet::rules {
namespace {

Unexpected<Error> refused(std::string message) { return Unexpected(Error{ErrorCode::bad_input, std::move(message)}); }

std::vector<std::string> words_of(std::string_view text) {
  static constexpr std::string_view kWhiteSpace = " \t";
  std::vector<std::string> words;
  for (auto begin = text.find_first_not_of(kWhiteSpace); begin != text.npos;) {
    const auto end = std::min(text.find_first_of(kWhiteSpace, begin), text.size());
    words.emplace_back(text.substr(begin, end - begin));
    begin = text.find_first_not_of(kWhiteSpace, end);
  }
  return words;
}

/// The highest number is (uid_t)-1, which the kernel uses for "no such user" (setreuid(2)).
Result<std::uint32_t> parse_id(const std::string& text) {
  constexpr std::int64_t kHighest = std::int64_t{std::numeric_limits<std::uint32_t>::max()} - 1;
  SIGNET_TRY_ASSIGN(const std::int64_t id, parse_integer(text, 0, kHighest));
  return static_cast<std::uint32_t>(id);
}

Result<void> require_user(AllowLine& line, uid_t uid) {
  if (line.uid && *line.uid != uid)
    return refused("asks for two different users at once, so it admits nobody; write one allow line for each");
  line.uid = uid;
  return {};
}

Result<void> add_word(AllowLine& line, const std::string& word, const Accounts& accounts) {
  const auto colon = word.find(':');
  const std::string kind = word.substr(0, colon);
  const std::string name = colon == word.npos ? "" : word.substr(colon + 1);
  if (name.empty() || (kind != "user" && kind != "uid" && kind != "group" && kind != "gid"))
    return refused(
        fmt::format("does not know the word \"{}\"; write user:NAME, uid:NUMBER, group:NAME or gid:NUMBER", word));
  if (kind == "user" || kind == "uid") {
    SIGNET_TRY_ASSIGN(const uid_t uid, kind == "user" ? accounts.user_id(name) : parse_id(name));
    return require_user(line, uid);
  }
  SIGNET_TRY_ASSIGN(const gid_t gid, kind == "group" ? accounts.group_id(name) : parse_id(name));
  line.gids.push_back(gid);
  return {};
}

bool is_member(const Peer& peer, gid_t gid) {
  return peer.gid == gid || std::ranges::find(peer.groups, gid) != peer.groups.end();
}

}  // namespace

Result<AllowLine> parse_allow(std::string_view text, const Accounts& accounts) {
  AllowLine line{.text = std::string(text)};
  const auto words = words_of(text);
  if (words.empty())
    return refused("names nobody; write user:NAME, uid:NUMBER, group:NAME or gid:NUMBER, or remove the line");
  for (const auto& word : words) SIGNET_TRY(add_word(line, word, accounts));
  return line;
}

bool admits(const AllowLine& line, const Peer& peer) {
  if (!line.uid && line.gids.empty()) return false;
  if (line.uid && *line.uid != peer.uid) return false;
  return std::ranges::all_of(line.gids, [&](gid_t gid) { return is_member(peer, gid); });
}

std::optional<std::size_t> admitting_line(const std::vector<AllowLine>& lines, const Peer& peer) {
  const auto found = std::ranges::find_if(lines, [&](const AllowLine& line) { return admits(line, peer); });
  if (found == lines.end()) return std::nullopt;
  return static_cast<std::size_t>(found - lines.begin());
}

}  // namespace signet::rules
