#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fstream>

#include "pkcs11/login_record.h"
#include "pkcs11/unlock_pin.h"
#include "proto/bytes.h"
#include "tests/support/matchers.h"
#include "tests/support/scratch_directory.h"

namespace signet::pkcs11 {
namespace {

using Clearing = UnlockPin::Clearing;

host::Secret some_pin() {
  auto made = host::Secret::allocate(4);
  made->resize(4);
  std::ranges::copy(bytes_of("1234"), made->bytes().begin());
  return std::move(*made);
}

/// As a process leaves it that died while it tried the PIN.
void leave_record(const std::string& directory, const std::string& serial) {
  REQUIRE_OK(LoginRecord(directory).write_pending(serial, some_pin()));
}

UnlockPin found_in(const std::string& directory, const std::string& serial = "A") {
  auto found = UnlockPin::find(directory, serial);
  REQUIRE_OK(found);
  REQUIRE(found->has_value());
  return std::move(**found);
}

}  // namespace

TEST_CASE("a record tells of the token, the outcome and the time, and is removed", "[pkcs11]") {
  const test::ScratchDirectory directory;
  const auto before = std::time(nullptr);
  leave_record(directory.path(), "A");
  const UnlockPin found = found_in(directory.path());
  REQUIRE(found.note());
  CHECK(found.note()->serial == "A");
  CHECK(found.note()->outcome == LoginNote::Outcome::pending);
  // The file system's clock may lag behind by a tick.
  CHECK(found.since() >= before - 1);
  CHECK_FALSE(found.is_being_tried());
  CHECK(found.clear().value() == Clearing::cleared);
  CHECK(std::filesystem::is_empty(directory.path()));
  CHECK_FALSE(UnlockPin::find(directory.path(), "A").value());
}

TEST_CASE("a record is being tried as long as its writer lives and has no outcome", "[pkcs11]") {
  const test::ScratchDirectory directory;
  {
    const LoginRecord record(directory.path());
    REQUIRE_OK(record.write_pending("A", some_pin()));
    const UnlockPin found = found_in(directory.path());
    CHECK(found.is_being_tried());
    CHECK(found.clear().value() == Clearing::is_being_tried);
    CHECK(std::filesystem::exists(login_record_path(directory.path(), "A")));
    REQUIRE_OK(record.note_unclear("A", some_pin()));
    CHECK_FALSE(found_in(directory.path()).is_being_tried());
    REQUIRE_OK(record.write_pending("A", some_pin()));
    CHECK(found_in(directory.path()).is_being_tried());
  }
  CHECK_FALSE(found_in(directory.path()).is_being_tried());
}

TEST_CASE("a login that begins while the old record is looked at keeps its own record", "[pkcs11]") {
  const test::ScratchDirectory directory;
  leave_record(directory.path(), "A");
  const UnlockPin old = found_in(directory.path());
  const LoginRecord record(directory.path());
  REQUIRE_OK(record.write_pending("A", some_pin()));
  CHECK(old.clear().value() == Clearing::replaced);
  const UnlockPin kept = found_in(directory.path());
  REQUIRE(kept.note());
  CHECK(kept.is_being_tried());
  REQUIRE_OK(record.clear("A"));
  CHECK(kept.clear().value() == Clearing::is_being_tried);
  CHECK(old.clear().value() == Clearing::replaced);
  CHECK(std::filesystem::is_empty(directory.path()));
}

TEST_CASE("a damaged record is told as one, counts as a refusal, and is removed", "[pkcs11]") {
  const test::ScratchDirectory directory;
  std::ofstream(login_record_path(directory.path(), "A")) << "A\n";
  CHECK(LoginRecord(directory.path()).judge("A", some_pin()).value() == LoginRecord::Verdict::was_refused);
  CHECK(LoginRecord(directory.path()).judge("B", some_pin()).value() == LoginRecord::Verdict::may_try);
  const UnlockPin found = found_in(directory.path());
  CHECK_FALSE(found.note());
  CHECK(found.clear().value() == Clearing::cleared);
  CHECK(LoginRecord(directory.path()).judge("A", some_pin()).value() == LoginRecord::Verdict::may_try);
}

TEST_CASE("each token has its own record, and one under another's name is damaged", "[pkcs11]") {
  const test::ScratchDirectory directory;
  CHECK_FALSE(UnlockPin::any(directory.path()).value());
  std::ofstream(login_record_path(directory.path(), "A") + ".new") << "half";
  CHECK_FALSE(UnlockPin::any(directory.path()).value());
  leave_record(directory.path(), "B");
  CHECK(UnlockPin::any(directory.path()).value());
  CHECK_FALSE(UnlockPin::find(directory.path(), "A").value());
  CHECK(found_in(directory.path(), "B").note()->serial == "B");
  std::filesystem::copy_file(login_record_path(directory.path(), "B"), login_record_path(directory.path(), "A"));
  CHECK_FALSE(found_in(directory.path(), "A").note());
  CHECK(LoginRecord(directory.path()).judge("A", some_pin()).value() == LoginRecord::Verdict::was_refused);
}

TEST_CASE("a state-dir that is not there is an error, not the absence of a record", "[pkcs11]") {
  const test::ScratchDirectory directory;
  REQUIRE_ERROR(UnlockPin::find(directory.file("nothing"), "A"), ErrorCode::io_failure);
  std::ofstream(directory.file("file")) << "";
  REQUIRE_ERROR(UnlockPin::find(directory.file("file"), "A"), ErrorCode::io_failure);
}

TEST_CASE("a token's odd serial number does not hide its record from the next start", "[pkcs11]") {
  const test::ScratchDirectory directory;
  const std::string odd = "A\nB";
  leave_record(directory.path(), odd);
  CHECK(LoginRecord(directory.path()).judge(odd, some_pin()).value() == LoginRecord::Verdict::was_refused);
}

}  // namespace signet::pkcs11
