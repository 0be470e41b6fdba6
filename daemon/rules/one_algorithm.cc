#include "daemon/rules/one_algorithm.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "daemon/rules/rotation.h"

namespace signet::rules {
namespace {

using Group = std::vector<const KeyPolicy*>;

/// Keys with one of these in common are the same key.
std::vector<std::string> identities(const KeyPolicy& key) {
  std::vector<std::string> all{place_of(key)};
  if (key.pin) all.push_back(hex(key.pin->spki_sha256));
  return all;
}

void find_in(const Group& group, std::map<std::string, AlgorithmConflict>& conflicts) {
  for (const KeyPolicy* key : group) {
    const auto other = std::ranges::find_if(
        group, [key](const KeyPolicy* each) { return !is_same_algorithm(each->algorithm, key->algorithm); });
    if (other != group.end())
      conflicts.emplace(key->name, AlgorithmConflict{(*other)->name, key->algorithm, (*other)->algorithm});
  }
}

}  // namespace

std::map<std::string, AlgorithmConflict> find_conflicts(const std::map<std::string, KeyPolicy, std::less<>>& keys) {
  std::map<std::string, Group> groups;
  for (const auto& [name, key] : keys) {
    for (const KeyPolicy* object : objects_of(key))
      for (const auto& identity : identities(*object)) groups[identity].push_back(object);
  }
  std::map<std::string, AlgorithmConflict> conflicts;
  for (const auto& [identity, group] : groups) find_in(group, conflicts);
  return conflicts;
}

std::string message_of(const AlgorithmConflict& conflict, const std::string& other_path) {
  return fmt::format(
      "is {}, but {} names the same key with {}, and one key serves one algorithm; write the same alg in both files, "
      "or give one of them a key of its own",
      jose_name(conflict.own_algorithm), other_path, jose_name(conflict.other_algorithm));
}

}  // namespace signet::rules
