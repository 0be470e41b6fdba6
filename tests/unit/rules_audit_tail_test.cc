#include "daemon/rules/audit_tail.h"
#include "proto/bytes.h"
#include "tests/support/catch.h"
#include "tests/support/matchers.h"

using namespace signet;
using namespace signet::rules;

namespace {

/// A log of so many lines, and the head after each.
struct Log {
  std::string text{};
  std::vector<ChainHead> heads{ChainHead{}};
};

Log log_of(std::size_t lines, ChainHead head = {}) {
  Log log{.heads = {head}};
  for (std::size_t i = 0; i < lines; ++i) {
    const auto line = chain_line(log.heads.back(), R"("outcome":"issued")");
    log.text += line + "\n";
    log.heads.push_back(next_head(log.heads.back(), line));
  }
  return log;
}

std::vector<std::string> reasons(const Resumption& resumption) {
  std::vector<std::string> reasons;
  for (const auto& finding : resumption.findings) reasons.emplace_back(finding.why);
  return reasons;
}

using Reasons = std::vector<std::string>;

}  // namespace

TEST_CASE("A file's last line is where its chain stands") {
  const Log log = log_of(3);
  CHECK(read_audit_tail(log.text, std::nullopt) == AuditTail{log.heads[3], ""});
  CHECK(read_audit_tail("", std::nullopt) == AuditTail{});
  CHECK(read_audit_tail("no line of ours\n", std::nullopt) == AuditTail{});
  // The end of a large file begins in the middle of a line.
  CHECK(read_audit_tail(std::string_view(log.text).substr(10), std::nullopt) == AuditTail{log.heads[3], ""});
}

TEST_CASE("Whatever follows the last line of the chain is torn, however often an end was tried") {
  const Log log = log_of(2);
  for (const std::string torn : {"{\"seq\":3,\"ti", "{\"seq\":3\n{\"se", "{\"seq\":3,\n", "\n"})
    CHECK(read_audit_tail(log.text + torn, std::nullopt) == AuditTail{log.heads[2], torn});
  CHECK(read_audit_tail("{\"seq\":1", std::nullopt) == AuditTail{std::nullopt, "{\"seq\":1"});
}

TEST_CASE("A line that lacks only its line feed is one of the chain, and that is told") {
  const Log log = log_of(2);
  const std::string text = log.text.substr(0, log.text.size() - 1);
  const auto tail = read_audit_tail(text, std::nullopt);
  CHECK(tail == AuditTail{.head = log.heads[2], .ended = false});
  CHECK(read_audit_tail(text, log.heads[2]) == tail);
  for (const auto& resumption :
       {resume_at_start(tail, HeadRecord{log.heads[1], false}), resume_after(tail, log.heads[2])}) {
    CHECK(resumption.head == log.heads[2]);
    REQUIRE(reasons(resumption) == Reasons{"no_line_feed"});
    CHECK(resumption.findings[0].found == log.heads[2]);
  }
}

TEST_CASE("A line that failed for the process that wrote it is torn, though it looks whole by now") {
  const Log log = log_of(3);
  const auto tail = read_audit_tail(log.text + "{\"se", log.heads[2]);
  CHECK(tail.head == log.heads[2]);
  CHECK(tail.torn == log.text.substr(log.text.size() / 3 * 2) + "{\"se");
}

TEST_CASE("A head's record reads back, and nothing else does") {
  const ChainHead head = log_of(4).heads[4];
  for (const bool orderly : {true, false})
    CHECK(parse_head_record(to_string(HeadRecord{head, orderly})).value() == HeadRecord{head, orderly});
  CHECK(to_string(HeadRecord{head, true}) == to_string(head) + " stopped\n");
  for (const std::string& text : {std::string(), to_string(head), to_string(head) + " stopped",
                                  std::string(" running\n"), "x" + to_string(head) + " running\n"})
    CHECK_FALSE(parse_head_record(text));
}

