#include "cli/terminal/parse_options.h"

#include <algorithm>

#include <boost/program_options/errors.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/positional_options.hpp>

namespace signet::terminal {
namespace {

namespace po = boost::program_options;
using Style = po::command_line_style::style_t;

constexpr int kWithoutGuessing = static_cast<int>(Style::unix_style) & ~static_cast<int>(Style::allow_guessing);

Unexpected<std::string> wrong(std::string sentence) { return Unexpected(std::move(sentence)); }

// Program_options quotes the whole word, "--pin=1234" among them.
std::string name_of(const po::error_with_option_name& error) {
  const auto name = error.get_option_name();
  return name.substr(0, name.find('='));
}

// "--option=value" is one word and is no option's name.
bool takes_next_word(const std::string& word, const po::options_description& options) {
  if (!word.starts_with("--") || word.size() == 2) return false;
  const auto* option = options.find_nothrow(word.substr(2), false);
  return option != nullptr && option->semantic()->max_tokens() > 0;
}

}  // namespace

// Library exceptions end here: Program_options throws what it finds.
Result<po::variables_map, std::string> parse_options(const std::vector<std::string>& words,
                                                     const po::options_description& options) {
  po::positional_options_description positional;
  positional.add("argument", -1);
  try {
    po::variables_map values;
    auto parser = po::command_line_parser(words).options(options).positional(positional).style(kWithoutGuessing);
    po::store(parser.run(), values);
    return values;
  } catch (const po::unknown_option& error) {
    return wrong("There is no option " + name_of(error) + " here");
  } catch (const po::multiple_occurrences& error) {
    return wrong(name_of(error) + " is given twice; keep one");
  } catch (const po::error_with_option_name& error) {
    return wrong(name_of(error) + " is not used rightly: its value is missing, or it takes none");
  } catch (const po::error&) {
    return wrong("The command line cannot be read");
  }
}

std::size_t find_argument(const std::vector<std::string>& words, const po::options_description& options,
                          std::size_t from) {
  auto at = from;
  while (at < words.size() && words[at].starts_with('-')) at += takes_next_word(words[at], options) ? 2 : 1;
  return std::min(at, words.size());
}

}  // namespace signet::terminal
