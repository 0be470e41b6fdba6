#include <algorithm>
#include <array>
#include <fcntl.h>
#include <grp.h>
#include <numeric>
#include <sys/socket.h>
#include <unistd.h>

#include <sched.h>

#include "host/accounts.h"
#include "host/file_descriptor.h"
#include "host/peer_credentials.h"
#include "tests/support/child_process.h"
#include "tests/support/matchers.h"

using signet::ErrorCode;
using signet::host::FileDescriptor;
using signet::host::peer_credentials;

namespace {

struct Pair {
  Pair() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return;
    one.reset(ends[0]);
    other.reset(ends[1]);
  }
  FileDescriptor one, other;
};

}  // namespace

TEST_CASE("peer credentials: our own, groups included") {
  const Pair pair;
  const auto peer = peer_credentials(pair.one.get());
  REQUIRE_OK(peer);
  REQUIRE(peer.value().uid == ::geteuid());
  REQUIRE(peer.value().gid == ::getegid());
  REQUIRE(peer.value().pid == ::getpid());
  std::vector<gid_t> groups(static_cast<std::size_t>(::getgroups(0, nullptr)));
  REQUIRE(::getgroups(static_cast<int>(groups.size()), groups.data()) >= 0);
  auto seen = peer.value().groups;
  std::sort(seen.begin(), seen.end());
  std::sort(groups.begin(), groups.end());
  REQUIRE(seen == groups);
}

TEST_CASE("peer credentials: not a connected Unix socket") {
  const FileDescriptor file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  REQUIRE_ERROR(peer_credentials(file.get()), ErrorCode::io_failure);
  REQUIRE_ERROR(peer_credentials(-1), ErrorCode::io_failure);
  const FileDescriptor unconnected(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  REQUIRE_ERROR(peer_credentials(unconnected.get()), ErrorCode::io_failure);
}

TEST_CASE("peer credentials: more groups than the first buffer holds", "[root]") {
  if (::geteuid() != 0) {
    WARN("left out: only root can put a process into 300 groups");
    return;
  }
  const int outcome = signet::test::in_child([] {
    std::vector<gid_t> groups(300);
    std::iota(groups.begin(), groups.end(), gid_t{7000});
    if (::setgroups(groups.size(), groups.data()) != 0) return 1;
    const Pair pair;
    const auto peer = peer_credentials(pair.one.get());
    return peer && peer.value().groups == groups ? 0 : 2;
  });
  REQUIRE(outcome == 0);
}

TEST_CASE("peer credentials: the overflow uid is nobody we know", "[root]") {
  if (::geteuid() != 0) {
    WARN("left out: only root can become another user");
    return;
  }
  const int outcome = signet::test::in_child([] {
    if (::setresuid(65534, 65534, 65534) != 0) return 1;
    const Pair pair;
    const auto peer = peer_credentials(pair.one.get());
    return !peer && peer.error().code == ErrorCode::not_permitted ? 0 : 2;
  });
  REQUIRE(outcome == 0);
}

TEST_CASE("peer credentials: a user namespace is noticed") {
  // 2: this machine gives ordinary users no namespaces, which leaves only the first half to test.
  const int outcome = signet::test::in_child([] {
    if (::unshare(CLONE_NEWUSER) != 0) return 2;
    return signet::host::sees_real_uids() ? 1 : 0;
  });
  REQUIRE(outcome != 1);
  if (outcome == 2) WARN("left out: no user namespaces here");
}

TEST_CASE("accounts: a user comes with its groups, its own not among them") {
  const auto root = signet::host::account("root");
  REQUIRE_OK(root);
  CHECK((root->name == "root" && root->uid == 0 && root->gid == 0));
  CHECK(std::ranges::find(root->groups, gid_t{0}) == root->groups.end());
  REQUIRE_ERROR(signet::host::account("no-such-user"), ErrorCode::bad_input);
}

TEST_CASE("accounts: names and numbers") {
  const auto root = signet::host::user_id("root");
  REQUIRE_OK(root);
  REQUIRE(root.value() == 0);
  REQUIRE(signet::host::user_name(0) == "root");
  const auto group = signet::host::group_id("root");
  REQUIRE_OK(group);
  REQUIRE(group.value() == 0);
  REQUIRE_ERROR(signet::host::user_id("no-such-user"), ErrorCode::bad_input);
  REQUIRE(signet::host::user_id("no-such-user").error().message == "no user no-such-user on this machine");
  REQUIRE_ERROR(signet::host::group_id(""), ErrorCode::bad_input);
  REQUIRE_FALSE(signet::host::user_name(3'999'999'999));
}
