// What signetd itself said of its log, in a line of it.
#include <fmt/format.h>

#include "tests/support/catch.h"
#include "tests/unit/rules_audit_log.h"

using namespace signet;
using namespace signet::rules;

namespace {

using Lines = std::vector<std::string>;

ChainHead head_of(const Lines& lines, std::size_t count) {
  ChainHead head;
  for (std::size_t i = 0; i < count; ++i) head = next_head(head, lines[i]);
  return head;
}

FindingKind only_kind(const AuditReport& report) {
  INFO(told(report));
  REQUIRE(report.findings.count() == 1);
  return report.findings.kept().front().kind;
}

}  // namespace

TEST_CASE("a log that begins where signetd missed lines is not good") {
  const ChainHead before = head_of(good_log(3), 3);
  const auto first = [&](const std::string& why) {
    return verify(LogMaker(before).add(audit_text(4, R"("outcome":"audit_recovered","why":")" + why + "\"")).lines());
  };
  for (const std::string why : {"lines_missing", "file_removed", "file_cut"}) {
    const auto report = first(why);
    CHECK(only_kind(report) == FindingKind::missing);
    CHECK(told(report).find(why) != std::string::npos);
  }
  // After a crash the file may have been renamed; that is no loss.
  CHECK(first("unclean_stop").findings.empty());
}

TEST_CASE("lines that were added while nothing ran are named, though they fit") {
  LogMaker log;
  log.add(audit_text(1)).add(audit_text(2)).add(audit_text(3, R"("outcome":"audit_recovered","why":"lines_added")"));
  const auto report = verify(log.lines());
  CHECK(only_kind(report) == FindingKind::out_of_place);
  CHECK(names(report, 2));
}

TEST_CASE("numbers that repeat after a crash are a note where signetd says so and knew the line") {
  LogMaker old_file;
  for (int i = 1; i <= 5; ++i) old_file.add(audit_text(i));
  const auto good = old_file.lines();
  const auto after = [&](const ChainHead& head, const std::string& why) {
    LogMaker new_file(head);
    new_file.add(audit_text(6, R"("outcome":"audit_recovered","why":")" + why + "\""))
        .add(audit_text(7, R"("outcome":"started")"))
        .add(audit_text(8));
    Lines lines = good;
    lines.insert(lines.end(), new_file.lines().begin(), new_file.lines().end());
    return verify(lines, {old_file.head(), new_file.head()});
  };
  for (std::size_t known = 1; known <= good.size(); ++known) {
    const auto report = after(head_of(good, known), "unclean_stop");
    INFO(known << "\n" << told(report));
    CHECK(report.findings.empty());
    CHECK(report.heads_found == 2);
    REQUIRE(report.notes.size() == 1);
    CHECK(report.notes.front().place->line == 6);
  }
  CHECK_FALSE(after(head_of(good, 3), "torn_line").findings.empty());
  CHECK_FALSE(after({3, sha256(bytes_of("another"))}, "unclean_stop").findings.empty());
  CHECK_FALSE(after({6, sha256(bytes_of("another"))}, "unclean_stop").findings.empty());
}

TEST_CASE("a line that was written whole but for its line feed is taken back where signetd says so") {
  for (const std::string half : {"", "half a li"}) {
    LogMaker log;
    log.add(audit_text(1));
    LogMaker failed(log.head());
    failed.add(audit_text(2));
    Lines lines{log.lines().front(), failed.lines().front()};
    if (!half.empty()) lines.push_back(half);
    const std::string torn = lines[1] + (half.empty() ? "" : "\n" + half);
    const auto members = [](const std::string& octets) {
      return fmt::format(R"("outcome":"audit_recovered","why":"torn_line","torn_bytes":{},"torn_sha256":"{}")",
                         octets.size(), hex(sha256(bytes_of(octets))));
    };
    log.add(audit_text(3, members(torn))).add(audit_text(4));
    lines.insert(lines.end(), log.lines().begin() + 1, log.lines().end());
    const auto report = verify(lines, {log.head()});
    INFO(told(report));
    CHECK(report.findings.empty());
    CHECK(report.torn == 1);
    // Another line's hash does not take it back.
    LogMaker other;
    other.add(audit_text(1)).add(audit_text(3, members("another"))).add(audit_text(4));
    lines.resize(lines.size() - 2);
    lines.insert(lines.end(), other.lines().begin() + 1, other.lines().end());
    CHECK_FALSE(verify(lines).findings.empty());
  }
}

TEST_CASE("half a line that signetd tells of is a note, any other is not") {
  LogMaker log;
  log.add(audit_text(1)).add(audit_text(2));
  auto lines = log.lines();
  lines.push_back(lines.back().substr(0, 20));
  const auto torn = fmt::format(R"("outcome":"audit_recovered","why":"torn_line","torn_bytes":20,"torn_sha256":"{}")",
                                hex(sha256(bytes_of(lines.back()))));
  log.add(audit_text(3, torn)).add(audit_text(4));
  lines.emplace_back();
  lines.insert(lines.end(), log.lines().begin() + 2, log.lines().end());
  const auto report = verify(lines, {log.head()});
  INFO(told(report));
  CHECK(report.findings.empty());
  CHECK(report.torn == 1);
  REQUIRE(report.notes.size() == 1);
  CHECK(report.notes.front().place->line == 3);

  auto moved = lines;
  std::swap(moved[2], moved[4]);
  CHECK(names(verify(moved), 5));
  auto other = lines;
  other[2] = "something else";
  CHECK(only_kind(verify(other)) == FindingKind::unreadable);
  // Nor does it stand for a line that was taken away.
  lines.erase(lines.begin() + 1);
  CHECK(only_kind(verify(lines)) == FindingKind::missing);
}

TEST_CASE("lines of lost JWTs are counted") {
  CHECK(verify(good_log(3, R"("outcome":"lost","key":"apple")")).lost == 3);
  CHECK(verify(good_log(3)).lost == 0);
}
