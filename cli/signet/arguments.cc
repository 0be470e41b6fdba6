#include "cli/signet/arguments.h"

#include <algorithm>

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <fmt/format.h>

#include "cli/signet/help.h"
#include "cli/terminal/parse_options.h"
#include "cli/terminal/token_request.h"
#include "proto/config_values.h"

namespace signet::cli {
namespace {

namespace po = boost::program_options;
using Parsed = Result<std::variant<Invocation, Notice>, Failure>;
using Words = std::vector<std::string>;

Unexpected<Failure> usage(std::string sentence) { return Unexpected(usage_failure(std::move(sentence))); }

po::options_description common_options() {
  po::options_description options;
  options.add_options()("help,h", "")("version", "")("json", "")("socket", po::value<std::string>())(
      "timeout", po::value<std::string>())("argument", po::value<Words>());
  return options;
}

bool asks_for_jwt(Command command) { return command == Command::token || command == Command::exec; }

po::options_description options_of(Command command) {
  auto options = common_options();
  if (!asks_for_jwt(command)) return options;
  terminal::add_request_options(options);
  options.add_options()("header", "");
  if (command == Command::token) add_file_options(options);
  if (command == Command::exec) add_command_options(options);
  return options;
}

Result<po::variables_map, Failure> parse_options(const Words& words, const po::options_description& options) {
  auto values = terminal::parse_options(words, options);
  if (!values) return usage(values.error() + "; see signet --help.");
  return std::move(*values);
}

Result<std::string, Failure> key_argument(Command command, const Words& words) {
  if (command == Command::exec && words.size() > 1)
    return usage(
        "exec wants one key's name, and its command after --: signet exec KEY --env NAME -- COMMAND ARGUMENTS.");
  if (words.size() != 1)
    return usage(fmt::format("The command {} wants one key's name; signet keys lists yours.", command_name(command)));
  auto name = parse_name(words.front());
  if (!name)
    return usage(
        "A key's name has only the characters a-z, 0-9, '.', '_' and '-', at most 64; signet keys lists yours.");
  return *name;
}

Result<std::chrono::milliseconds, Failure> duration(const po::variables_map& values, const char* option) {
  auto parsed = parse_duration(values[option].as<std::string>());
  if (!parsed) return usage(fmt::format("--{} {}.", option, parsed.error().message));
  if (parsed->count() == 0) return usage(fmt::format("--{} must be longer than nothing; write 10s or 10min.", option));
  return *parsed;
}

Result<Endpoint, Failure> endpoint_of(const po::variables_map& values, const std::string& socket) {
  Endpoint endpoint;
  if (!socket.empty()) endpoint.socket = socket;
  if (values.contains("socket")) endpoint.socket = values["socket"].as<std::string>();
  if (endpoint.socket.empty()) return usage("--socket wants the path of the service's socket.");
  if (values.contains("timeout")) {
    SIGNET_TRY_ASSIGN(endpoint.timeout, duration(values, "timeout"));
  }
  return endpoint;
}

Result<TokenRequest, Failure> token_request(const po::variables_map& values) {
  auto request = terminal::token_request_of(values);
  if (!request) return usage(request.error());
  return std::move(*request);
}

Result<Form, Failure> form_of(const po::variables_map& values) {
  const bool json = values.contains("json");
  const bool header = values.contains("header");
  if (json && header) return usage("--json and --header exclude each other; keep one.");
  return json ? Form::json : header ? Form::header : Form::plain;
}

Result<void, Failure> no_arguments(Command command, const Words& words) {
  if (!words.empty())
    return usage(fmt::format("The command {0} takes no argument; see signet {0} --help.", command_name(command)));
  return {};
}

/// The options of the two commands that ask for a JWT, and where it goes.
Result<void, Failure> read_order(Invocation& invocation, const po::variables_map& values, Words to_run) {
  SIGNET_TRY_ASSIGN(invocation.request, token_request(values));
  if (invocation.command == Command::token) {
    SIGNET_TRY_ASSIGN(invocation.file, file_order(values));
    return {};
  }
  if (invocation.form == Form::json)
    return usage("exec hands over a token and not the whole answer; leave --json out.");
  SIGNET_TRY_ASSIGN(invocation.to_run, command_order(values, std::move(to_run)));
  if (invocation.to_run->channel == Channel::header_file) invocation.form = Form::header;
  return {};
}

Parsed invocation_of(Command command, const po::variables_map& values, const std::string& socket, Words to_run) {
  const auto words = values.contains("argument") ? values["argument"].as<Words>() : Words();
  Invocation invocation{.command = command};
  SIGNET_TRY_ASSIGN(invocation.endpoint, endpoint_of(values, socket));
  SIGNET_TRY_ASSIGN(invocation.form, form_of(values));
  if (asks_for_jwt(command) || command == Command::show || command == Command::why) {
    SIGNET_TRY_ASSIGN(invocation.key, key_argument(command, words));
  } else {
    SIGNET_TRY(no_arguments(command, words));
  }
  if (asks_for_jwt(command)) SIGNET_TRY(read_order(invocation, values, std::move(to_run)));
  return std::variant<Invocation, Notice>(std::move(invocation));
}

Parsed notice(std::string text) { return std::variant<Invocation, Notice>(Notice{std::move(text)}); }

// No command: only --help and --version make sense.
Parsed without_command(const Words& words) {
  SIGNET_TRY_ASSIGN(const auto values, parse_options(words, common_options()));
  if (values.contains("version")) return notice("signet " SIGNET_VERSION "\n");
  if (values.contains("help")) return notice(general_help());
  return usage("Name a command: token, exec, keys, show, why, whoami, jwks or health; see signet --help.");
}

Parsed with_command(Command command, Words words, const std::string& socket) {
  // What follows "--" is exec's command, options of its own and all.
  const auto end = command == Command::exec ? std::ranges::find(words, "--") : words.end();
  const bool ends = end != words.end();
  Words to_run(ends ? end + 1 : end, words.end());
  words.erase(end, words.end());
  auto values = parse_options(words, options_of(command));
  if (!values && command == Command::exec && !ends)
    return usage(values.error().sentence + " An option of the command stands after --.");
  if (!values) return Unexpected(std::move(values.error()));
  if (values->contains("help")) return notice(command_help(command));
  if (values->contains("version")) return notice("signet " SIGNET_VERSION "\n");
  return invocation_of(command, *values, socket, std::move(to_run));
}

}  // namespace

Parsed parse_arguments(const Words& arguments, const std::string& socket) {
  const auto place = terminal::find_argument(arguments, options_of(Command::token));
  if (place == arguments.size()) return without_command(arguments);
  const auto word = arguments.begin() + static_cast<std::ptrdiff_t>(place);
  const auto command = command_from_name(*word);
  if (!command) return usage(fmt::format("There is no command \"{}\"; see signet --help.", *word));
  Words words(arguments.begin(), word);
  words.insert(words.end(), word + 1, arguments.end());
  auto parsed = with_command(*command, std::move(words), socket);
  if (!parsed && *command == Command::exec) parsed.error().code = ExitCode::not_started;
  return parsed;
}

}  // namespace signet::cli
