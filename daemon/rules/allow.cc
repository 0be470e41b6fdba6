#include "daemon/rules/allow.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "daemon/rules/unit_name.h"
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

constexpr std::string_view kWords = "user:NAME, uid:NUMBER, group:NAME, gid:NUMBER, unit:NAME or slice:NAME";

/// What a process has only one of.
template <class T>
Result<void> require(std::optional<T>& one, T value, std::string_view kinds) {
  if (one && *one != value)
    return refused(
        fmt::format("asks for two different {} at once, so it admits nobody; write one allow line for each", kinds));
  one = std::move(value);
  return {};
}

Result<void> add_word(AllowLine& line, const std::string& word, const Accounts& accounts) {
  const auto colon = word.find(':');
  const std::string kind = word.substr(0, colon);
  const std::string name = colon == word.npos ? "" : word.substr(colon + 1);
  const auto known = {"user", "uid", "group", "gid", "unit", "slice"};
  if (name.empty() || std::ranges::find(known, kind) == known.end())
    return refused(fmt::format("does not know the word \"{}\"; write {}", word, kWords));
  if (kind == "unit") {
    SIGNET_TRY_ASSIGN(std::string unit, parse_unit_name(name));
    return require(line.unit, std::move(unit), "units");
  }
  if (kind == "slice") {
    SIGNET_TRY_ASSIGN(std::string slice, parse_slice_name(name));
    return require(line.slice, std::move(slice), "slices");
  }
  if (kind == "user" || kind == "uid") {
    SIGNET_TRY_ASSIGN(const uid_t uid, kind == "user" ? accounts.user_id(name) : parse_id(name));
    return require(line.uid, uid, "users");
  }
  SIGNET_TRY_ASSIGN(const gid_t gid, kind == "group" ? accounts.group_id(name) : parse_id(name));
  line.gids.push_back(gid);
  return {};
}

bool is_member(const Peer& peer, gid_t gid) {
  return peer.gid == gid || std::ranges::find(peer.groups, gid) != peer.groups.end();
}

/// The first word of a line that does not hold.
enum class Unmet { nothing, everything, uid, group, unit, slice };

Unmet unmet_word(const AllowLine& line, const Peer& peer) {
  if (!line.uid && line.gids.empty() && !line.unit && !line.slice) return Unmet::everything;
  if (line.uid && *line.uid != peer.uid) return Unmet::uid;
  if (!std::ranges::all_of(line.gids, [&](gid_t gid) { return is_member(peer, gid); })) return Unmet::group;
  if (line.unit && line.unit != peer.unit) return Unmet::unit;
  if (line.slice && line.slice != peer.slice) return Unmet::slice;
  return Unmet::nothing;
}

std::string place(std::string_view kind, const std::optional<std::string>& name) {
  return name ? fmt::format("{} is \"{}\"", kind, *name) : fmt::format("no {} of the system's own", kind);
}

std::string in_words(Unmet unmet, const Peer& peer) {
  switch (unmet) {
    case Unmet::uid:
      return fmt::format("uid is {}", peer.uid);
    case Unmet::group:
      return "not in every group";
    case Unmet::unit:
      return place("unit", peer.unit);
    case Unmet::slice:
      return place("slice", peer.slice);
    case Unmet::everything:
      return "names nobody";
    case Unmet::nothing:
      break;
  }
  return "holds";
}

}  // namespace

Result<AllowLine> parse_allow(std::string_view text, const Accounts& accounts) {
  AllowLine line{.text = std::string(text)};
  const auto words = words_of(text);
  if (words.empty()) return refused(fmt::format("names nobody; write {}, or remove the line", kWords));
  for (const auto& word : words) SIGNET_TRY(add_word(line, word, accounts));
  return line;
}

bool admits(const AllowLine& line, const Peer& peer) { return unmet_word(line, peer) == Unmet::nothing; }

std::optional<std::size_t> admitting_line(const std::vector<AllowLine>& lines, const Peer& peer) {
  const auto found = std::ranges::find_if(lines, [&](const AllowLine& line) { return admits(line, peer); });
  if (found == lines.end()) return std::nullopt;
  return static_cast<std::size_t>(found - lines.begin());
}

std::string refusal_detail(const std::vector<AllowLine>& lines, const Peer& peer) {
  if (lines.empty()) return "no allow line";
  std::string detail;
  for (std::size_t i = 0; i < lines.size(); ++i)
    detail += fmt::format("{}allow line {} \"{}\": {}", i == 0 ? "" : "; ", i + 1, lines[i].text,
                          in_words(unmet_word(lines[i], peer), peer));
  return detail;
}

}  // namespace signet::rules
