#include "daemon/rules/daemon_config.h"
#include "tests/unit/rules_fixture.h"

using namespace signet;
using namespace signet::rules;
using namespace std::chrono_literals;

namespace {

const std::string kMinimal = R"(socket = /run/signet/signet.sock
keys-dir = /etc/signet/keys.d
token-dir = /run/signet/token
state-dir = /var/lib/signet
audit-log = /var/log/signet/audit.jsonl
)";

DaemonConfigReading read(const std::string& text) {
  return read_daemon_config("signetd.conf", text, "/usr/share/p", accounts());
}

}  // namespace

TEST_CASE("The required options suffice and the others have defaults") {
  const auto reading = read(kMinimal);
  CHECK(texts_of(reading.problems).empty());
  CHECK(reading.config == DaemonConfig{.socket = "/run/signet/signet.sock",
                                       .keys_dir = "/etc/signet/keys.d",
                                       .profiles_dir = "/usr/share/p",
                                       .token_dir = "/run/signet/token",
                                       .state_dir = "/var/lib/signet",
                                       .audit_log = "/var/log/signet/audit.jsonl"});
}

TEST_CASE("Every option is read") {
  const auto reading = read(kMinimal + R"(
# a comment
admin-socket = /run/signet/a#b.sock   # the first # belongs to the path
socket-mode = 0600
socket-group = builders
profiles-dir = /p
deadline = 20s
max-connections = 12
idle-timeout = 1min
connection-max-age = 1h
cache-entries = 0
audit-sync = always
audit-sync-interval = 250ms
)");
  CHECK(texts_of(reading.problems).empty());
  CHECK(reading.config.admin_socket == "/run/signet/a#b.sock");
  CHECK(reading.config.socket_mode == 0600);
  CHECK(reading.config.socket_group == 2001U);
  CHECK(reading.config.profiles_dir == "/p");
  CHECK(reading.config.deadline == 20s);
  CHECK(reading.config.max_connections == 12);
  CHECK(reading.config.idle_timeout == 1min);
  CHECK(reading.config.connection_max_age == 1h);
  CHECK(reading.config.cache_entries == 0);
  CHECK(reading.config.audit_sync == AuditSync::always);
  CHECK(reading.config.audit_sync_interval == 250ms);
}

TEST_CASE("The audit log is synced every second unless the file says otherwise") {
  CHECK(read(kMinimal).config.audit_sync == AuditSync::interval);
  CHECK(read(kMinimal).config.audit_sync_interval == 1s);
  CHECK(read(kMinimal + "audit-sync = none\n").config.audit_sync == AuditSync::none);
  CHECK(has_problem(read(kMinimal + "audit-sync = sometimes\n").problems,
                    "signetd.conf:6: audit-sync: must be none, interval or always"));
  CHECK(has_problem(read(kMinimal + "audit-sync-interval = 1ms\n").problems,
                    "signetd.conf:6: audit-sync-interval: must lie between 100ms and 10min"));
}

TEST_CASE("All problems of the file are reported in one run") {
  const auto reading = read(R"(socket = relative.sock
socket-mode = 0999
socket-group = nobody-here
sockte = /x
keys-dir = /k
keys-dir = /k2
deadline = 15
max-connections = 0
idle-timeout = 48h
no equals sign
)");
  const auto& problems = reading.problems;
  CHECK(has_problem(problems, "signetd.conf:1: socket: is not an absolute path"));
  CHECK(has_problem(problems, "signetd.conf:2: socket-mode: is not a file mode"));
  CHECK(has_problem(problems, "signetd.conf:3: socket-group: no group nobody-here"));
  CHECK(has_problem(problems, "signetd.conf:4: sockte: is not an option of this file; did you mean socket?"));
  CHECK(has_problem(problems, "signetd.conf:6: keys-dir: stands in line 5 already"));
  CHECK(has_problem(problems, "signetd.conf:7: deadline: is not a duration"));
  CHECK(has_problem(problems, "signetd.conf:8: max-connections: is out of range"));
  CHECK(has_problem(problems, "signetd.conf:9: idle-timeout: must lie between 100ms and 1d"));
  CHECK(has_problem(problems, "signetd.conf:10: has no ="));
  CHECK(has_problem(problems, "signetd.conf: token-dir: is missing"));
  CHECK(has_problem(problems, "signetd.conf: state-dir: is missing"));
  CHECK(has_problem(problems, "signetd.conf: audit-log: is missing"));
  CHECK(problems.size() == 12);
}

TEST_CASE("Two listeners cannot share a path") {
  const auto reading = read(kMinimal + "admin-socket = /run/signet/signet.sock\n");
  CHECK(has_problem(reading.problems, "signetd.conf: admin-socket: is the same path as socket"));
}
