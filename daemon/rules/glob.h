#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proto/result.h"

namespace signet::rules {

/// A pattern for whole texts: `*` stands for any characters but `/` and `?`, also none; `**` for any characters; `?`
/// for one character but `/` and `?`; `\` before one of `*`, `?` and `\` for that character itself. Everything else
/// stands for itself, in its own case. So what stands for a part of a path lets no query follow it. Immutable; any
/// thread.
class Glob {
 public:
  /// Error bad_input whose message completes "OPTION: …": no text at all, more than 1024 octets, bad UTF-8 or a control
  /// character, a `\` before anything else.
  static Result<Glob> parse(std::string_view pattern);

  /// Takes at most the text's length times the pattern's, whatever they hold. A text that is not UTF-8 matches nothing.
  bool matches(std::string_view text) const;
  const std::string& text() const { return text_; }
  /// The pattern with these texts in the places of its first and of its other `*` and `**`, and "x" for each `?`.
  std::string filled(std::string_view first, std::string_view other) const;

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
