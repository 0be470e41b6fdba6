#include "daemon/rules/signature_account.h"
#include "tests/support/catch.h"

using namespace signet;
using namespace signet::rules;
using std::chrono::seconds;

namespace {

constexpr UtcTime kNoon{std::chrono::seconds(1'764'072'000)};
constexpr AccountTimes kTimes{.read_at = kNoon + seconds(1000), .grace = seconds(30)};

Sha256Digest digest(unsigned number) {
  Sha256Digest made{};
  made[0] = static_cast<std::byte>(number);
  return made;
}
const Sha256Digest kKey = digest(200);

RecordedSignature signature(unsigned number, int second) {
  return {.time = kNoon + seconds(second),
          .spki_sha256 = kKey,
          .input_sha256 = digest(number + 100),
          .jwt_sha256 = digest(number)};
}

AuditEntry line(unsigned number, int second) {
  AuditEntry entry{.time = kNoon + seconds(second), .outcome = "issued"};
  entry.spki_sha256 = kKey;
  entry.jwt_sha256 = digest(number);
  return entry;
}

AuditEntry opening(std::uint64_t seq) { return {.seq = seq, .time = kNoon, .outcome = "reopened"}; }
AuditEntry started() { return opening(7); }

class Account {
 public:
  Account& sign(unsigned number, int second) {
    account_.add_signature({.file = 1, .line = ++signatures_}, signature(number, second));
    return *this;
  }
  Account& log(const AuditEntry& entry) {
    account_.add_line({.file = 0, .line = ++lines_}, entry);
    return *this;
  }
  AccountReport report() { return account_.finish(); }

 private:
  SignatureAccount account_{kTimes};
  std::uint64_t signatures_ = 0;
  std::uint64_t lines_ = 0;
};

}  // namespace

TEST_CASE("signatures and lines that belong together are good") {
  const auto report =
      Account().sign(1, 10).sign(2, 20).sign(2, 21).log(started()).log(line(2, 21)).log(line(1, 10)).report();
  CHECK(report.without_line.empty());
  CHECK(report.never_signed.empty());
  CHECK(report.signatures == 3);
  CHECK(report.other_keys == 0);
}

TEST_CASE("a signature without a line is named by its place in the record") {
  const auto report = Account().sign(1, 10).sign(2, 20).log(started()).log(line(1, 10)).report();
  REQUIRE(report.without_line.count() == 1);
  const auto& finding = report.without_line.kept().front();
  CHECK(finding.place == LinePlace{.file = 1, .line = 2});
  CHECK(finding.sentence.find(hex(digest(2))) != std::string::npos);
}

TEST_CASE("a signature whose answer was lost is known by its input") {
  AuditEntry lost{.time = kNoon + seconds(11), .outcome = "lost"};
  lost.spki_sha256 = kKey;
  lost.input_sha256 = digest(101);
  const auto report = Account().sign(1, 10).sign(2, 20).log(started()).log(lost).report();
  CHECK(report.lost == 1);
  CHECK(report.without_line.count() == 1);
  CHECK(report.other_keys == 0);
}

TEST_CASE("an empty log does not excuse a signature") {
  CHECK(Account().sign(1, 10).report().without_line.count() == 1);
}

TEST_CASE("signatures from before the log, and of the last seconds, are not judged") {
  const auto report = Account().sign(1, -1).sign(2, 970).sign(3, 969).log(started()).report();
  CHECK(report.before_the_log == 1);
  CHECK(report.too_young == 1);
  CHECK(report.without_line.count() == 1);
}

TEST_CASE("a signature of the log's first millisecond may have its line in the file before") {
  const auto report = Account().sign(1, 0).sign(2, 1).log(started()).report();
  CHECK(report.before_the_log == 1);
  CHECK(report.without_line.count() == 1);
}

TEST_CASE("a line without a signature is named where the record was kept then") {
  const auto report = Account().sign(1, 10).log(started()).log(line(1, 10)).log(line(2, 30)).report();
  REQUIRE(report.never_signed.count() == 1);
  CHECK(report.never_signed.kept().front().place == LinePlace{.file = 0, .line = 3});
}

TEST_CASE("a line without a signature is not judged where the record says nothing of its time or key") {
  auto other = line(2, 30);
  other.spki_sha256 = digest(201);
  auto without_key = line(3, 30);
  without_key.spki_sha256.reset();
  const auto report = Account()
                          .sign(1, 10)
                          .log(started())
                          .log(line(4, 9))
                          .log(line(1, 10))
                          .log(other)
                          .log(without_key)
                          .log(line(5, 1000))
                          .report();
  CHECK(report.never_signed.empty());
  CHECK(report.other_keys == 4);
}

TEST_CASE("a cached JWT was signed when it says, not when it was handed out") {
  auto old = line(2, 30);
  old.cached = true;
  old.issued_at = (kNoon + seconds(5)).time_since_epoch() / seconds(1);
  auto recent = line(3, 30);
  recent.cached = true;
  recent.issued_at = (kNoon + seconds(11)).time_since_epoch() / seconds(1);
  const auto report = Account().sign(1, 10).log(started()).log(line(1, 10)).log(old).log(recent).report();
  CHECK(report.other_keys == 1);
  CHECK(report.never_signed.count() == 1);
}

TEST_CASE("a line of the very millisecond of the reading may be of a signature after it") {
  SignatureAccount account({.read_at = kNoon + seconds(1000), .grace = {}});
  account.add_signature({.file = 1, .line = 1}, signature(1, 10));
  account.add_line({.file = 0, .line = 1}, line(2, 1000));
  auto before = line(3, 1000);
  before.time -= std::chrono::milliseconds(1);
  account.add_line({.file = 0, .line = 2}, before);
  const auto report = account.finish();
  REQUIRE(report.never_signed.count() == 1);
  CHECK(report.never_signed.kept().front().place == LinePlace{.file = 0, .line = 2});
}

TEST_CASE("a clock that was ahead and was set back excuses no signature") {
  // The log's first line, and the signature that it is of, are an hour ahead.
  auto ahead = line(1, 3600);
  ahead.seq = 7;
  const auto report = Account().sign(1, 3600).sign(2, 20).sign(3, 7200).log(ahead).report();
  CHECK(report.before_the_log == 0);
  CHECK(report.too_young == 0);
  CHECK(report.without_line.count() == 2);
}

TEST_CASE("a cached JWT of before the log says nothing of the signatures after it") {
  auto handed_out_again = line(1, 5);
  handed_out_again.cached = true;
  const auto report = Account().sign(1, -20).sign(2, -10).log(started()).log(handed_out_again).report();
  CHECK(report.before_the_log == 1);
  CHECK(report.without_line.empty());
  CHECK(report.begun_anew.empty());
}

TEST_CASE("signatures from before line number 1 tell that the log was begun anew") {
  const auto report = Account().sign(1, -10).sign(2, -5).log(opening(1)).report();
  CHECK(report.begun_anew.count() == 1);
  CHECK(report.without_line.empty());
}
