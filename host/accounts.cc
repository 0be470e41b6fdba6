#include "host/accounts.h"

#include <algorithm>
#include <cerrno>
#include <grp.h>
#include <pwd.h>
#include <vector>

namespace signet::host {
namespace {

constexpr std::size_t kFirstBuffer = 1024;
constexpr int kFirstGroups = 64;
constexpr std::size_t kLargestBuffer = 1024UL * 1024;  // a group with tens of thousands of members

/// getpwnam_r and its siblings: `lookup(record, buffer, size, &found)` again with more room while it says ERANGE.
template <class Record, class Lookup>
bool look_up(Record& record, std::vector<char>& buffer, Lookup lookup) {
  for (std::size_t size = kFirstBuffer; size <= kLargestBuffer; size *= 2) {
    buffer.resize(size);
    Record* found = nullptr;
    const int error = lookup(&record, buffer.data(), buffer.size(), &found);
    if (error == EINTR) continue;
    if (error != ERANGE) return found != nullptr;
  }
  return false;
}

Unexpected<Error> unknown(const char* kind, const std::string& name) {
  return Unexpected(Error{ErrorCode::bad_input, std::string("no ") + kind + " " + name + " on this machine"});
}

}  // namespace

Result<uid_t> user_id(const std::string& name) {
  passwd record{};
  std::vector<char> buffer;
  const auto lookup = [&](auto... arguments) { return ::getpwnam_r(name.c_str(), arguments...); };
  if (!look_up(record, buffer, lookup)) return unknown("user", name);
  return record.pw_uid;
}

Result<gid_t> group_id(const std::string& name) {
  group record{};
  std::vector<char> buffer;
  const auto lookup = [&](auto... arguments) { return ::getgrnam_r(name.c_str(), arguments...); };
  if (!look_up(record, buffer, lookup)) return unknown("group", name);
  return record.gr_gid;
}

Result<Account> account(const std::string& name) {
  passwd record{};
  std::vector<char> buffer;
  const auto lookup = [&](auto... arguments) { return ::getpwnam_r(name.c_str(), arguments...); };
  if (!look_up(record, buffer, lookup)) return unknown("user", name);
  Account found{.name = name, .uid = record.pw_uid, .gid = record.pw_gid};
  int count = kFirstGroups;
  found.groups.resize(kFirstGroups);
  if (::getgrouplist(name.c_str(), found.gid, found.groups.data(), &count) < 0) {
    found.groups.resize(static_cast<std::size_t>(count));  // which the call has just raised
    count = ::getgrouplist(name.c_str(), found.gid, found.groups.data(), &count);
  }
  found.groups.resize(static_cast<std::size_t>(std::max(count, 0)));
  std::erase(found.groups, found.gid);
  return found;
}

std::optional<std::string> user_name(uid_t uid) {
  passwd record{};
  std::vector<char> buffer;
  const auto lookup = [uid](auto... arguments) { return ::getpwuid_r(uid, arguments...); };
  if (!look_up(record, buffer, lookup)) return std::nullopt;
  return record.pw_name;
}

}  // namespace signet::host
