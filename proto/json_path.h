#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// Where in a JSON text something is wrong, as errors name it: "$.claims.scope[2]". Names that are not plain words are
// quoted
// ($["a b"]) and long ones cut, since they come from whoever sent the text.
namespace signet {

inline constexpr std::string_view kJsonRoot = "$";

/// The path of a member or element of what `path` names. Any thread.
std::string json_path_member(std::string_view path, std::string_view name);
std::string json_path_element(std::string_view path, std::size_t index);

}  // namespace signet
