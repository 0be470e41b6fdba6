#include "daemon/rules/configuration.h"
#include "tests/unit/rules_fixture.h"

using namespace signet;
using namespace signet::rules;

namespace {

SourceFile file(std::string path, std::string text) { return {std::move(path), Result<std::string>(std::move(text))}; }

SourceFile shipped(const std::string& name) {
  const auto path = std::string(SIGNET_PROFILES) + "/" + name + ".json";
  return file(path, read_whole(path));
}

std::vector<SourceFile> both_profiles() { return {shipped("apple-enterprise"), shipped("app-store-connect")}; }

Configuration build(const std::vector<SourceFile>& profiles, const std::vector<SourceFile>& keys) {
  return build_configuration(DaemonConfig{.socket = "/s"}, profiles, keys, accounts());
}

}  // namespace

TEST_CASE("Good files make a configuration without problems") {
  const auto built = build(both_profiles(), {file("/k/apple.conf", kAppleKey), file("/k/store.conf", kStoreKey)});
  CHECK(texts_of(built.problems).empty());
  CHECK(built.keys.size() == 2);
  CHECK(built.keys.at("store").profile->name == "app-store-connect");
  CHECK(built.broken.empty());
}

TEST_CASE("A bad key file disables its key alone") {
  const auto built =
      build(both_profiles(), {file("/k/apple.conf", kAppleKey + "typo = 1\n"), file("/k/store.conf", kStoreKey)});
  CHECK(texts_of(built.problems).size() == 1);
  CHECK(built.keys.contains("store"));
  CHECK_FALSE(built.keys.contains("apple"));
  REQUIRE(built.broken.contains("apple"));
  CHECK(built.broken.at("apple").allow.size() == 1);
  CHECK(built.broken.at("apple").message.find("typo") == std::string::npos);
}

TEST_CASE("A bad profile disables its keys alone, and both files are named") {
  const auto built = build({file("/p/apple-enterprise.json", "{"), shipped("app-store-connect")},
                           {file("/k/apple.conf", kAppleKey), file("/k/store.conf", kStoreKey)});
  CHECK(has_problem(built.problems, "/p/apple-enterprise.json: "));
  CHECK(has_problem(built.problems, "/k/apple.conf:3: profile: names a profile whose own file is wrong"));
  CHECK(built.problems.size() == 2);
  CHECK(built.keys.size() == 1);
  CHECK(built.broken.contains("apple"));
}

TEST_CASE("A file that cannot be read is a problem of that file") {
  const SourceFile unreadable{"/k/apple.conf",
                              Unexpected(Error{ErrorCode::io_failure, "cannot be read: Permission denied"})};
  const SourceFile no_profile{"/p/app-store-connect.json",
                              Unexpected(Error{ErrorCode::io_failure, "cannot be read: Permission denied"})};
  const auto built = build({shipped("apple-enterprise"), no_profile}, {unreadable, file("/k/store.conf", kStoreKey)});
  CHECK(has_problem(built.problems, "/k/apple.conf: cannot be read: Permission denied"));
  CHECK(has_problem(built.problems, "/p/app-store-connect.json: cannot be read: Permission denied"));
  CHECK(has_problem(built.problems, "/k/store.conf:3: profile: names a profile whose own file is wrong"));
  CHECK(built.keys.empty());
  CHECK(built.broken.size() == 2);
  CHECK(built.broken.at("apple").allow.empty());
}

TEST_CASE("A reload is all or nothing") {
  const auto current = build(both_profiles(), {file("/k/apple.conf", kAppleKey)});
  const auto good = build(both_profiles(), {file("/k/store.conf", kStoreKey)});
  CHECK(reload_problems(current, good, {}).empty());

  const auto bad =
      build(both_profiles(), {file("/k/apple.conf", kAppleKey + "typo = 1\n"), file("/k/store.conf", kStoreKey)});
  CHECK(has_problem(reload_problems(current, bad, {}), "/k/apple.conf:8: typo: is not an option"));

  const std::vector<ConfigProblem> of_daemon{{"signetd.conf", 3, "deadline", "is wrong"}};
  CHECK(reload_problems(current, good, of_daemon) == of_daemon);
  CHECK(reload_problems(current, bad, of_daemon).size() == 2);
}

TEST_CASE("What needs a restart is refused by name at a reload") {
  const auto current = build({}, {});
  auto fresh = build({}, {});
  fresh.daemon.socket = "/other";
  fresh.daemon.state_dir = "/elsewhere";
  CHECK(texts_of(reload_problems(current, fresh, {})) ==
        std::vector<std::string>{"signetd.conf: socket: cannot change while the daemon runs; restart it instead",
                                 "signetd.conf: state-dir: cannot change while the daemon runs; restart it instead"});
  auto limits = build({}, {});
  limits.daemon.cache_entries = 1;
  CHECK(reload_problems(current, limits, {}).empty());
}
