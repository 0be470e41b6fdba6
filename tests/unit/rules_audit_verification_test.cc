#include <algorithm>

#include <fmt/format.h>

#include "tests/support/catch.h"
#include "tests/unit/rules_audit_log.h"

using namespace signet;
using namespace signet::rules;

namespace {

using Lines = std::vector<std::string>;
constexpr int kLines = 7;

ChainHead head_of(const Lines& lines, std::size_t count) {
  ChainHead head;
  for (std::size_t i = 0; i < count; ++i) head = next_head(head, lines[i]);
  return head;
}

Lines split(const std::string& text) {
  Lines lines;
  std::size_t begin = 0;
  for (auto end = text.find('\n'); end != text.npos; begin = end + 1, end = text.find('\n', begin))
    lines.push_back(text.substr(begin, end - begin));
  if (begin < text.size()) lines.push_back(text.substr(begin));
  return lines;
}

std::string joined(const Lines& lines) {
  std::string text;
  for (const auto& line : lines) text += line + "\n";
  return text;
}

FindingKind only_kind(const AuditReport& report) {
  INFO(told(report));
  REQUIRE(report.findings.count() == 1);
  return report.findings.kept().front().kind;
}

}  // namespace

TEST_CASE("a log as it was written holds together") {
  const auto lines = good_log(kLines);
  const auto report = verify(lines, {head_of(lines, 3), head_of(lines, kLines)});
  INFO(told(report));
  CHECK(report.findings.empty());
  CHECK(report.notes.empty());
  CHECK(report.lines == kLines);
  CHECK(report.heads_found == 2);
  CHECK(report.head == head_of(lines, kLines));
  CHECK(verify({}).findings.empty());
}

TEST_CASE("a log that goes on from files that are not given says so") {
  const ChainHead before = head_of(good_log(3), 3);
  for (const std::string opening : {"started", "reopened", "audit_resumed"}) {
    LogMaker log(before);
    log.add(audit_text(4, "\"outcome\":\"" + opening + "\"")).add(audit_text(5));
    const auto report = verify(log.lines(), {log.head()});
    INFO(told(report));
    CHECK(report.findings.empty());
    REQUIRE(report.notes.size() == 1);
    CHECK(report.notes.front().sentence.find("begins with number 4") != std::string::npos);
  }
}

TEST_CASE("a beginning that was cut out of a file is named") {
  const auto lines = good_log(kLines);
  const auto report = verify({lines.begin() + 3, lines.end()}, {head_of(lines, 5)});
  CHECK(only_kind(report) == FindingKind::missing);
  CHECK(names(report, 1));
}

TEST_CASE("the last line may lack its line feed, and that is said") {
  const auto lines = good_log(kLines);
  const auto report = verify(lines, {head_of(lines, kLines)}, false);
  CHECK(report.findings.empty());
  REQUIRE(report.notes.size() == 1);
  CHECK(report.notes.front().place->line == kLines);
}

TEST_CASE("without a head it is said what cannot be seen") {
  const auto report = verify(good_log(2));
  REQUIRE(report.notes.size() == 1);
  CHECK(report.notes.front().sentence.find("--head") != std::string::npos);
}

TEST_CASE("any octet that is changed is noticed, and its line named") {
  const auto good = good_log(kLines);
  const auto head = head_of(good, kLines);
  const std::string text = joined(good);
  for (std::size_t at = 0; at + 1 < text.size(); ++at) {
    for (const char mask : {'\x01', '\x10', '\x80'}) {
      auto octets = text;
      octets[at] = static_cast<char>(octets[at] ^ mask);
      const auto report = verify(split(octets), {head});
      const auto line =
          static_cast<std::uint64_t>(std::count(text.begin(), text.begin() + static_cast<long>(at), '\n')) + 1;
      INFO("octet " << at << " of line " << line << "\n" << told(report));
      REQUIRE(names(report, line));
      for (const auto& finding : report.findings.kept()) {
        if (finding.kind == FindingKind::head) continue;
        REQUIRE(finding.place);
        // What follows a line that can no longer be read may be told of as well.
        REQUIRE((finding.place->line + 1 >= line && finding.place->line <= line + 1));
      }
    }
  }
}

TEST_CASE("a change that leaves a good line is put down to that line alone") {
  const auto good = good_log(kLines);
  for (std::size_t i = 0; i + 1 < good.size(); ++i) {
    auto lines = good;
    const auto at = lines[i].find("apple");
    lines[i].replace(at, 5, "mango");
    const auto report = verify(lines);
    INFO(told(report));
    REQUIRE(report.findings.count() == 1);
    CHECK(report.findings.kept().front().place->line == i + 1);
    CHECK(report.findings.kept().front().kind == FindingKind::changed);
  }
}

TEST_CASE("a changed number or prev is put down to that line alone where a line follows") {
  const auto good = good_log(kLines);
  for (std::size_t i = 1; i + 2 < good.size(); ++i) {
    for (const std::string member : {"\"seq\":", "\"prev\":\""}) {
      auto lines = good;
      auto& digit = lines[i][lines[i].find(member) + member.size()];
      digit = digit == '9' ? '8' : '9';
      const auto report = verify(lines);
      INFO(member << i + 1 << "\n" << told(report));
      REQUIRE(report.findings.count() == 1);
      CHECK(report.findings.kept().front().place->line == i + 1);
      CHECK_FALSE(report.findings.kept().front().until);
    }
  }
}

