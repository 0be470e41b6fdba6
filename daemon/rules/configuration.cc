#include "daemon/rules/configuration.h"

#include <iterator>

#include <fmt/format.h>

#include "daemon/rules/one_algorithm.h"

namespace signet::rules {
namespace {

constexpr std::string_view kBrokenMessage =
    "This key's configuration is wrong; the administrator finds the problems in the log.";

/// For the operator, who is told what the system said.
ConfigProblem unreadable(const SourceFile& file) {
  const Error& why = file.text.error();
  return {file.path, 0, "", why.detail.empty() ? why.message : fmt::format("{} ({})", why.message, why.detail)};
}

class Builder {
 public:
  Builder(DaemonConfig daemon, const Accounts& accounts) : accounts_(accounts) { built_.daemon = std::move(daemon); }

  void add_profile(const SourceFile& file) {
    const auto name = base_name(file.path, ".json");
    if (!file.text) return take_profile(name, {nullptr, {unreadable(file)}});
    take_profile(name, read_profile(file.path, file.text.value()));
  }

  void add_key(const SourceFile& file) {
    if (file.text) return take_key(file.path, read_key_config(file.path, file.text.value(), profiles_, accounts_));
    KeyReading nothing;
    nothing.problems.push_back(unreadable(file));
    take_key(file.path, std::move(nothing));
  }

  Configuration take() && {
    for (const auto& [name, conflict] : find_conflicts(built_.keys)) break_conflicting(name, conflict);
    return std::move(built_);
  }

 private:
  static std::string base_name(std::string_view path, std::string_view suffix) {
    auto base = path.substr(path.rfind('/') + 1);
    if (base.ends_with(suffix)) base.remove_suffix(suffix.size());
    return std::string(base);
  }

  void append(std::vector<ConfigProblem> problems) {
    std::move(problems.begin(), problems.end(), std::back_inserter(built_.problems));
  }

  /// A profile with problems is known by name, as null, so that its keys can say why they do not serve.
  void take_profile(const std::string& name, ProfileReading reading) {
    profiles_.emplace(name, std::move(reading.profile));
    append(std::move(reading.problems));
  }

  void take_key(const std::string& path, KeyReading reading) {
    append(std::move(reading.problems));
    const auto name = key_name_of(path);
    if (!name) return;  // nobody could ask for it; its problem is in the list
    paths_.emplace(name.value(), path);
    if (reading.key)
      built_.keys.emplace(name.value(), std::move(*reading.key));
    else
      built_.broken.emplace(name.value(), BrokenKey{std::move(reading.allow), std::move(reading.profile_name),
                                                    std::string(kBrokenMessage)});
  }

  /// Neither of the two serves: which of them is the wrong one, nobody here knows.
  void break_conflicting(const std::string& name, const AlgorithmConflict& conflict) {
    built_.problems.push_back({paths_.at(name), 0, "alg", message_of(conflict, paths_.at(conflict.other))});
    auto node = built_.keys.extract(name);
    KeyPolicy& key = node.mapped();
    built_.broken.emplace(name, BrokenKey{std::move(key.allow), key.profile->name, std::string(kBrokenMessage)});
  }

  const Accounts& accounts_;
  Configuration built_{};
  std::map<std::string, std::string> paths_{};  ///< of key files, by the key's name
  std::map<std::string, ProfilePtr> profiles_{};
};

template <class Value>
void check_unchanged(std::vector<ConfigProblem>& problems, const char* option, const Value& current,
                     const Value& fresh) {
  if (current != fresh)
    problems.push_back({"signetd.conf", 0, option, "cannot change while the daemon runs; restart it instead"});
}

}  // namespace

Configuration build_configuration(DaemonConfig daemon, const std::vector<SourceFile>& profiles,
                                  const std::vector<SourceFile>& keys, const Accounts& accounts) {
  Builder builder(std::move(daemon), accounts);
  for (const auto& file : profiles) builder.add_profile(file);
  for (const auto& file : keys) builder.add_key(file);
  return std::move(builder).take();
}

std::vector<ConfigProblem> reload_problems(const Configuration& current, const Configuration& fresh,
                                           const std::vector<ConfigProblem>& daemon_problems) {
  std::vector<ConfigProblem> problems = daemon_problems;
  problems.insert(problems.end(), fresh.problems.begin(), fresh.problems.end());
  if (!daemon_problems.empty()) return problems;
  check_unchanged(problems, "socket", current.daemon.socket, fresh.daemon.socket);
  check_unchanged(problems, "admin-socket", current.daemon.admin_socket, fresh.daemon.admin_socket);
  check_unchanged(problems, "socket-mode", current.daemon.socket_mode, fresh.daemon.socket_mode);
  check_unchanged(problems, "socket-group", current.daemon.socket_group, fresh.daemon.socket_group);
  check_unchanged(problems, "state-dir", current.daemon.state_dir, fresh.daemon.state_dir);
  return problems;
}

}  // namespace signet::rules
