#include "daemon/rules/rotation_lines.h"

#include <algorithm>
#include <array>
#include <memory>
#include <sstream>

#include <fmt/format.h>

#include "daemon/rules/rotation.h"
#include "proto/timestamp.h"

namespace signet::rules {
namespace {

using std::chrono::sys_seconds;

constexpr std::string_view kNext = "next";
constexpr std::string_view kRetiring = "retiring";
/// Of the options of every key file, those that may differ for one object; a profile's variables may all.
constexpr std::array<std::string_view, 3> kOwn{"token", "public-key", "alg"};

struct Line {
  std::vector<ConfigEntry> words{};  ///< options of its own, `object` among them
  std::optional<sys_seconds> time{};
};

Unexpected<Error> refused(std::string message) { return Unexpected(Error{ErrorCode::bad_input, std::move(message)}); }

bool is_rotation(const ConfigEntry& entry) { return entry.option == kNext || entry.option == kRetiring; }

std::string_view time_word(const ConfigEntry& entry) { return kTimeWords[entry.option == kNext ? 0 : 1]; }

bool may_differ(std::string_view option) {
  return std::ranges::find(kKeyOptions, option) == kKeyOptions.end() || std::ranges::find(kOwn, option) != kOwn.end();
}

/// RFC 3339 in UTC, whole seconds.
Result<sys_seconds> parse_time(std::string_view word, std::string_view text) {
  const auto time = parse_utc_seconds(text);
  if (!time) return refused(fmt::format("{} is no time; write it as {}=2026-12-01T00:00:00Z", word, word));
  return *time;
}

Result<void> take_word(Line& line, const ConfigEntry& entry, std::string_view word) {
  const auto equals = word.find('=');
  const auto option = word.substr(0, equals);
  if (equals == word.npos || option.empty())
    return refused(fmt::format("holds {}, which is no word of the form option=value", word));
  const auto value = word.substr(equals + 1);
  if (option == time_word(entry)) {
    SIGNET_TRY_ASSIGN(line.time, parse_time(option, value));
    return {};
  }
  if (std::ranges::find(kTimeWords, option) != kTimeWords.end())
    return refused(fmt::format("holds {}, but the time of {} object is {}; write {}=2026-12-01T00:00:00Z", option,
                               entry.option == kNext ? "a next" : "a retiring", time_word(entry), time_word(entry)));
  if (!may_differ(option))
    return refused(fmt::format("holds {}, which cannot differ for one object; remove it", option));
  line.words.push_back({std::string(option), std::string(value), entry.line});
  return {};
}

Result<Line> parse(const ConfigEntry& entry) {
  std::istringstream words(entry.value);
  Line line;
  std::string word;
  if (!(words >> word)) return refused("names no object; write pkcs11:object=LABEL");
  line.words.push_back({"object", word, entry.line});
  while (words >> word) SIGNET_TRY(take_word(line, entry, word));
  return line;
}

/// Another object has another public key, whether or not the line says which.
ConfigLines substituted(const ConfigLines& lines, const Line& line) {
  ConfigLines result{lines.file, lines.entries, {}};
  std::erase_if(result.entries, [&](const ConfigEntry& entry) {
    return is_rotation(entry) || entry.option == "public-key" ||
           std::ranges::find(line.words, entry.option, &ConfigEntry::option) != line.words.end();
  });
  result.entries.insert(result.entries.end(), line.words.begin(), line.words.end());
  return result;
}

/// One kid, and not one key that has moved.
bool cannot_be_told(const KeyPolicy& one, const KeyPolicy& other) {
  if (one.kid.empty() || one.kid != other.kid) return false;
  return !one.pin || !other.pin || one.pin->spki_sha256 != other.pin->spki_sha256;
}

/// The variable that gives the header's `kid`; empty where none does.
std::string kid_variable(const KeyPolicy& key) {
  const auto found = std::ranges::find_if(key.variables, [&](const auto& each) { return each.second == key.kid; });
  return found == key.variables.end() || key.kid.empty() ? std::string() : found->first;
}

class RotationReader {
 public:
  RotationReader(KeyReading& reading, const ConfigLines& lines, const ReadLines& read)
      : reading_(reading), lines_(lines), read_(read) {}

  void read_all() {
    for (const ConfigEntry& entry : lines_.entries)
      if (is_rotation(entry)) read_one(entry);
    for (const ConfigEntry& entry : lines_.entries)
      if (is_rotation(entry)) check_distinct(entry);
    check_kids();
    if (!reading_.problems.empty()) reading_.key.reset();
    if (reading_.key) reading_.key->rotation = std::move(rotation_);
  }

 private:
  void complain(const ConfigEntry& entry, std::string message) {
    reading_.problems.push_back({lines_.file, entry.line, entry.option, std::move(message)});
  }

  void read_one(const ConfigEntry& entry) {
    Result<Line> line = parse(entry);
    if (!line) return complain(entry, line.error().message);
    KeyReading other = read_(substituted(lines_, *line));
    for (const ConfigProblem& problem : other.problems) {
      if (problem.line != entry.line) continue;  // the file's own, told already
      complain(entry,
               problem.option == "object" ? problem.message : fmt::format("{}: {}", problem.option, problem.message));
    }
    if (!other.key) return;
    other.key->in_rotation = true;
    places_.emplace_back(entry.line, place_of(*other.key));
    auto key = std::make_shared<const KeyPolicy>(std::move(*other.key));
    objects_.push_back({&entry, key});
    if (entry.option == kNext)
      rotation_.next = NextKey{std::move(key), line->time};
    else
      rotation_.retiring.push_back({std::move(key), line->time});
  }

  void check_distinct(const ConfigEntry& entry) {
    const auto own = std::ranges::find(places_, entry.line, &std::pair<int, std::string>::first);
    if (own == places_.end() || !reading_.key) return;
    const auto same = std::ranges::count(places_, own->second, &std::pair<int, std::string>::second);
    if (own->second == place_of(*reading_.key) || same > 1)
      complain(entry, "names an object that another line of this file names too; an object signs, follows or retires");
  }

  /// Who verifies tells keys from each other by `kid`.
  void check_kids() {
    if (!reading_.key) return;
    for (const auto& [entry, object] : objects_) {
      const std::string variable = kid_variable(*object);
      const auto shares = [&, own = object](const Object& other) {
        return other.key != own && cannot_be_told(*own, *other.key);
      };
      if (variable.empty() || !(cannot_be_told(*object, *reading_.key) || std::ranges::any_of(objects_, shares)))
        continue;
      complain(*entry, fmt::format("has the {0} of another object of this file; say {0}=… on this line, or, where both "
                                   "are one key, public-key of both",
                                   variable));
    }
  }

  struct Object {
    const ConfigEntry* entry;
    KeyPolicyPtr key;
  };

  KeyReading& reading_;
  const ConfigLines& lines_;
  const ReadLines& read_;
  Rotation rotation_{};
  std::vector<std::pair<int, std::string>> places_{};  ///< by line
  std::vector<Object> objects_{};
};

}  // namespace

void read_rotation(KeyReading& reading, const ConfigLines& lines, const ReadLines& read) {
  if (std::ranges::any_of(lines.entries, is_rotation)) RotationReader(reading, lines, read).read_all();
}

}  // namespace signet::rules
