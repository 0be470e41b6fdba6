#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>

#include "cli/signet-admin/failure.h"
#include "proto/timestamp.h"

// What the parts of the command line are built of: options described, and their values taken out. Any thread.
namespace signet::admin {

using Words = std::vector<std::string>;

/// Options with a text.
void add_texts(boost::program_options::options_description& options, std::initializer_list<const char*> names);
/// Options with a text that may be repeated.
void add_lists(boost::program_options::options_description& options, std::initializer_list<const char*> names);
void add_flags(boost::program_options::options_description& options, std::initializer_list<const char*> names);

/// Empty where the option is absent.
std::string text(const boost::program_options::variables_map& values, const char* name);
std::vector<std::string> texts(const boost::program_options::variables_map& values, const char* name);
/// The words that are no option.
Words words_of(const boost::program_options::variables_map& values);

/// A descriptor's number. Failure: usage.
Done<std::optional<int>> descriptor(const boost::program_options::variables_map& values, const char* name);

/// A time in UTC, of a person ("2026-11-25T12:00:00Z") or of a log line, which has milliseconds. Failure: usage.
Done<UtcTime> utc_time(const boost::program_options::variables_map& values, const char* name);

inline Unexpected<Failure> usage(std::string sentence) { return Unexpected(usage_failure(std::move(sentence))); }

}  // namespace signet::admin
