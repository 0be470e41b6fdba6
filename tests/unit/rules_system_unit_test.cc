#include <optional>
#include <random>
#include <string>

#include "daemon/rules/system_unit.h"
#include "daemon/rules/unit_name.h"
#include "tests/support/catch.h"

using namespace signet::rules;

namespace {

constexpr std::nullopt_t kNone = std::nullopt;
using Name = std::optional<std::string>;

SystemUnit at(const std::string& path) { return system_unit("0::" + path + "\n"); }

struct Row {
  std::string path;
  Name unit;
  Name slice;
};

void check_rows(const std::vector<Row>& rows) {
  for (const auto& row : rows) {
    INFO(row.path);
    CHECK(at(row.path) == SystemUnit{row.unit, row.slice});
  }
}

}  // namespace

TEST_CASE("The unit and the innermost slice are those that the system manager named") {
  check_rows({
      {"/system.slice/gitlab-runner.service", "gitlab-runner.service", "system.slice"},
      {"/system.slice/system-runner.slice/runner@1.service", "runner@1.service", "system-runner.slice"},
      {"/user.slice/user-1000.slice/session-3.scope", "session-3.scope", "user-1000.slice"},
      {"/machine.slice/docker-0a1b.scope", "docker-0a1b.scope", "machine.slice"},
      {"/a.slice/a-b.slice/a-b-c.slice/x.service", "x.service", "a-b-c.slice"},
      {"/init.scope", "init.scope", kNone},
      {"/early.service", "early.service", kNone},
      {"/system.slice", kNone, "system.slice"},
      {"/", kNone, kNone},
  });
}

TEST_CASE("What a user's own manager names is no unit, whatever it is called") {
  const std::string manager = "/user.slice/user-1000.slice/user@1000.service";
  for (const char* inside :
       {"", "/init.scope", "/app.slice/gitlab-runner.service", "/gitlab-runner.service", "/system.slice/a.service",
        "/app.slice/run-u1.scope", "/session.slice/user@1.service", "/user.slice/user-0.slice/session-1.scope"}) {
    INFO(inside);
    CHECK(at(manager + inside) == SystemUnit{kNone, "user-1000.slice"});
  }
  CHECK(at("/system.slice/user@1000.service") == SystemUnit{kNone, "system.slice"});
}

TEST_CASE("In a delegated subtree there is no unit, neither the inner one nor the outer") {
  check_rows({
      {"/system.slice/docker.service/xyz.service", kNone, "system.slice"},
      {"/system.slice/docker.service/docker.service", kNone, "system.slice"},
      {"/system.slice/docker.service/0a1b", kNone, "system.slice"},
      {"/system.slice/containerd.service/kubepods.slice/kubepods-a.slice/b.scope", kNone, "system.slice"},
      {"/machine.slice/machine-x.scope/payload/system.slice/gitlab-runner.service", kNone, "machine.slice"},
      {"/machine.slice/machine-x.scope/init.scope", kNone, "machine.slice"},
      {"/docker/0a1b", kNone, kNone},
      {"/docker/system.slice/a.service", kNone, kNone},
      {"/kubepods/pod1/a.service", kNone, kNone},
  });
}

TEST_CASE("A slice counts only inside the one that its name says") {
  check_rows({
      {"/system.slice/user.slice/a.service", kNone, "system.slice"},
      {"/system.slice/systemd-x.slice/a.service", kNone, "system.slice"},
      {"/a-b.slice/a.service", kNone, kNone},
      {"/a.slice/a-b-c.slice/x.service", kNone, "a.slice"},
      {"/a.slice/b.slice/x.service", kNone, "a.slice"},
      {"/-.slice/a.service", kNone, kNone},
      {"/a--b.slice/x.service", kNone, kNone},
      {"/.slice/a.service", kNone, kNone},
      {"/x@1.slice/a.service", kNone, kNone},
  });
}

