#include <algorithm>

#include "pkcs11/token_config.h"
#include "tests/support/catch.h"

namespace signet::pkcs11 {
namespace {

constexpr const char* kGood =
    "module = /usr/lib/softhsm/libsofthsm2.so\n"
    "token  = pkcs11:token=build\n"
    "socket = /run/signet/token/build.sock\n"
    "allow  = user:root\n"
    "state-dir = /var/lib/t\n";

std::vector<std::string> problems_of(const std::string& text) {
  std::vector<std::string> lines;
  for (const ConfigProblem& problem : read_token_config("t.conf", text).problems) lines.push_back(to_string(problem));
  return lines;
}

bool mentions(const std::vector<std::string>& lines, const std::string& text) {
  return std::ranges::any_of(lines, [&text](const std::string& line) { return line.find(text) != std::string::npos; });
}

}  // namespace

TEST_CASE("a short token configuration is filled with defaults", "[pkcs11]") {
  const auto reading = read_token_config("t.conf", kGood);
  REQUIRE(reading.problems.empty());
  const TokenConfig& config = reading.config;
  CHECK(config.token.token == "build");
  CHECK(config.allow == std::vector<uid_t>{0});
  CHECK(config.sessions == 8);
  CHECK(config.call_timeout == std::chrono::seconds(10));
  CHECK(config.start_timeout == std::chrono::seconds(60));
  CHECK(config.verify == Verify::always);
  CHECK(config.probe_interval == std::chrono::seconds(15));
  CHECK(config.max_rate.empty());
  CHECK(config.socket_mode == 0600);
  CHECK_FALSE(config.socket_group);
  CHECK(config.pin_file.empty());
  CHECK(config.state_dir == "/var/lib/t");
}

TEST_CASE("every option of a token configuration is taken", "[pkcs11]") {
  const auto reading = read_token_config("t.conf", std::string(kGood) +
                                                       "module-args = configdir='sql:/x' flags=\n"
                                                       "pin-file = /etc/signet/build.pin # of the service alone\n"
                                                       "allow = uid:4711\nsessions = 2\n"
                                                       "call-timeout = 500ms\nstart-timeout = 2min\nverify = first\n"
                                                       "probe-interval = 1min\nmax-rate = 50/s, 10000/day\n"
                                                       "socket-mode = 0660\nsocket-group = root\n");
  REQUIRE(reading.problems.empty());
  const TokenConfig& config = reading.config;
  CHECK(config.module.init_args == "configdir='sql:/x' flags=");
  CHECK(config.pin_file == "/etc/signet/build.pin");
  CHECK(config.allow == std::vector<uid_t>{0, 4711});
  CHECK(config.sessions == 2);
  CHECK(config.call_timeout == std::chrono::milliseconds(500));
  CHECK(config.start_timeout == std::chrono::minutes(2));
  CHECK(config.verify == Verify::first);
  CHECK(config.probe_interval == std::chrono::minutes(1));
  CHECK(config.max_rate == parse_rate("50/s, 10000/day").value());
  CHECK(config.socket_mode == 0660);
  CHECK(config.socket_group == gid_t{0});
}

TEST_CASE("probes can be switched off", "[pkcs11]") {
  const auto reading = read_token_config("t.conf", std::string(kGood) + "probe-interval = off\n");
  REQUIRE(reading.problems.empty());
  CHECK(reading.config.probe_interval == std::chrono::milliseconds(0));
}

TEST_CASE("every problem of a token configuration is told at once, with its line", "[pkcs11]") {
  const auto lines = problems_of(
      "module = relative.so\n"
      "token = pkcs11:object=key\n"
      "sessions = 0\n"
      "call-timeout = soon\n"
      "verify = sometimes\n"
      "allow = everybody\n"
      "modul = /x\n"
      "socket-mode = 999\n"
      "probe-interval = never\n"
      "max-rate = often\n");
  for (const char* expected : {"t.conf:1: module", "t.conf:2: token", "t.conf:3: sessions", "t.conf:4: call-timeout",
                               "t.conf:5: verify", "t.conf:6: allow", "t.conf:7: modul", "t.conf:8: socket-mode",
                               "t.conf:9: probe-interval", "t.conf:10: max-rate", "socket", "state-dir"}) {
    INFO(expected);
    CHECK(mentions(lines, expected));
  }
  CHECK(lines.size() == 12);
}

TEST_CASE("a token configuration must say who may connect", "[pkcs11]") {
  const auto lines = problems_of("module = /m.so\ntoken = pkcs11:token=build\nsocket = /run/s\nstate-dir = /s\n");
  REQUIRE(lines.size() == 1);
  CHECK(mentions(lines, "allow = user:signetd"));
}

TEST_CASE("tokens are named by their own words, users by words this machine knows", "[pkcs11]") {
  const std::string rest = "module = /m.so\nsocket = /run/s\nstate-dir = /s\n";
  CHECK(problems_of(rest + "allow = uid:0\ntoken = pkcs11:serial=42\n").empty());
  CHECK_FALSE(problems_of(rest + "allow = uid:0\ntoken = pkcs11:model=x\n").empty());
  CHECK_FALSE(problems_of(rest + "allow = uid:0\ntoken = pkcs11:token=build?pin-value=1234\n").empty());
  CHECK_FALSE(problems_of(rest + "allow = user:no-such-user-here\ntoken = pkcs11:token=build\n").empty());
  CHECK_FALSE(problems_of(rest + "allow = uid:4294967295\ntoken = pkcs11:token=build\n").empty());
  CHECK_FALSE(problems_of(rest + "allow = root\ntoken = pkcs11:token=build\n").empty());
}

TEST_CASE("a token configuration that cannot be read is a problem, not a crash", "[pkcs11]") {
  CHECK(load_token_config("/nonexistent/token.conf").problems.size() == 1);
}

}  // namespace signet::pkcs11
