#include <fstream>

#include "host/directory.h"
#include "tests/support/matchers.h"
#include "tests/support/scratch_directory.h"

using signet::ErrorCode;

TEST_CASE("directory: files by the end of their names, sorted, without hidden ones") {
  const signet::test::ScratchDirectory scratch;
  for (const char* name : {"b.conf", "a.conf", ".c.conf", "a.conf~", "d.json"})
    std::ofstream(scratch.file(name)) << "x";
  const auto found = signet::host::files_in(scratch.file("."), ".conf");
  REQUIRE_OK(found);
  REQUIRE(found->size() == 2);
  CHECK(found->front().ends_with("/a.conf"));
  CHECK(found->back().ends_with("/b.conf"));
  const auto missing = signet::host::files_in(scratch.file("missing"), ".conf");
  REQUIRE_ERROR(missing, ErrorCode::io_failure);
  CHECK(missing.error().detail == "No such file or directory");
}
