#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/result.h"

// INI lines `option = value`, as every configuration file of ours has them. Pure: text in, entries and problems out.
namespace signet {

/// One thing wrong in one file. `message` says what is wrong and how to mend it, and never quotes a secret.
struct ConfigProblem {
  std::string file;
  int line = 0;        ///< 1-based; 0 where the file as a whole is meant
  std::string option;  ///< empty where no option is meant
  std::string message;
  bool operator==(const ConfigProblem&) const = default;
};
/// "FILE:LINE: OPTION: MESSAGE", without the parts that are absent. Any thread.
std::string to_string(const ConfigProblem& problem);

struct ConfigEntry {
  std::string option;  ///< "lifetime", or with a name of its own "claim sub": one blank between the two
  std::string value;   ///< trimmed; may be empty
  int line = 0;
};

/// "claim" of "claim sub". Any thread.
std::string_view option_head(std::string_view option);

struct ConfigLines {
  std::string file;
  std::vector<ConfigEntry> entries;
  std::vector<ConfigProblem> problems;
};

/// Reads the lines of one file, each alone. `#` starts a comment at the beginning of a line or after white space only;
/// a line without
/// `=`, a section header, an empty option name, a control character, a NUL or bad UTF-8 is a problem and the others are
/// still read. Any thread.
ConfigLines read_config_lines(std::string file, std::string_view text);

/// Which options one kind of file has, and what becomes of their values. Built once, applied to many files; applying is
/// const.
class ConfigSchema {
 public:
  /// Takes one value; an error's message says what is wrong and the mend ("is not a duration; write a number with ms,
  /// s, min, h or d").
  using Take = std::function<Result<void>(std::string_view value)>;
  /// The same for `OPTION NAME = value`; the name has 1 to 128 characters, no blank and no control character.
  using NamedTake = std::function<Result<void>(std::string_view name, std::string_view value)>;

  ConfigSchema& required(std::string option, Take take);             ///< exactly once
  ConfigSchema& optional(std::string option, Take take);             ///< at most once
  ConfigSchema& repeated(std::string option, Take take);             ///< any number of times, in the file's order
  ConfigSchema& named(std::string option, NamedTake take);           ///< at most once for each name
  ConfigSchema& named_repeated(std::string option, NamedTake take);  ///< any number of times for each name

  /// Gives every entry to its Take. Problems (with those of `lines` first): unknown option (with the nearest known
  /// one), an option repeated that may not be, a missing one, a value its Take refuses. All of them, never only the
  /// first.
  std::vector<ConfigProblem> apply(const ConfigLines& lines) const;

 private:
  struct Option {
    std::string name;
    Take take;
    bool required;
    bool repeats;
  };
  struct NamedOption {
    std::string name;
    NamedTake take;
    bool repeats;
  };
  std::vector<Option> options_;
  std::vector<NamedOption> named_;

  friend class ConfigLoader;
};

}  // namespace signet
