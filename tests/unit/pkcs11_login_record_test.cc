#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "pkcs11/login_record.h"
#include "proto/bytes.h"
#include "tests/support/matchers.h"
#include "tests/support/scratch_directory.h"

namespace signet::pkcs11 {
namespace {

using Verdict = LoginRecord::Verdict;

host::Secret secret(const std::string& text) {
  auto made = host::Secret::allocate(64);
  made->resize(text.size());
  std::ranges::copy(bytes_of(text), made->bytes().begin());
  return std::move(*made);
}

Verdict judged(const LoginRecord& record, const std::string& serial, const host::Secret& pin) {
  return record.judge(serial, pin).value();
}

}  // namespace

TEST_CASE("a PIN whose outcome is unknown is not tried again on the same token", "[pkcs11]") {
  const test::ScratchDirectory directory;
  const LoginRecord record(directory.path());
  const auto pin = secret("1234");
  CHECK(judged(record, "A", pin) == Verdict::may_try);
  REQUIRE_OK(record.write_pending("A", pin));
  CHECK(judged(record, "A", pin) == Verdict::was_refused);
  CHECK(judged(LoginRecord(directory.path()), "A", pin) == Verdict::was_refused);
  CHECK(judged(record, "B", pin) == Verdict::may_try);
  REQUIRE_OK(record.clear("A"));
  CHECK(judged(record, "A", pin) == Verdict::may_try);
  CHECK(std::filesystem::is_empty(directory.path()));
}

TEST_CASE("a login to one token leaves the refusal by another", "[pkcs11]") {
  const test::ScratchDirectory directory;
  const LoginRecord record(directory.path());
  const auto refused = secret("1234");
  REQUIRE_OK(record.write_pending("A", refused));
  REQUIRE_OK(record.write_pending("B", secret("4321")));
  CHECK(judged(record, "A", refused) == Verdict::was_refused);
  REQUIRE_OK(record.clear("B"));
  CHECK(judged(record, "A", refused) == Verdict::was_refused);
}

TEST_CASE("a changed PIN is tried, but for 1 in 256", "[pkcs11]") {
  const test::ScratchDirectory directory;
  const LoginRecord record(directory.path());
  // A fresh salt each time: eight chance agreements in a row do not happen.
  bool tried = false;
  for (int i = 0; i < 8 && !tried; ++i) {
    REQUIRE_OK(record.write_pending("A", secret("wrong")));
    tried = judged(record, "A", secret("right")) == Verdict::may_try;
  }
  CHECK(tried);
}

TEST_CASE("a failure that says nothing of the PIN leaves a last try", "[pkcs11]") {
  const test::ScratchDirectory directory;
  const LoginRecord record(directory.path());
  const auto pin = secret("1234");
  REQUIRE_OK(record.note_unclear("A", pin));
  CHECK(judged(record, "A", pin) == Verdict::last_try);
  REQUIRE_OK(record.write_pending("A", pin));
  CHECK(judged(record, "A", pin) == Verdict::was_refused);
}

TEST_CASE("the record does not hold the PIN, and is for its owner alone", "[pkcs11]") {
  const test::ScratchDirectory directory;
  const LoginRecord record(directory.path());
  REQUIRE_OK(record.write_pending("A", secret("findable-pin")));
  const std::string path = login_record_path(directory.path(), "A");
  std::ifstream file(path);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  CHECK(text.find("findable") == std::string::npos);
  CHECK(std::filesystem::status(path).permissions() ==
        (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
  // Serial number, salt, one octet of the hash, outcome.
  CHECK(std::count(text.begin(), text.end(), '\n') == 4);
  CHECK(text.find("\npending\n") != std::string::npos);
}

TEST_CASE("where no record can be kept there is an error", "[pkcs11]") {
  const auto pin = secret("1234");
  REQUIRE_ERROR(LoginRecord("/nonexistent/directory").write_pending("A", pin), ErrorCode::io_failure);
}

}  // namespace signet::pkcs11
