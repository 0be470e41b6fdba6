#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "daemon/service/disabled_keys.h"
#include "daemon/service/durable_file.h"
#include "daemon/service/pins.h"
#include "daemon/service/state_files.h"
#include "proto/config_values.h"
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

TEST_CASE("a damaged pin is no missing one, and hides no other") {
  const ScratchDirectory directory;
  REQUIRE_OK(service::make_directory(directory.file("pins")));
  const std::string text = GENERATE(as<std::string>{}, "", "sha256:\n", "sha256:zz", "md5:00\n");
  std::ofstream(directory.file("pins/apple")) << text;
  Pins pins(directory.file("pins"));
  REQUIRE_OK(pins.load());
  REQUIRE(pins.is_damaged("apple"));
  REQUIRE_FALSE(pins.find("apple"));
  REQUIRE_OK(pins.record("store", sha256(bytes_of("a key"))));
  REQUIRE_OK(pins.load());
  REQUIRE(pins.find("store"));
  REQUIRE_FALSE(pins.is_damaged("store"));
}

TEST_CASE("a pin that cannot be written is not recorded") {
  const ScratchDirectory directory;
  Pins pins(directory.file("nowhere"));
  REQUIRE_ERROR(pins.record("apple", Sha256Digest{}), ErrorCode::io_failure);
  REQUIRE_FALSE(pins.find("apple"));
}

TEST_CASE("what an interrupted write left behind is no record") {
  const ScratchDirectory directory;
  std::ofstream(service::draft_of(directory.file("apple"))) << "half";
  std::ofstream(directory.file("other")) << "whole";
  const auto files = service::read_state_files(directory.path());
  REQUIRE_OK(files);
  REQUIRE(files->size() == 1);
  REQUIRE(files->at("other") == "whole");
}

TEST_CASE("a key may be called as anything that names can be, and each has its own record") {
  const ScratchDirectory directory;
  const DisabledKeyFiles files(directory.path());
  const std::vector<std::string> names{"apple", "apple.new", ".apple", "apple.tmp", "-apple", "apple.new.new", "_"};
  rules::DisabledKeys all;
  for (const std::string& name : names) {
    REQUIRE_OK(parse_name(name));
    REQUIRE_OK(files.disable(name, "reason of " + name));
    all.emplace(name, "reason of " + name);
    REQUIRE(*files.load() == all);
  }
  REQUIRE_ERROR(parse_name(std::filesystem::path(service::draft_of("disabled/a")).filename().string()),
                ErrorCode::bad_input);
}

TEST_CASE("what is no file is no record, and hides none") {
  const ScratchDirectory directory;
  const DisabledKeyFiles files(directory.path());
  REQUIRE_OK(files.disable("apple", "lost"));
  std::filesystem::create_directory(directory.file(".swap"));
  const auto read = files.load();
  REQUIRE_OK(read);
  REQUIRE(*read == rules::DisabledKeys{{"apple", "lost"}});
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
