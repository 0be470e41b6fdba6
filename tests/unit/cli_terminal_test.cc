#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

#include "cli/terminal/output.h"
#include "cli/terminal/table.h"
#include "host/file_descriptor.h"
#include "tests/support/environment_variable.h"
#include "tests/support/matchers.h"

namespace signet::terminal {
namespace {

// A pseudo-terminal's follower side, kept open by its leader.
struct Terminal {
  host::FileDescriptor leader{::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)};
  host::FileDescriptor follower;
  Terminal() {
    REQUIRE(::grantpt(leader.get()) == 0);
    REQUIRE(::unlockpt(leader.get()) == 0);
    follower = host::FileDescriptor(::open(::ptsname(leader.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
    REQUIRE(follower.valid());
  }
};

TEST_CASE("colour goes to a terminal only, and not against NO_COLOR or a dumb one") {
  const Terminal terminal;
  const host::FileDescriptor file(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  const test::EnvironmentVariable kind("TERM", "xterm");
  const test::EnvironmentVariable unset("NO_COLOR", std::nullopt);
  CHECK(shows_colour(terminal.follower.get()));
  CHECK_FALSE(shows_colour(file.get()));
  const test::EnvironmentVariable empty("NO_COLOR", "");
  CHECK(shows_colour(terminal.follower.get()));
  const test::EnvironmentVariable no_colour("NO_COLOR", "1");
  CHECK_FALSE(shows_colour(terminal.follower.get()));
  const test::EnvironmentVariable again("NO_COLOR", std::nullopt);
  const test::EnvironmentVariable dumb("TERM", "dumb");
  CHECK_FALSE(shows_colour(terminal.follower.get()));
}

TEST_CASE("columns line up by characters, not octets, and colours do not count") {
  Table table({"A", "B"});
  table.add({{"\xc3\xa4\xc3\xb6", Tone::bad}, {"x"}});
  table.add({{"long"}, {""}});
  CHECK(table.render(false) == "A     B\n\xc3\xa4\xc3\xb6    x\nlong\n");
  CHECK(table.render(true) == "\x1b[1mA\x1b[0m     \x1b[1mB\x1b[0m\n\x1b[31m\xc3\xa4\xc3\xb6\x1b[0m    x\nlong\n");
}

TEST_CASE("control characters of both sets are replaced") {
  CHECK(printable("a\x1b[2J\n\x7f") == "a?[2J??");
  CHECK(printable("\xc2\x9b"
                  "31m") == "?31m");
  CHECK(printable("\xc3\xa9\xc2\xa9") == "\xc3\xa9\xc2\xa9");
}

TEST_CASE("an output that cannot be written is an error") {
  const host::FileDescriptor full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  REQUIRE_ERROR(write_all(full.get(), "x"), ErrorCode::io_failure);
}

}  // namespace
}  // namespace signet::terminal
