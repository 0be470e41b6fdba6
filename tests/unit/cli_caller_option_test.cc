#include "cli/signet-admin/caller_option.h"
#include "tests/support/catch.h"

using namespace signet;
using namespace signet::admin;

namespace {

// A machine with the user ci (1001, groups 2001 and 2002) and the group release (2003).
KnownCallers known() {
  const auto unknown = [](const std::string& name) {
    return Unexpected(Error{ErrorCode::bad_input, "no " + name + " on this machine"});
  };
  return {.account = [unknown](const std::string& name) -> Result<host::Account> {
            if (name == "ci") return host::Account{"ci", 1001, 1000, {2001, 2002}};
            return unknown(name);
          },
          .user_name = [](uid_t uid) -> std::optional<std::string> {
            return uid == 1001 ? std::optional<std::string>("ci") : std::nullopt;
          },
          .group_id = [unknown](const std::string& name) -> Result<gid_t> {
            if (name == "release") return gid_t{2003};
            return unknown(name);
          }};
}

rules::Peer caller(const std::string& text) {
  auto peer = caller_of(text, known());
  INFO(text);
  REQUIRE(peer.has_value());
  return *std::move(peer);
}

std::string refusal(const std::string& text) {
  const auto peer = caller_of(text, known());
  INFO(text);
  REQUIRE_FALSE(peer.has_value());
  CHECK(peer.error().code == ExitCode::usage);
  return peer.error().sentence;
}

using Groups = std::vector<gid_t>;

}  // namespace

TEST_CASE("A user comes with what the machine knows of it") {
  for (const char* text : {"user=ci", "uid=1001"}) {
    const auto peer = caller(text);
    CHECK((peer.uid == 1001 && peer.gid == 1000 && peer.user == "ci"));
    CHECK(peer.groups == Groups{2001, 2002});
    CHECK((!peer.unit && !peer.slice));
  }
}

TEST_CASE("Groups, unit and slice are added, in any order") {
  const auto peer = caller("unit=build.service,group=release,user=ci,gid=7,gid=2001,slice=system.slice");
  CHECK(peer.groups == Groups{2001, 2002, 2003, 7});
  CHECK(peer.unit == "build.service");
  CHECK(peer.slice == "system.slice");
}

TEST_CASE("A uid without a name has no groups but those given") {
  const auto peer = caller("uid=4242,gid=9");
  CHECK((peer.uid == 4242 && peer.gid == 65534 && peer.user.empty()));
  CHECK(peer.groups == Groups{9});
}

TEST_CASE("A caller that cannot be is refused with the mend") {
  CHECK(refusal("user=eve") == "--as user=eve: no eve on this machine.");
  CHECK(refusal("uid=1,group=admins") == "--as group=admins: no admins on this machine.");
  CHECK(refusal("group=release") == "--as wants user=NAME or uid=NUMBER: every caller has one.");
  for (const char* text : {"user=ci,uid=1001", "uid=1,uid=2", "uid=1001,user=ci"})
    CHECK(refusal(text).starts_with("--as names two users"));
  for (const char* text : {"", "ci", "user=", "=ci", "user=ci,", ",user=ci", "user=ci group=release,x"})
    CHECK(refusal(text).starts_with("--as "));
  CHECK(refusal("name=ci,uid=1").starts_with("--as knows the words user, uid, group, gid, unit and slice"));
  CHECK(refusal("uid=1,unit=a.service,unit=b.service").starts_with("--as knows the words"));
  CHECK(refusal("uid=1,unit=foo").starts_with("--as unit: foo is not the whole name of a service or scope"));
  CHECK(refusal("uid=1,unit=user@1000.service").starts_with("--as unit: user@1000.service runs whatever"));
  CHECK(refusal("uid=1,slice=-.slice").starts_with("--as slice: -.slice is not the whole name of a slice"));
  for (const char* id : {"-1", "4294967295", "0x1", "root"})
    CHECK(refusal(std::string("uid=") + id).starts_with("--as uid= is "));
}
