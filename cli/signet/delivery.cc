#include "cli/signet/delivery.h"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <limits>

#include <boost/program_options/value_semantic.hpp>
#include <fmt/format.h>

#include "proto/config_values.h"

namespace signet::cli {
namespace {

namespace po = boost::program_options;

Unexpected<Failure> usage(std::string sentence) { return Unexpected(usage_failure(std::move(sentence))); }

Result<int, Failure> number(const po::variables_map& values, const char* option, int low) {
  const auto parsed = parse_integer(values[option].as<std::string>(), low, std::numeric_limits<int>::max());
  if (!parsed) return usage(fmt::format("--{} {}.", option, parsed.error().message));
  return static_cast<int>(*parsed);
}

Result<std::string, Failure> path(const po::variables_map& values, const char* option) {
  auto text = values[option].as<std::string>();
  if (text.empty() || text.ends_with('/')) return usage(fmt::format("--{} wants the path of a file.", option));
  return text;
}

/// POSIX.1-2017, XBD section 8.1, and lower case, which some programs want.
bool is_variable_name(const std::string& name) {
  const auto starts = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; };
  const auto goes_on = [&](char c) { return starts(c) || (c >= '0' && c <= '9'); };
  return !name.empty() && starts(name.front()) && std::ranges::all_of(name, goes_on);
}

/// Variables that the loader, a shell or an interpreter acts on before the command can read a token from them, and that
/// are printed where they make no sense (ld.so(8), sh(1), bash(1), gconv of glibc).
bool is_acted_upon(std::string_view name) {
  static constexpr std::array kFamilies{std::string_view("LD_"), std::string_view("PYTHON"), std::string_view("PERL5"),
                                        std::string_view("BASH")};
  static constexpr std::array kNames{
      std::string_view("PATH"),      std::string_view("IFS"),         std::string_view("ENV"),
      std::string_view("HOME"),      std::string_view("PS4"),         std::string_view("SHELLOPTS"),
      std::string_view("NLSPATH"),   std::string_view("GCONV_PATH"),  std::string_view("GLIBC_TUNABLES"),
      std::string_view("LOCPATH"),   std::string_view("RUBYLIB"),     std::string_view("RUBYOPT"),
      std::string_view("NODE_PATH"), std::string_view("NODE_OPTIONS")};
  return std::ranges::any_of(kFamilies, [&](std::string_view family) { return name.starts_with(family); }) ||
         std::ranges::find(kNames, name) != kNames.end();
}

Result<std::string, Failure> variable(const po::variables_map& values) {
  auto name = values["env"].as<std::string>();
  if (!is_variable_name(name)) return usage("--env wants the name of a variable: letters, digits and '_'.");
  if (is_acted_upon(name))
    return usage(fmt::format(
        "--env wants a variable that only the command reads; the loader, a shell or an interpreter acts on {}.", name));
  return name;
}

Result<int, Failure> descriptor(const po::variables_map& values) {
  constexpr int kFirst = 3;  // those before are stdin, stdout and stderr
  SIGNET_TRY_ASSIGN(const int fd, number(values, "fd", kFirst));
  if (::fcntl(fd, F_GETFD) != -1)
    return usage(fmt::format("Descriptor {} is open already; name another one with --fd.", fd));
  return fd;
}

Result<Channel, Failure> channel(const po::variables_map& values) {
  struct Row {
    const char* option;
    Channel channel;
  };
  static constexpr std::array kRows{Row{"env", Channel::variable}, Row{"fd", Channel::descriptor},
                                    Row{"header-file", Channel::header_file}};
  const auto is_given = [&](const Row& row) { return values.contains(row.option); };
  if (std::ranges::count_if(kRows, is_given) != 1)
    return usage("Say once how the command gets the token: --env NAME, --fd N or --header-file FILE.");
  return std::ranges::find_if(kRows, is_given)->channel;
}

}  // namespace

void add_file_options(po::options_description& options) {
  options.add_options()("file", po::value<std::string>())("watch", "")("while", po::value<std::string>());
}

void add_command_options(po::options_description& options) {
  options.add_options()("env", po::value<std::string>())("fd", po::value<std::string>())("header-file",
                                                                                         po::value<std::string>());
}

Result<std::optional<FileOrder>, Failure> file_order(const po::variables_map& values) {
  FileOrder order{.path = {}, .watch = values.contains("watch")};
  if (order.watch && !values.contains("file")) return usage("--watch keeps a file fresh; name it with --file FILE.");
  if (values.contains("while") && !order.watch) return usage("--while PID ends a --watch; there is none.");
  if (!values.contains("file")) return std::optional<FileOrder>();
  SIGNET_TRY_ASSIGN(order.path, path(values, "file"));
  if (values.contains("while")) {
    SIGNET_TRY_ASSIGN(order.while_process, number(values, "while", 1));
  }
  return std::optional(std::move(order));
}

Result<CommandOrder, Failure> command_order(const po::variables_map& values, std::vector<std::string> words) {
  if (words.empty() || words.front().empty())
    return usage("exec wants a command after --, as in: signet exec KEY --env NAME -- COMMAND ARGUMENTS.");
  CommandOrder order{.words = std::move(words)};
  SIGNET_TRY_ASSIGN(order.channel, channel(values));
  if (values.contains("header") && order.channel != Channel::descriptor)
    return usage("--header goes with --fd; a header file holds a header line anyway, a variable never does.");
  switch (order.channel) {
    case Channel::variable: {
      SIGNET_TRY_ASSIGN(order.name, variable(values));
      break;
    }
    case Channel::descriptor: {
      SIGNET_TRY_ASSIGN(order.descriptor, descriptor(values));
      break;
    }
    case Channel::header_file: {
      SIGNET_TRY_ASSIGN(order.name, path(values, "header-file"));
      break;
    }
  }
  return order;
}

}  // namespace signet::cli
