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
std::string nearest(std::string_view name, const po::options_description& known) {
  std::string best;
  std::size_t best_distance = kLongestName;
  for (const auto& option : known.options()) {
    const std::string& candidate = option->long_name();
    const std::size_t distance = edit_distance(name, candidate);
    if (distance < best_distance && distance <= std::max<std::size_t>(candidate.size() / 3, 1)) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

// Loads one file's entries. Program_options stops at its first error, so every entry is stored into a map of its own.
class Loader {
 public:
  Loader(const po::options_description& known, const ConfigLines& lines)
      : known_(known), lines_(lines), problems_(lines.problems) {}

  void load(const ConfigEntry& entry);
  void demand(const std::string& option);
  std::vector<ConfigProblem> take_problems() { return std::move(problems_); }

 private:
  void store(const ConfigEntry& entry) const;
  bool may_repeat(const std::string& option) const;
  void complain(int line, std::string option, std::string message);
  void complain_unknown(const ConfigEntry& entry);

  const po::options_description& known_;
  const ConfigLines& lines_;
  std::vector<ConfigProblem> problems_;
  std::map<std::string, int> first_line_;
};

void Loader::load(const ConfigEntry& entry) {
  const auto [first, is_first] = first_line_.emplace(entry.option, entry.line);
  if (!is_first && !may_repeat(entry.option)) {
    return complain(entry.line, entry.option, fmt::format("stands in line {} already; keep one", first->second));
  }
  try {
    store(entry);
  } catch (const po::unknown_option&) {
    complain_unknown(entry);
  } catch (const po::error& error) {
    complain(entry.line, entry.option, error.what());
  }
}

void Loader::demand(const std::string& option) {
  if (!first_line_.contains(option)) complain(0, option, "is missing; the file needs it");
}

void Loader::store(const ConfigEntry& entry) const {
  po::parsed_options line(&known_);
  line.options.emplace_back(entry.option, std::vector{entry.value});
  po::variables_map stored;
  po::store(line, stored);
  po::notify(stored);
}

// Unknown options count as repeatable: each of their lines gets the same, more useful, complaint.
bool Loader::may_repeat(const std::string& option) const {
  const po::option_description* description = known_.find_nothrow(option, false);
  return description == nullptr || description->semantic()->is_composing();
}

void Loader::complain(int line, std::string option, std::string message) {
  problems_.push_back({lines_.file, line, std::move(option), std::move(message)});
}

void Loader::complain_unknown(const ConfigEntry& entry) {
  // An odd name is more likely a value, even a secret, in the wrong place than a misspelt option.
  if (!is_plain_name(entry.option)) {
    return complain(entry.line, {}, "what stands before = is not an option of this file");
  }
  const std::string meant = nearest(entry.option, known_);
  complain(entry.line, entry.option,
           meant.empty() ? "is not an option of this file; delete the line or correct the name"
                         : fmt::format("is not an option of this file; did you mean {}?", meant));
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

std::vector<ConfigProblem> ConfigSchema::apply(const ConfigLines& lines) const {
  po::options_description known;
  for (const Option& option : options_) {
    known.add_options()(option.name.c_str(), semantic_of(option.take, option.repeats));
  }
  Loader loader(known, lines);
  for (const ConfigEntry& entry : lines.entries) loader.load(entry);
  for (const Option& option : options_) {
    if (option.required) loader.demand(option.name);
  }
  return loader.take_problems();
}

}  // namespace signet
