#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/rules/key_config.h"
#include "proto/config_file.h"

namespace signet::rules {

/// A key file while it is being read: its lines, what could be made of them, and what is wrong so far. One thread at a
/// time.
struct KeyDraft {
  ConfigLines lines{};
  KeyPolicy key{};
  std::optional<std::string> algorithm{};  ///< `alg` as written
  std::vector<ConfigProblem> problems{};

  /// The option's first line; null where the file has none.
  const ConfigEntry* find(std::string_view option) const {
    const auto entry = std::ranges::find(lines.entries, option, &ConfigEntry::option);
    return entry == lines.entries.end() ? nullptr : &*entry;
  }
  /// A problem at the option's first line, or with the whole file where it has none.
  void complain(std::string_view option, std::string message) {
    const auto* entry = find(option);
    problems.push_back({lines.file, entry == nullptr ? 0 : entry->line, std::string(option), std::move(message)});
  }
};

}  // namespace signet::rules