TEST_CASE("a line that is dropped is missed where it stood") {
  const auto good = good_log(kLines);
  for (std::size_t i = 1; i + 1 < good.size(); ++i) {
    auto lines = good;
    lines.erase(lines.begin() + static_cast<long>(i));
    const auto report = verify(lines);
    CHECK(only_kind(report) == FindingKind::missing);
    CHECK(names(report, i + 1));
    CHECK(told(report).find(fmt::format("number {} is missing", i + 1)) != std::string::npos);
  }
}

TEST_CASE("two lines that change places are named") {
  const auto good = good_log(kLines);
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (std::size_t j = i + 1; j < good.size(); ++j) {
      auto lines = good;
      std::swap(lines[i], lines[j]);
      const auto report = verify(lines);
      INFO(i + 1 << " and " << j + 1 << "\n" << told(report));
      CHECK((names(report, i + 1) || names(report, i + 2)));
      CHECK((names(report, j + 1) || names(report, j + 2)));
    }
  }
}

TEST_CASE("a line that stands there twice is named, wherever its copy is put") {
  const auto good = good_log(kLines);
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (std::size_t to = i + 1; to <= good.size(); ++to) {
      auto lines = good;
      lines.insert(lines.begin() + static_cast<long>(to), good[i]);
      const auto report = verify(lines);
      INFO(i + 1 << " before " << to + 1);
      INFO(told(report));
      CHECK(names(report, to + 1));
      REQUIRE(report.findings.count() == 1);
      CHECK(report.findings.kept().front().kind ==
            (i == 0 && to > 1 ? FindingKind::other_log : FindingKind::out_of_place));
    }
  }
}

TEST_CASE("a cut end shows by a head from outside alone") {
  const auto good = good_log(kLines);
  for (std::size_t kept = 1; kept < good.size(); ++kept) {
    const Lines lines(good.begin(), good.begin() + static_cast<long>(kept));
    CHECK(verify(lines).findings.empty());
    const auto report = verify(lines, {head_of(good, kLines)});
    CHECK(only_kind(report) == FindingKind::head);
    CHECK(names(report, kept));
    CHECK(verify(lines, {head_of(good, kept)}).findings.empty());
  }
}

TEST_CASE("a log that ends inside a line is named there") {
  const auto good = good_log(kLines);
  for (std::size_t kept = 1; kept < good.back().size(); ++kept) {
    auto lines = good;
    lines.back().resize(kept);
    const auto report = verify(lines, {}, false);
    CHECK(only_kind(report) == FindingKind::unreadable);
    CHECK(names(report, kLines));
  }
}

TEST_CASE("a line that is cut in the middle is named, and what follows is not blamed") {
  auto lines = good_log(kLines);
  lines[2].resize(30);
  const auto report = verify(lines);
  CHECK(only_kind(report) == FindingKind::unreadable);
  CHECK(names(report, 3));
}

TEST_CASE("a forged line is named, at the end and in between") {
  const auto good = good_log(kLines);
  for (std::size_t at = 1; at <= good.size(); ++at) {
    // Of one who does not care for the chain, and of one who hangs it behind the line before.
    for (const auto& head : {ChainHead{at, {}}, head_of(good, at)}) {
      auto lines = good;
      LogMaker forger(head);
      forger.add(audit_text(40));
      lines.insert(lines.begin() + static_cast<long>(at), forger.lines().front());
      const auto report = verify(lines, {head_of(good, kLines)});
      INFO("at " << at + 1 << ", prev " << to_string(head) << "\n" << told(report));
      if (at == good.size() && head == head_of(good, at)) {
        CHECK(report.findings.empty());  // what follows the last head nobody vouches for
      } else {
        CHECK((names(report, at + 1) || names(report, at + 2)));
      }
    }
  }
}

TEST_CASE("two logs that were joined are told where they meet") {
  const auto ours = good_log(kLines);
  const auto theirs = good_log(kLines, R"("outcome":"issued","key":"other","kid":"K2")");
  for (std::size_t at = 1; at < ours.size(); ++at) {
    for (std::size_t from = 0; from < theirs.size(); ++from) {
      Lines lines(ours.begin(), ours.begin() + static_cast<long>(at));
      lines.insert(lines.end(), theirs.begin() + static_cast<long>(from), theirs.end());
      const auto report = verify(lines);
      INFO("theirs from " << from + 1 << " behind " << at << "\n" << told(report));
      CHECK(report.findings.count() == 1);
      CHECK((names(report, at) || names(report, at + 1)));
    }
  }
}

TEST_CASE("a log written anew as a whole shows by a head from outside alone") {
  const auto good = good_log(kLines);
  const auto forged = good_log(kLines, R"("outcome":"issued","key":"other","kid":"K2")");
  CHECK(verify(forged).findings.empty());
  const auto report = verify(forged, {head_of(good, 4)});
  CHECK(only_kind(report) == FindingKind::head);
  CHECK(names(report, 4));
}

TEST_CASE("a head of a line that was not given is no good head") {
  const auto good = good_log(kLines);
  LogMaker log(head_of(good, 3));
  const auto report = verify(log.add(audit_text(4, R"("outcome":"reopened")")).lines(), {head_of(good, 2)});
  CHECK(only_kind(report) == FindingKind::head);
  CHECK_FALSE(report.findings.kept().front().place);
}

TEST_CASE("a file of something else does not fill the memory") {
  const auto report = verify(Lines(5000, "no line of ours"));
  CHECK(report.findings.count() == 5000);
  CHECK(report.findings.kept().size() == LogFindings::kMostKept);
}
