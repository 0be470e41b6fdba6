#pragma once

#include <array>
#include <functional>
#include <string_view>

#include "daemon/rules/key_config.h"
#include "proto/config_file.h"

namespace signet::rules {

/// Words of `next` and `retiring` that are no options.
inline constexpr auto kTimeWords = std::to_array<std::string_view>({"from", "until"});

/// Reads one key file's lines once more, with other values in them.
using ReadLines = std::function<KeyReading(ConfigLines lines)>;

/// Reads `next` and `retiring` of a key file into the key that `reading` holds, and adds their problems. Each line
/// names an object and, word by word, what differs for it: so the whole file is read again with these in place of its
/// own, and every rule of key files holds for them too. Any thread that `read` may run on.
void read_rotation(KeyReading& reading, const ConfigLines& lines, const ReadLines& read);

}  // namespace signet::rules
