#include "cli/signet-admin/caller_option.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "daemon/rules/unit_name.h"
#include "proto/config_values.h"

namespace signet::admin {
namespace {

constexpr gid_t kNoGroup = 65534;

Unexpected<Failure> usage(std::string sentence) { return Unexpected(usage_failure(std::move(sentence))); }

// The highest number is (uid_t)-1, which no process has (setreuid(2)).
Done<std::uint32_t> id_of(const std::string& word, const std::string& value) {
  const auto id = parse_integer(value, 0, std::int64_t{std::numeric_limits<std::uint32_t>::max()} - 1);
  if (!id) return usage(fmt::format("--as {}= {}.", word, id.error().message));
  return static_cast<std::uint32_t>(*id);
}

class CallerReader {
 public:
  explicit CallerReader(const KnownCallers& known) : known_(known) {}

  Done<void> take(const std::string& word, const std::string& value) {
    if (word == "user") return take_user(value);
    if (word == "uid") return take_uid(value);
    if (word == "group") return take_group(value);
    if (word == "gid") return take_gid(value);
    if (word == "unit" && !peer_.unit) return take_place(peer_.unit, word, rules::parse_unit_name(value));
    if (word == "slice" && !peer_.slice) return take_place(peer_.slice, word, rules::parse_slice_name(value));
    return usage(
        fmt::format("--as knows the words user, uid, group, gid, unit and slice, each NAME=VALUE, user or uid, "
                    "unit and slice once; it does not know \"{}\" here.",
                    word));
  }

  Done<rules::Peer> finish() {
    if (!has_user_) return usage("--as wants user=NAME or uid=NUMBER: every caller has one.");
    for (const gid_t gid : more_groups_)
      if (std::ranges::find(peer_.groups, gid) == peer_.groups.end()) peer_.groups.push_back(gid);
    return std::move(peer_);
  }

 private:
  Done<void> only_user() {
    if (std::exchange(has_user_, true)) return usage("--as names two users; a caller is one. Keep one of them.");
    return {};
  }

  Done<void> take_user(const std::string& name) {
    SIGNET_TRY(only_user());
    const auto account = known_.account(name);
    if (!account) return usage(fmt::format("--as user={}: {}.", name, account.error().message));
    peer_.uid = account->uid;
    peer_.gid = account->gid;
    peer_.groups = account->groups;
    peer_.user = account->name;
    return {};
  }

  Done<void> take_uid(const std::string& value) {
    SIGNET_TRY_ASSIGN(const uid_t uid, id_of("uid", value));
    if (const auto name = known_.user_name(uid)) return take_user(*name);
    SIGNET_TRY(only_user());
    peer_.uid = uid;
    peer_.gid = kNoGroup;
    return {};
  }

  Done<void> take_group(const std::string& name) {
    const auto gid = known_.group_id(name);
    if (!gid) return usage(fmt::format("--as group={}: {}.", name, gid.error().message));
    more_groups_.push_back(*gid);
    return {};
  }

  Done<void> take_gid(const std::string& value) {
    SIGNET_TRY_ASSIGN(const gid_t gid, id_of("gid", value));
    more_groups_.push_back(gid);
    return {};
  }

  // What no process can be in would be admitted by nothing, and the answer be of no use.
  static Done<void> take_place(std::optional<std::string>& target, const std::string& word,
                               const Result<std::string>& name) {
    if (!name) return usage(fmt::format("--as {}: {}.", word, name.error().message));
    target = *name;
    return {};
  }

  const KnownCallers& known_;
  rules::Peer peer_{};
  std::vector<gid_t> more_groups_{};
  bool has_user_ = false;
};

}  // namespace

Done<rules::Peer> caller_of(const std::string& text, const KnownCallers& known) {
  CallerReader reader(known);
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto comma = std::min(text.find(',', begin), text.size());
    const auto word = text.substr(begin, comma - begin);
    const auto equals = word.find('=');
    if (equals == word.npos || equals + 1 == word.size())
      return usage("--as wants words like user=ci, with a comma between two: user=ci,unit=build.service.");
    SIGNET_TRY(reader.take(word.substr(0, equals), word.substr(equals + 1)));
    begin = comma + 1;
  }
  return reader.finish();
}

}  // namespace signet::admin
