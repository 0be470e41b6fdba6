#include "daemon/rules/configuration.h"
#include "daemon/rules/configuration_reading.h"
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

namespace {

SourceFile rsa_profile() {
  return file(
      "/p/rsa.json",
      R"({"language":1,"title":"t","source":"https://e.test/","algorithms":["RS256","PS256"],"lifetime":{"default":60,"cap":60}})");
}

SourceFile ed25519_profile() {
  return file(
      "/p/edwards.json",
      R"({"language":1,"title":"t","source":"https://e.test/","algorithms":["EdDSA","Ed25519"],"lifetime":{"default":60,"cap":60}})");
}

SourceFile key_file(const std::string& name, const std::string& profile, const std::string& object,
                    const std::string& algorithm, const std::string& more = "") {
  return file("/k/" + name + ".conf", "token = build\nprofile = " + profile + "\nobject = pkcs11:object=" + object +
                                          "\nalg = " + algorithm + "\nallow = user:ci\n" + more);
}

const std::string kPin = "public-key = sha256:" + std::string(64, 'a') + "\n";

}  // namespace

TEST_CASE("Two files that name one key with two algorithms are both unusable, and each names the other") {
  const auto built =
      build({rsa_profile()}, {key_file("one", "rsa", "k", "RS256"), key_file("two", "rsa", "%6B", "PS256"),
                              key_file("other", "rsa", "o", "PS256")});
  CHECK(texts_of(built.problems) ==
        std::vector<std::string>{
            "/k/one.conf: alg: is RS256, but /k/two.conf names the same key with PS256, and one key serves one "
            "algorithm; write the same alg in both files, or give one of them a key of its own",
            "/k/two.conf: alg: is PS256, but /k/one.conf names the same key with RS256, and one key serves one "
            "algorithm; write the same alg in both files, or give one of them a key of its own"});
  CHECK(built.keys.size() == 1);
  CHECK(built.keys.contains("other"));
  REQUIRE(built.broken.contains("one"));
  CHECK(built.broken.at("one").allow.size() == 1);
  CHECK(built.broken.at("one").profile == "rsa");
  CHECK(built.broken.at("two").message.find("/k/") == std::string::npos);
}

TEST_CASE("A key is known again by its pinned public key, whatever its object is called") {
  const auto built =
      build({rsa_profile()}, {key_file("one", "rsa", "a", "RS256", kPin), key_file("two", "rsa", "b", "PS256", kPin)});
  CHECK(has_problem(built.problems, "/k/one.conf: alg: "));
  CHECK(has_problem(built.problems, "/k/two.conf: alg: "));
  CHECK(built.keys.empty());
}

TEST_CASE("Of three files of one key all are unusable when one of them differs") {
  const auto built = build({rsa_profile()}, {key_file("one", "rsa", "k", "RS256"), key_file("two", "rsa", "k", "RS256"),
                                             key_file("three", "rsa", "k", "PS256")});
  CHECK(built.problems.size() == 3);
  CHECK(built.keys.empty());
}

TEST_CASE("One algorithm under several names is fine, EdDSA's two names among them") {
  const auto built = build({rsa_profile(), ed25519_profile()},
                           {key_file("one", "rsa", "k", "PS256", kPin), key_file("two", "rsa", "k", "PS256", kPin),
                            key_file("three", "edwards", "e", "EdDSA"), key_file("four", "edwards", "e", "Ed25519")});
  CHECK(texts_of(built.problems).empty());
  CHECK(built.keys.size() == 4);
}

TEST_CASE("Equal objects of two tokens are two keys") {
  auto elsewhere = key_file("two", "rsa", "k", "PS256").text.value();
  const auto built =
      build({rsa_profile()}, {key_file("one", "rsa", "k", "RS256"),
                              file("/k/two.conf", replaced(std::move(elsewhere), "token = build", "token = other"))});
  CHECK(texts_of(built.problems).empty());
}

TEST_CASE("The whole configuration is read by functions that the machine gives") {
  std::map<std::string, std::string> disk{
      {"/c", "socket = /s\nkeys-dir = /k\nprofiles-dir = /p\ntoken-dir = /t\nstate-dir = /v\naudit-log = /a\n"},
      {"/k/apple.conf", kAppleKey},
      {"/p/apple-enterprise.json", read_whole(SIGNET_PROFILES "/apple-enterprise.json")}};
  const Error refused{ErrorCode::io_failure, "cannot be read", "Permission denied"};
  const Files files{
      .read = [&](const std::string& path) -> Result<std::string> {
        if (disk.contains(path)) return disk.at(path);
        return Unexpected(refused);
      },
      .list = [&](const std::string& directory, std::string_view ending) -> Result<std::vector<std::string>> {
        std::vector<std::string> paths;
        for (const auto& [path, text] : disk)
          if (path.starts_with(directory + "/") && path.ends_with(ending)) paths.push_back(path);
        if (paths.empty()) return Unexpected(refused);
        return paths;
      }};
  const auto read = [&] { return read_configuration("/c", "/default", files, accounts()); };
  CHECK(all_problems(read()).empty());
  CHECK(read().configuration.keys.contains("apple"));

  disk["/k/apple.conf"] += "typo = 1\n";
  CHECK(read().daemon_problems.empty());
  CHECK(has_problem(all_problems(read()), "/k/apple.conf:8: typo"));
  disk.erase("/k/apple.conf");
  CHECK(texts_of(read().daemon_problems) ==
        std::vector<std::string>{
            "/c: keys-dir: /k cannot be read (Permission denied); name a directory that the daemon may read"});
  disk.erase("/c");
  CHECK(texts_of(all_problems(read())) == std::vector<std::string>{"/c: cannot be read: Permission denied"});
}
