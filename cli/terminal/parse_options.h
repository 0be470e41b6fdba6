#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>

#include "proto/result.h"

namespace signet::terminal {

/// Parses words into the described options; what is no option lands in "argument". Names are not abbreviated. The error
/// is a sentence that names the option and never its value, which may be a PIN that somebody took for an argument. Any
/// thread.
Result<boost::program_options::variables_map, std::string> parse_options(
    const std::vector<std::string>& words, const boost::program_options::options_description& options);

/// The place of the first word from `from` on that is neither an option nor an option's value; words.size() where there
/// is none. Any thread.
std::size_t find_argument(const std::vector<std::string>& words,
                          const boost::program_options::options_description& options, std::size_t from = 0);

}  // namespace signet::terminal