TEST_CASE("A path that leaves our cgroup namespace, or is none of systemd's, gives nothing") {
  check_rows({
      {"/..", kNone, kNone},
      {"/../system.slice/a.service", kNone, kNone},
      {"/../../../system.slice/a.service", kNone, kNone},
      {"/system.slice/../a.service", kNone, kNone},
      {"/system.slice/..", kNone, kNone},
      {"//system.slice/a.service", kNone, kNone},
      {"/system.slice//a.service", kNone, "system.slice"},
      {"/system.slice/a.service/", kNone, kNone},
      {"system.slice/a.service", kNone, kNone},
      {"/system.slice/a.service (deleted)", kNone, "system.slice"},
      {"/system.slice/a.service\r", kNone, "system.slice"},
      {"/system.slice/a service.service", kNone, "system.slice"},
      {"/system.slice/\xc3\xa4.service", kNone, "system.slice"},
      {"/system.slice/.service", kNone, "system.slice"},
      {"/system.slice/runner@.service", kNone, "system.slice"},
      {"/system.slice/@1.service", kNone, "system.slice"},
      {"/system.slice/a.socket", kNone, "system.slice"},
      {"/system.slice/a.mount", kNone, "system.slice"},
      {"/system.slice/a", kNone, "system.slice"},
      {"/system.slice/" + std::string(248, 'a') + ".service", kNone, "system.slice"},
  });
  const std::string longest = std::string(247, 'a') + ".service";
  CHECK(at("/system.slice/" + longest).unit == longest);
}

TEST_CASE("Names are told as systemctl shows them") {
  check_rows({
      {R"(/system.slice/a\x2db.service)", R"(a\x2db.service)", "system.slice"},
      {R"(/system.slice/system-a\x2db.slice/a\x2db@c\x2dd.service)", R"(a\x2db@c\x2dd.service)",
       R"(system-a\x2db.slice)"},
      {"/_cpu.slice/_memory.service", "memory.service", "cpu.slice"},
      {"/system.slice/__a.service", "_a.service", "system.slice"},
      {"/system.slice/_user@1.service", kNone, "system.slice"},
      {"/system.slice/a:b_c.d@e@f.service", "a:b_c.d@e@f.service", "system.slice"},
      {"/system.slice/a@b@.service", "a@b@.service", "system.slice"},
  });
}

TEST_CASE("Old and mixed layouts: the lines of systemd count, and must agree") {
  const std::string service = "/system.slice/a.service";
  const SystemUnit unit{"a.service", "system.slice"};
  CHECK(system_unit("12:pids:/x\n1:name=systemd:" + service + "\n0::/\n") == unit);
  CHECK(system_unit("1:name=systemd:" + service + "\n0::" + service + "\n") == unit);
  CHECK(system_unit("9:name=systemd:/\n4:memory:/y\n0::" + service + "\n") == unit);
  CHECK(system_unit("0::" + service) == unit);
  CHECK(system_unit("1:name=systemd:/docker/0a\n0::" + service + "\n") == SystemUnit{});
  CHECK(system_unit("1:name=systemd:" + service + "\n0::/system.slice/b.service\n") == SystemUnit{});
  CHECK(system_unit("4:memory:" + service + "\n3:cpu,cpuacct:" + service + "\n") == SystemUnit{});
  CHECK(system_unit("1::" + service + "\n") == SystemUnit{});
  CHECK(system_unit("0:name=other:" + service + "\n") == SystemUnit{});
  CHECK(system_unit("") == SystemUnit{});
  CHECK(system_unit("\n\n0\n0:\n0::\n::\n") == SystemUnit{});
}

TEST_CASE("Whatever a path is made of, a unit is told only as the last directory below nested slices") {
  const std::vector<std::string> parts{
      "system.slice", "user.slice", "user-1.slice",   "a.service",  "b.scope",   "..", "user@1.service", "x", "",
      "_cpu.service", "-.slice",    "system-a.slice", "init.scope", "a@.service"};
  std::mt19937 random(7);
  for (int i = 0; i < 20'000; ++i) {
    std::string path;
    const auto depth = random() % 6;
    std::string last;
    for (std::size_t j = 0; j < depth; ++j) path += "/" + (last = parts[random() % parts.size()]);
    const SystemUnit found = at(path);
    INFO(path);
    if (found.unit) REQUIRE((last == *found.unit || last == "_" + *found.unit));
    if (found.unit) REQUIRE(path.find("user@") == std::string::npos);
    if (found.slice || found.unit) REQUIRE((path + "/").find("/../") == std::string::npos);
    const auto services = static_cast<std::size_t>(found.unit.has_value());
    std::size_t directories = 0;
    for (const char c : path) directories += c == '/' ? 1U : 0U;
    if (services == 1 && directories > 1) REQUIRE(found.slice);
  }
}