TEST_CASE("At start the chain goes on from the file") {
  const Log log = log_of(3);
  const AuditTail tail{log.heads[3], ""};
  for (const auto& recorded :
       {std::optional<HeadRecord>(), std::optional(HeadRecord{log.heads[3], true}),
        std::optional(HeadRecord{log.heads[3], false}), std::optional(HeadRecord{log.heads[1], false})}) {
    const auto resumption = resume_at_start(tail, recorded);
    CHECK(resumption.head == log.heads[3]);
    CHECK(resumption.findings.empty());
  }
}

TEST_CASE("At start an empty file goes on from the record, and says so where lines may have come after it") {
  const ChainHead head = log_of(3).heads[3];
  CHECK(resume_at_start({}, std::nullopt).head == ChainHead{});
  CHECK(resume_at_start({}, HeadRecord{head, true}).head == head);
  CHECK(resume_at_start({}, HeadRecord{head, true}).findings.empty());
  const auto unclean = resume_at_start({}, HeadRecord{head, false});
  CHECK(unclean.head == head);
  CHECK(reasons(unclean) == Reasons{"unclean_stop"});
}

TEST_CASE("At start a file that lost lines, or got some, is found out") {
  const Log log = log_of(4);
  const auto lost = resume_at_start({log.heads[2], ""}, HeadRecord{log.heads[3], false});
  CHECK(lost.head == log.heads[3]);
  CHECK(reasons(lost) == Reasons{"lines_missing"});
  CHECK(lost.findings[0].found == log.heads[2]);
  CHECK(lost.findings[0].expected == log.heads[3]);

  const ChainHead other{3, sha256(bytes_of("edited"))};
  CHECK(reasons(resume_at_start({other, ""}, HeadRecord{log.heads[3], false})) == Reasons{"lines_missing"});

  const auto more = resume_at_start({log.heads[4], ""}, HeadRecord{log.heads[3], true});
  CHECK(more.head == log.heads[4]);
  CHECK(reasons(more) == Reasons{"lines_added"});
}

TEST_CASE("A process goes on from what it wrote, whatever the file holds") {
  const Log log = log_of(4);
  for (const AuditTail& tail : {AuditTail{}, AuditTail{log.heads[3], ""}}) {
    const auto resumption = resume_after(tail, log.heads[3]);
    CHECK(resumption.head == log.heads[3]);
    CHECK(resumption.findings.empty());
  }
  CHECK(reasons(resume_after({log.heads[1], "{\"s"}, log.heads[3])) == Reasons{"torn_line", "other_lines"});
}

TEST_CASE("What others did to the open file is told, whatever is found there now") {
  const Log log = log_of(4);
  for (const AuditTail& tail : {AuditTail{}, AuditTail{log.heads[3], ""}, AuditTail{log.heads[1], ""}}) {
    const auto removed = resume_after(tail, log.heads[3], FileChange::removed);
    CHECK(removed.head == log.heads[3]);
    REQUIRE(reasons(removed) == Reasons{"file_removed"});
    CHECK(removed.findings[0].expected == log.heads[3]);
    CHECK(reasons(resume_after(tail, log.heads[3], FileChange::cut)) == Reasons{"file_cut"});
  }
  const auto grown = resume_after({log.heads[3], "garbage"}, log.heads[3], FileChange::grown);
  REQUIRE(reasons(grown) == Reasons{"other_lines"});
  CHECK(grown.findings[0].torn == "garbage");
}

TEST_CASE("A finding's line tells what was found by number and hash, not by its text") {
  const Log log = log_of(1);
  const AuditFinding torn{.why = "torn_line", .torn = "abc"};
  CHECK(audit_members(torn, UtcTime{}) ==
        R"("time":"1970-01-01T00:00:00.000Z","outcome":"audit_recovered","why":"torn_line","torn_bytes":3,)"
        R"("torn_sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")");
  const AuditFinding missing{.why = "lines_missing", .found = ChainHead{}, .expected = log.heads[1]};
  CHECK(audit_members(missing, UtcTime{})
            .ends_with(R"("found":"0:)" + std::string(64, '0') + R"(","expected":")" + to_string(log.heads[1]) + "\""));
}
