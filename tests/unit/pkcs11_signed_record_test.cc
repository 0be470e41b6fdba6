#include <filesystem>
#include <fstream>
#include <sstream>

#include "pkcs11/signature_limit.h"
#include "pkcs11/signed_line.h"
#include "pkcs11/signed_record.h"
#include "proto/jws.h"
#include "tests/support/jws_input.h"
#include "tests/support/matchers.h"
#include "tests/support/scratch_directory.h"

namespace signet::pkcs11 {
namespace {

std::string content(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

struct Signed {
  std::string message = test::jws_input(Algorithm::es256);
  SignOrder order{.object = "pkcs11:object=apple",
                  .algorithm = Algorithm::es256,
                  .message = message,
                  .expected_spki_sha256 = {},
                  .deadline = {}};
  JoseSignature signature{to_bytes(std::string_view("not a real signature")), sha256(bytes_of("key"))};
};

}  // namespace

TEST_CASE("a line of the record names key, algorithm, input and JWT by their hashes alone", "[pkcs11]") {
  const Signed given;
  const std::string line =
      signed_record_line(UtcTime(std::chrono::milliseconds(1'700'000'000'123)), given.order, given.signature);
  const std::string jwt = jws_compact(given.message, given.signature.value);
  CHECK(line == R"({"time":"2023-11-14T22:13:20.123Z","spki_sha256":")" + hex(sha256(bytes_of("key"))) +
                    R"(","alg":"ES256","input_sha256":")" + hex(sha256(bytes_of(given.message))) +
                    R"(","jwt_sha256":")" + hex(sha256(bytes_of(jwt))) + "\"}\n");
  CHECK(line.find(given.message) == std::string::npos);
}

TEST_CASE("a line of the record is read back, and nothing else", "[pkcs11]") {
  const Signed given;
  const UtcTime time(std::chrono::milliseconds(1'700'000'000'123));
  std::string line = signed_record_line(time, given.order, given.signature);
  line.pop_back();
  const auto read = read_signed_line(line);
  REQUIRE_OK(read);
  CHECK(read->time == time);
  CHECK(read->spki_sha256 == sha256(bytes_of("key")));
  CHECK(read->input_sha256 == sha256(bytes_of(given.message)));
  CHECK(read->jwt_sha256 == sha256(bytes_of(jws_compact(given.message, given.signature.value))));
  for (std::size_t length = 0; length < line.size(); ++length) CHECK_FALSE(read_signed_line(line.substr(0, length)));
  CHECK_FALSE(read_signed_line(R"({"time":"2023-11-14T22:13:20.123Z"})"));
  line[line.find("jwt_sha256") + 14] = 'G';
  CHECK_FALSE(read_signed_line(line));
}

TEST_CASE("the record grows by a line each, and goes on in a new file when it is full", "[pkcs11]") {
  const test::ScratchDirectory directory;
  const Signed given;
  SignedRecord record(directory.path(), 200);
  const std::string path = directory.file("signed.jsonl");
  for (int i = 0; i < 12; ++i) REQUIRE_OK(record.append(given.order, given.signature));
  // A line has more than 200 octets, so that each file holds one.
  for (const char* old : {"", ".1", ".2", ".3", ".4"}) {
    const std::string text = content(path + old);
    CHECK(std::ranges::count(text, '\n') == 1);
  }
  CHECK_FALSE(std::filesystem::exists(path + ".5"));
}

TEST_CASE("a record that was renamed away is begun anew when told", "[pkcs11]") {
  const test::ScratchDirectory directory;
  const Signed given;
  SignedRecord record(directory.path());
  REQUIRE_OK(record.append(given.order, given.signature));
  std::filesystem::rename(directory.file("signed.jsonl"), directory.file("elsewhere"));
  record.reopen();
  REQUIRE_OK(record.append(given.order, given.signature));
  CHECK(std::filesystem::exists(directory.file("signed.jsonl")));
}

TEST_CASE("a record that cannot be written is an error, and works again once it can", "[pkcs11]") {
  const test::ScratchDirectory directory;
  const Signed given;
  SignedRecord record(directory.file("state"));
  REQUIRE_ERROR(record.append(given.order, given.signature), ErrorCode::io_failure);
  std::filesystem::create_directory(directory.file("state"));
  REQUIRE_OK(record.append(given.order, given.signature));
}

TEST_CASE("two services of one token may share the record, also when it is full", "[pkcs11]") {
  const test::ScratchDirectory directory;
  const Signed given;
  SignedRecord one(directory.path(), 200);
  SignedRecord two(directory.path(), 200);
  for (int i = 0; i < 2; ++i) {
    REQUIRE_OK(one.append(given.order, given.signature));
    REQUIRE_OK(two.append(given.order, given.signature));
  }
  const UtcTime begin{};
  CHECK(one.times_since(begin).size() == 4);
  CHECK(two.times_since(begin).size() == 4);
}

TEST_CASE("what was signed lately is found in the record and its predecessors", "[pkcs11]") {
  const test::ScratchDirectory directory;
  const Signed given;
  SignedRecord record(directory.path());
  std::ofstream(directory.file("signed.jsonl.1"))
      << signed_record_line(UtcTime(std::chrono::milliseconds(1'000)), given.order, given.signature)
      << signed_record_line(UtcTime(std::chrono::milliseconds(5'000)), given.order, given.signature)
      << "{\"time\":\"torn\n\n";
  REQUIRE_OK(record.append(given.order, given.signature));
  const auto times = record.times_since(UtcTime(std::chrono::milliseconds(2'000)));
  REQUIRE(times.size() == 2);
  CHECK(times.front() == UtcTime(std::chrono::milliseconds(5'000)));
}

TEST_CASE("a restart is no way round max-rate", "[pkcs11]") {
  using namespace std::chrono_literals;
  const UtcTime now{24h * 20'000};
  SignatureLimit limit(parse_rate("3/min, 100/day").value());
  CHECK(limit.longest_window() == 24h);
  limit.count_earlier({now - 25h, now - 2min, now - 30s, now + 1h}, now);
  CHECK(limit.admit().has_value());
  CHECK_FALSE(limit.admit().has_value());
}

TEST_CASE("max-rate admits so many signatures, and then says when there is room", "[pkcs11]") {
  SignatureLimit limit(parse_rate("2/min, 100/day").value());
  CHECK(limit.admit().has_value());
  CHECK(limit.admit().has_value());
  const auto refused = limit.admit();
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().reason == RefusalReason::rate_exceeded);
  CHECK(refused.error().retry_after > std::chrono::seconds(0));
  CHECK(refused.error().retry_after <= std::chrono::seconds(61));
  SignatureLimit none({});
  for (int i = 0; i < 1000; ++i) CHECK(none.admit().has_value());
}

}  // namespace signet::pkcs11
