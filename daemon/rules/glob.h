#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proto/result.h"

namespace signet::rules {

/// A pattern for whole texts: `*` stands for any characters but `/`, also none; `**` for any characters; `?` for one
/// character but `/`; `\` before one of `*`, `?` and `\` for that character itself. Everything else stands for itself,
/// in its own case. Immutable; any thread.
class Glob {
 public:
  /// Error bad_input whose message completes "OPTION: …": no text at all, more than 1024 octets, bad UTF-8 or a control
  /// character, a `\` before anything else.
  static Result<Glob> parse(std::string_view pattern);

  /// Takes at most the text's length times the pattern's, whatever they hold. A text that is not UTF-8 matches nothing.
  bool matches(std::string_view text) const;
  const std::string& text() const { return text_; }

 private:
  enum class Kind { character, one, many, any };
  struct Part {
    Kind kind;
    std::string character{};  ///< its octets
  };
  static bool takes(const Part& part, std::string_view character);
  static bool repeats(const Part& part) { return part.kind == Kind::many || part.kind == Kind::any; }

  std::string text_{};
  std::vector<Part> parts_{};
};

/// Does any of them match? Any thread.
bool any_matches(const std::vector<Glob>& globs, std::string_view text);

}  // namespace signet::rules
