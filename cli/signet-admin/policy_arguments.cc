#include "cli/signet-admin/policy_arguments.h"

#include "cli/signet-admin/option_values.h"
#include "cli/terminal/token_request.h"

namespace signet::admin {
namespace {

namespace po = boost::program_options;

constexpr const char* kDefaultConfig = "/etc/signet/signetd.conf";

Done<void> read_check_options(PolicyOptions& options, const po::variables_map& values) {
  options.files = words_of(values);
  options.profiles_dir = text(values, "profiles-dir");
  if (values.contains("config"))
    return usage("The command policy check takes files as arguments; write policy check FILE, without --config.");
  if (options.files.empty()) return usage("The command policy check wants a file: signetd.conf, or files of keys.d.");
  return {};
}

Done<void> read_test_options(PolicyOptions& options, const po::variables_map& values) {
  const auto words = words_of(values);
  if (words.size() != 1)
    return usage("The command policy test wants one key's name; see signet-admin policy test --help.");
  options.key = words.front();
  options.config = values.contains("config") ? text(values, "config") : kDefaultConfig;
  options.caller = text(values, "as");
  if (options.caller.empty())
    return usage("--as wants the caller, as in --as user=ci or --as user=ci,unit=build.service.");
  auto request = terminal::token_request_of(values);
  if (!request) return usage(request.error());
  options.request = std::move(*request);
  if (!values.contains("at")) return {};
  SIGNET_TRY_ASSIGN(const UtcTime at, utc_time(values, "at"));
  options.at = std::chrono::floor<std::chrono::seconds>(at);
  return {};
}

}  // namespace

bool is_policy_command(Command command) { return command == Command::policy_check || command == Command::policy_test; }

po::options_description policy_command_options(Command command) {
  po::options_description options;
  add_flags(options, {"json"});
  if (command == Command::policy_check) {
    add_texts(options, {"profiles-dir"});
    return options;
  }
  add_texts(options, {"as", "at"});
  terminal::add_request_options(options);
  return options;
}

Done<Invocation> policy_invocation(Command command, const po::variables_map& values) {
  Invocation invocation{.command = command, .json = values.contains("json")};
  SIGNET_TRY(command == Command::policy_check ? read_check_options(invocation.policy, values)
                                              : read_test_options(invocation.policy, values));
  return invocation;
}

}  // namespace signet::admin
