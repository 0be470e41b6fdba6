#include "cli/signet-admin/key_file_check.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "daemon/rules/key_config.h"
#include "host/accounts.h"
#include "host/process.h"
#include "proto/config_values.h"

#ifndef SIGNET_DEFAULT_PROFILES_DIR
#error "the build says where profiles are installed"
#endif

namespace signet::admin {
namespace {

constexpr std::size_t kMaxProfileBytes = std::size_t{256} * 1024;

std::string lines_of(const std::vector<ConfigProblem>& problems) {
  std::string lines;
  for (const auto& problem : problems) lines += "\n  " + to_string(problem);
  return lines;
}

}  // namespace

Done<rules::ProfilePtr> read_profile(const std::string& directory, const std::string& name) {
  const auto folder = directory.empty() ? std::string(SIGNET_DEFAULT_PROFILES_DIR) : directory;
  const auto path = folder + "/" + name + ".json";
  std::error_code ignored;
  if (!parse_name(name) || !std::filesystem::exists(path, ignored))
    return Unexpected(usage_failure(
        fmt::format("There is no profile \"{}\" in {}; name one of those there, or another folder with --profiles-dir.",
                    name, folder)));
  const auto text = host::read_file(path, kMaxProfileBytes);
  if (!text) return Unexpected(failure_of(text.error()));
  auto reading = rules::read_profile(path, *text);
  if (reading.profile) return std::move(reading.profile);
  return Unexpected(Failure{ExitCode::failure, "The profile is wrong; mend it first:" + lines_of(reading.problems)});
}

Done<void> check_key_file(const std::string& path, const std::string& text, const rules::ProfilePtr& profile) {
  auto problems = rules::read_key_config(path, text, {{profile->name, profile}},
                                         {.user_id = host::user_id, .group_id = host::group_id})
                      .problems;
  const auto lines = read_config_lines(path, text);
  std::erase_if(problems, [&](const ConfigProblem& problem) {
    const auto waits = [&](const ConfigEntry& entry) { return entry.line == problem.line && entry.value.empty(); };
    return std::ranges::any_of(lines.entries, waits);
  });
  if (problems.empty()) return {};
  return Unexpected(usage_failure("signetd would not take the key file; nothing was done:" + lines_of(problems)));
}

}  // namespace signet::admin
