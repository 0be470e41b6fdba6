#include <fstream>

#include "daemon/service/disabled_keys.h"
#include "daemon/service/durable_file.h"
#include "daemon/service/pins.h"
#include "daemon/service/state_files.h"
#include "tests/support/catch.h"
#include "tests/support/matchers.h"
#include "tests/support/scratch_directory.h"

namespace signet::test {
namespace {

using service::DisabledKeyFiles;
using service::Pins;

TEST_CASE("a pin is there after a restart") {
  const ScratchDirectory directory;
  const Sha256Digest digest = sha256(bytes_of("a key"));
  Pins pins(directory.file("pins"));
  REQUIRE_OK(pins.load());
  REQUIRE_FALSE(pins.find("apple"));
  REQUIRE_OK(pins.record("apple", digest));
  REQUIRE(pins.find("apple") == digest);
  Pins later(directory.file("pins"));
  REQUIRE_OK(later.load());
  REQUIRE(later.find("apple") == digest);
}

TEST_CASE("a damaged pin is an error, not a missing one") {
  const ScratchDirectory directory;
  REQUIRE_OK(service::make_directory(directory.file("pins")));
  const std::string text = GENERATE(as<std::string>{}, "", "sha256:\n", "sha256:zz", "md5:00\n");
  std::ofstream(directory.file("pins/apple")) << text;
  Pins pins(directory.file("pins"));
  REQUIRE_ERROR(pins.load(), ErrorCode::bad_configuration);
}

TEST_CASE("a pin that cannot be written is not recorded") {
  const ScratchDirectory directory;
  Pins pins(directory.file("nowhere"));
  REQUIRE_ERROR(pins.record("apple", Sha256Digest{}), ErrorCode::io_failure);
  REQUIRE_FALSE(pins.find("apple"));
}

TEST_CASE("what an interrupted write left behind is no record") {
  const ScratchDirectory directory;
  std::ofstream(directory.file("apple.new")) << "half";
  std::ofstream(directory.file("other")) << "whole";
  const auto files = service::read_state_files(directory.path());
  REQUIRE_OK(files);
  REQUIRE(files->size() == 1);
  REQUIRE(files->at("other") == "whole");
}

TEST_CASE("a disabled key stays disabled until it is enabled") {
  const ScratchDirectory directory;
  const DisabledKeyFiles files(directory.file("disabled"));
  REQUIRE_OK(files.load());
  REQUIRE_OK(files.disable("apple", "seen in a log"));
  REQUIRE_OK(files.disable("apple", "seen in two logs"));
  REQUIRE(*files.load() == rules::DisabledKeys{{"apple", "seen in two logs"}});
  REQUIRE_OK(files.enable("apple"));
  REQUIRE_OK(files.enable("apple"));
  REQUIRE(files.load()->empty());
}

}  // namespace
}  // namespace signet::test
