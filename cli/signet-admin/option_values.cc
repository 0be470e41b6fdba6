#include "cli/signet-admin/option_values.h"

#include <boost/program_options/value_semantic.hpp>
#include <fmt/format.h>

#include "proto/config_values.h"

namespace signet::admin {
namespace {

namespace po = boost::program_options;

constexpr std::int64_t kHighestDescriptor = 65535;

}  // namespace

void add_texts(po::options_description& options, std::initializer_list<const char*> names) {
  for (const char* name : names) options.add_options()(name, po::value<std::string>());
}

void add_lists(po::options_description& options, std::initializer_list<const char*> names) {
  for (const char* name : names) options.add_options()(name, po::value<Words>());
}

void add_flags(po::options_description& options, std::initializer_list<const char*> names) {
  for (const char* name : names) options.add_options()(name, "");
}

std::string text(const po::variables_map& values, const char* name) {
  return values.contains(name) ? values[name].as<std::string>() : std::string();
}

Words texts(const po::variables_map& values, const char* name) {
  return values.contains(name) ? values[name].as<Words>() : Words();
}

Words words_of(const po::variables_map& values) { return texts(values, "argument"); }

Done<std::optional<int>> descriptor(const po::variables_map& values, const char* name) {
  if (!values.contains(name)) return std::optional<int>();
  const auto number = parse_integer(text(values, name), 0, kHighestDescriptor);
  if (!number) return usage(fmt::format("--{} {}; a PIN itself is never an argument.", name, number.error().message));
  return std::optional<int>(static_cast<int>(*number));
}

Done<UtcTime> utc_time(const po::variables_map& values, const char* name) {
  const std::string word = text(values, name);
  if (const auto seconds = parse_utc_seconds(word)) return UtcTime(*seconds);
  const auto time = parse_utc_timestamp(word);
  if (!time) return usage(fmt::format("--{} wants a time in UTC like 2026-11-25T12:00:00Z.", name));
  return *time;
}

}  // namespace signet::admin
