#include "cli/signet-admin/policy_commands.h"

#include <chrono>

#include <fmt/format.h>

#include "cli/signet-admin/caller_option.h"
#include "cli/signet-admin/policy_answer_view.h"
#include "cli/signet-admin/policy_files.h"
#include "cli/signet-admin/policy_key_view.h"
#include "cli/signet-admin/warning.h"
#include "daemon/rules/decide.h"
#include "daemon/rules/late_values.h"
#include "daemon/rules/rotation.h"
#include "host/peer_credentials.h"
#include "proto/config_values.h"

namespace signet::admin {
namespace {

using Readings = std::vector<rules::ConfigurationReading>;

Readings read_all(const PolicyOptions& options) {
  Readings readings;
  std::vector<std::string> key_files;
  for (const auto& file : options.files) {
    if (is_daemon_configuration(file))
      readings.push_back(read_daemon_configuration(file));
    else
      key_files.push_back(file);
  }
  if (!key_files.empty()) readings.push_back(read_key_files(key_files, options.profiles_dir));
  return readings;
}

std::string path_of(const PolicyOptions& options, const rules::Configuration& configuration, const std::string& key) {
  if (!configuration.daemon.keys_dir.empty()) return configuration.daemon.keys_dir + "/" + key + ".conf";
  for (const auto& file : options.files)
    if (const auto name = rules::key_name_of(file); name && *name == key) return file;
  return key + ".conf";
}

PolicyReport report_of(const PolicyOptions& options) {
  PolicyReport report;
  for (auto& reading : read_all(options)) {
    for (auto& [name, key] : reading.configuration.keys) {
      const auto path = path_of(options, reading.configuration, name);
      report.keys.push_back({path, rate_lines(path), std::move(key)});
    }
    for (const auto& problem : rules::all_problems(reading)) report.problems.push_back(to_string(problem));
  }
  return report;
}

rules::WallTime wall_now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

KnownCallers callers_of_this_machine() {
  return {.account = host::account, .user_name = host::user_name, .group_id = host::group_id};
}

// The request goes through the reader of the daemon: what that would refuse is refused here.
Result<rules::Admitted> admit(const PolicyOptions& options, const rules::Configuration& configuration,
                              const rules::DisabledKeys& disabled, const rules::Peer& caller, const std::string& key) {
  SIGNET_TRY_ASSIGN(const TokenRequest request, read_token_request(write(options.request)));
  return rules::admit(configuration, disabled, caller, key, request);
}

// What only the token knows of its key, and what is fresh in every JWT, is shown by name.
void name_late_values(rules::JwtPlan& plan) {
  for (std::string* part : {&plan.header_json, &plan.claims_json, &plan.recorded_claims_json})
    *part = rules::name_marks(*part);
}

Result<PolicyAnswer> answer_of(const PolicyOptions& options, const rules::Configuration& configuration,
                               const rules::DisabledKeys& disabled, const rules::Peer& caller, const std::string& key) {
  SIGNET_TRY(host::check_own_uid(caller.uid));
  SIGNET_TRY_ASSIGN(rules::Admitted admitted, admit(options, configuration, disabled, caller, key));
  name_late_values(admitted.plan);
  // Any clock will do here: the daemon alone knows when it was built.
  SIGNET_TRY_ASSIGN(auto jwt, rules::fill_times(admitted.plan, options.at.value_or(wall_now()), rules::WallTime{}));
  const auto& allow = admitted.key->allow;
  const auto line = rules::admitting_line(allow, caller).value_or(0);
  return PolicyAnswer{admitted.plan, std::move(jwt), line + 1, allow.at(line).text};
}

Failure refusal(const Error& error) {
  const auto& info = error_info(error.code);
  return {info.http_status >= 500 ? ExitCode::unavailable : ExitCode::refused,
          fmt::format("signetd would answer {} {}.", info.http_status, info.name)};
}

// What the daemon keeps of one key beside the configuration.
struct KeyState {
  rules::DisabledKeys disabled{};
  rules::SwitchRecords switches{};
};

KeyState state_of(const rules::DaemonConfig& daemon, const std::string& key) {
  KeyState state;
  if (key.empty()) return state;
  if (auto disabled = read_disabled(daemon, key))
    state.disabled = *std::move(disabled);
  else
    warn("Whether the key is disabled cannot be seen; it is taken for enabled. (" + disabled.error().detail + ")");
  if (auto switches = read_switches(daemon, key))
    state.switches = *std::move(switches);
  else
    warn("Whether another object of the key signs by now cannot be seen; the one of its file is taken. (" +
         switches.error().detail + ")");
  return state;
}

std::string lines_of(const std::vector<ConfigProblem>& problems) {
  std::string lines;
  for (const auto& problem : problems) lines += "\n  " + to_string(problem);
  return lines;
}

}  // namespace

Done<Outcome> check_policy(const Invocation& invocation, bool colour) {
  const auto report = report_of(invocation.policy);
  Outcome outcome{.text = invocation.json ? policy_json(report) : view_policy(report, colour)};
  if (!report.problems.empty())
    outcome.failure = Failure{ExitCode::failure, report.problems.size() == 1
                                                     ? "There is a problem; signetd would not take these files."
                                                     : fmt::format("There are {} problems; signetd would not take "
                                                                   "these files.",
                                                                   report.problems.size())};
  return outcome;
}

Done<Outcome> test_policy(const Invocation& invocation, bool colour) {
  const PolicyOptions& options = invocation.policy;
  SIGNET_TRY_ASSIGN(const rules::Peer caller, caller_of(options.caller, callers_of_this_machine()));
  auto reading = read_daemon_configuration(options.config);
  if (!reading.daemon_problems.empty())
    return Unexpected(Failure{ExitCode::failure,
                              "signetd would not start with this configuration:" + lines_of(reading.daemon_problems)});
  const std::string key = parse_name(options.key) ? options.key : "";  // as the daemon's routes have it
  const auto state = state_of(reading.configuration.daemon, key);
  const auto configuration = rules::in_force(std::move(reading.configuration), state.switches);
  const auto answer = answer_of(options, configuration, state.disabled, caller, key);
  if (answer) return Outcome{.text = invocation.json ? answer_json(*answer) : view_answer(*answer, colour)};
  return Outcome{.text = invocation.json ? answer_json(answer.error()) : view_answer(answer.error(), colour),
                 .failure = refusal(answer.error())};
}

}  // namespace signet::admin
