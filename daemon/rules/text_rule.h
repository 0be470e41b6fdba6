#pragma once

#include <bitset>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/rules/text_format.h"
#include "proto/result.h"

namespace signet::rules {

/// What a text must look like. Deliberately not regular expressions: matching is linear, and each refusal can say what
/// was expected.
struct TextRule {
  std::size_t min_length = 1;
  std::size_t max_length = 256;       ///< octets
  std::string prefix{};               ///< the text begins so; class and format bind what follows
  std::string suffix{};               ///< and ends so; they bind what stands before it
  std::vector<std::string> one_of{};  ///< empty: any text
  std::string characters{};           ///< the class as written, "A-Z0-9"; empty: any printable character
  std::bitset<128> alphabet{};        ///< the class, decoded
  std::vector<TextFormat> formats{};  ///< it has one of these; empty: any
};

/// Decodes a class such as "A-Za-z0-9._-": ranges, single characters, `-` last for itself. Error bad_input.
Result<std::bitset<128>> parse_character_class(std::string_view text);

/// Error bad_input whose message completes "NAME …" and says what is expected ("must be 10 characters of A-Z0-9"); it
/// never quotes the text. Control characters and bad UTF-8 are refused whatever the rule. Any thread.
Result<void> check_text(const TextRule& rule, std::string_view text);

}  // namespace signet::rules
