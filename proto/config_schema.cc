#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <boost/program_options/variables_map.hpp>
#include <fmt/format.h>

#include "proto/config_file.h"

namespace signet {
namespace {

namespace po = boost::program_options;

constexpr std::size_t kLongestName = 64;
constexpr std::size_t kLongestNameOfItsOwn = 128;  // a claim may be called by an address

// Levenshtein's distance: how many characters to insert, delete or replace.
std::size_t edit_distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t replaced = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

bool is_plain_name(std::string_view name) {
  return name.size() <= kLongestName && std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
         });
}

/// The known name that differs in at most a third of its characters, and least; empty where none does.
std::string nearest(std::string_view name, const std::vector<std::string>& known) {
  std::string best;
  std::size_t best_distance = kLongestName;
  for (const std::string& candidate : known) {
    const std::size_t distance = edit_distance(name, candidate);
    if (distance < best_distance && distance <= std::max<std::size_t>(candidate.size() / 3, 1)) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

// A refused value leaves Program_options' notifier as an exception and becomes a problem in Loader::load.
po::typed_value<std::string>* semantic_of(const ConfigSchema::Take& take, bool repeats) {
  auto* semantic = po::value<std::string>()->notifier([&take](const std::string& value) {
    const Result<void> taken = take(value);
    if (!taken) throw po::error(taken.error().message);
  });
  return repeats ? semantic->composing() : semantic;
}

}  // namespace

// Loads one file's entries. Program_options stops at its first error, so every entry is stored into a map of its own.
class ConfigLoader {
 public:
  ConfigLoader(const ConfigSchema& schema, const ConfigLines& lines)
      : schema_(schema), lines_(lines), problems_(lines.problems) {
    for (const auto& option : schema.options_)
      known_.add_options()(option.name.c_str(), semantic_of(option.take, option.repeats));
  }

  void load(const ConfigEntry& entry);
  void demand(const std::string& option);
  std::vector<ConfigProblem> take_problems() { return std::move(problems_); }

 private:
  using Named = ConfigSchema::NamedOption;

  const Named* find_named(const ConfigEntry& entry) const;
  void load_named(const Named& option, const ConfigEntry& entry);
  void store(const ConfigEntry& entry) const;
  bool may_repeat(const ConfigEntry& entry) const;
  std::vector<std::string> known_names() const;
  void complain(int line, std::string option, std::string message);
  void complain_unknown(const ConfigEntry& entry);

  const ConfigSchema& schema_;
  po::options_description known_;
  const ConfigLines& lines_;
  std::vector<ConfigProblem> problems_;
  std::map<std::string, int> first_line_;
};

void ConfigLoader::load(const ConfigEntry& entry) {
  const auto [first, is_first] = first_line_.emplace(entry.option, entry.line);
  if (!is_first && !may_repeat(entry)) {
    return complain(entry.line, entry.option, fmt::format("stands in line {} already; keep one", first->second));
  }
  if (const Named* named = find_named(entry)) return load_named(*named, entry);
  try {
    store(entry);
  } catch (const po::unknown_option&) {
    complain_unknown(entry);
  } catch (const po::error& error) {
    complain(entry.line, entry.option, error.what());
  }
}

void ConfigLoader::demand(const std::string& option) {
  if (!first_line_.contains(option)) complain(0, option, "is missing; the file needs it");
}

const ConfigLoader::Named* ConfigLoader::find_named(const ConfigEntry& entry) const {
  const auto found = std::ranges::find(schema_.named_, option_head(entry.option), &Named::name);
  return found == schema_.named_.end() ? nullptr : &*found;
}

// What is no name is not repeated: it may be a value in the wrong place.
void ConfigLoader::load_named(const Named& option, const ConfigEntry& entry) {
  const std::string_view name =
      std::string_view(entry.option).substr(std::min(option.name.size() + 1, entry.option.size()));
  if (name.empty() || name.size() > kLongestNameOfItsOwn || name.find(' ') != name.npos) {
    return complain(entry.line, option.name,
                    fmt::format("wants one name before =; write {} NAME = value", option.name));
  }
  if (const Result<void> taken = option.take(name, entry.value); !taken)
    complain(entry.line, entry.option, taken.error().message);
}

void ConfigLoader::store(const ConfigEntry& entry) const {
  po::parsed_options line(&known_);
  line.options.emplace_back(entry.option, std::vector{entry.value});
  po::variables_map stored;
  po::store(line, stored);
  po::notify(stored);
}

// Unknown options count as repeatable: each of their lines gets the same, more useful, complaint.
bool ConfigLoader::may_repeat(const ConfigEntry& entry) const {
  if (const Named* named = find_named(entry)) return named->repeats;
  const po::option_description* description = known_.find_nothrow(entry.option, false);
  return description == nullptr || description->semantic()->is_composing();
}

std::vector<std::string> ConfigLoader::known_names() const {
  std::vector<std::string> names;
  for (const auto& option : schema_.options_) names.push_back(option.name);
  for (const auto& option : schema_.named_) names.push_back(option.name);
  return names;
}

void ConfigLoader::complain(int line, std::string option, std::string message) {
  problems_.push_back({lines_.file, line, std::move(option), std::move(message)});
}

void ConfigLoader::complain_unknown(const ConfigEntry& entry) {
  const std::string_view head = option_head(entry.option);
  const std::string meant = nearest(head, known_names());
  const bool has_name = head.size() < entry.option.size();
  // An odd name is more likely a value, even a secret, in the wrong place than a misspelt option.
  if (!is_plain_name(head) || (has_name && meant.empty())) {
    return complain(entry.line, {}, "what stands before = is not an option of this file");
  }
  if (has_name && meant == head)
    return complain(entry.line, meant, fmt::format("takes no name before =; write {} = value", meant));
  complain(entry.line, std::string(head),
           meant.empty() ? "is not an option of this file; delete the line or correct the name"
                         : fmt::format("is not an option of this file; did you mean {}?", meant));
}

ConfigSchema& ConfigSchema::required(std::string option, Take take) {
  options_.push_back({.name = std::move(option), .take = std::move(take), .required = true, .repeats = false});
  return *this;
}

ConfigSchema& ConfigSchema::optional(std::string option, Take take) {
  options_.push_back({.name = std::move(option), .take = std::move(take), .required = false, .repeats = false});
  return *this;
}

ConfigSchema& ConfigSchema::repeated(std::string option, Take take) {
  options_.push_back({.name = std::move(option), .take = std::move(take), .required = false, .repeats = true});
  return *this;
}

ConfigSchema& ConfigSchema::named(std::string option, NamedTake take) {
  named_.push_back({.name = std::move(option), .take = std::move(take), .repeats = false});
  return *this;
}

ConfigSchema& ConfigSchema::named_repeated(std::string option, NamedTake take) {
  named_.push_back({.name = std::move(option), .take = std::move(take), .repeats = true});
  return *this;
}

std::vector<ConfigProblem> ConfigSchema::apply(const ConfigLines& lines) const {
  ConfigLoader loader(*this, lines);
  for (const ConfigEntry& entry : lines.entries) loader.load(entry);
  for (const Option& option : options_) {
    if (option.required) loader.demand(option.name);
  }
  return loader.take_problems();
}

}  // namespace signet
