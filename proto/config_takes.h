#pragma once

#include <string_view>
#include <utility>

#include "proto/config_file.h"

// What becomes of an option's value.
namespace signet {

/// Stores what `parse` makes of the value. The Take refers to its target, which outlives the schema.
template <class Target, class Parse>
ConfigSchema::Take take_into(Target& target, Parse parse) {
  return [&target, parse = std::move(parse)](std::string_view value) -> Result<void> {
    SIGNET_TRY_ASSIGN(target, parse(value));
    return {};
  };
}

}  // namespace signet
