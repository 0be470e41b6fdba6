#include <algorithm>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "cli/signet-admin/audit_commands.h"
#include "cli/signet-admin/audit_files.h"
#include "cli/signet-admin/audit_lines.h"
#include "cli/signet-admin/audit_views.h"
#include "tests/support/matchers.h"
#include "tests/unit/cli_admin_audit_folder.h"
#include "tests/unit/cli_admin_audit_words.h"
#include "tests/unit/rules_audit_log.h"

namespace signet::admin {
namespace {

using rules::good_log;

Words part(const Words& lines, long from, long to) { return {lines.begin() + from, lines.begin() + to}; }

std::vector<std::pair<std::string, bool>> lines_of(const std::string& path, std::size_t max_line) {
  LineFile file{.name = path, .fd = host::FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC))};
  REQUIRE(file.fd.valid());
  Progress progress(0);
  std::vector<std::pair<std::string, bool>> lines;
  const auto read = read_lines(file, max_line, progress, [&](std::uint64_t number, std::string_view line, bool ended) {
    lines.emplace_back(line, ended);
    CHECK(number == lines.size());
  });
  REQUIRE(read);
  return lines;
}

TEST_CASE("names of files that were rotated away") {
  for (const std::string name :
       {"audit.jsonl.1", "audit.jsonl.10", "audit.jsonl-20261125", "audit.jsonl-20261125-1764072000",
        "audit.jsonl.2.gz", "audit.jsonl-20261125.zst", "audit.jsonl.2026-11-25T12"})
    CHECK(is_rotated_name("audit.jsonl", name));
  for (const std::string name : {"audit.jsonl", "audit.jsonl.", "audit.jsonl.swp", "audit.jsonl~", "other.jsonl.1",
                                 "audit.jsonl.gz", "audit.jsonlx1"})
    CHECK_FALSE(is_rotated_name("audit.jsonl", name));
}

TEST_CASE("octets are cut into lines, and a line without an end keeps within bounds") {
  Folder folder;
  const auto path = folder.write("lines", "one\n\ntwo\n" + std::string(3'000'000, 'x') + "\nlast");
  const auto lines = lines_of(path, 10);
  REQUIRE(lines.size() == 5);
  CHECK(lines[0] == std::pair<std::string, bool>("one", true));
  CHECK(lines[1].first.empty());
  CHECK(lines[3].first == std::string(11, 'x'));
  CHECK(lines[4] == std::pair<std::string, bool>("last", false));
}

TEST_CASE("the files of a log may be named in any order, and the configured ones are found") {
  Folder folder;
  const auto lines = good_log(6);
  const auto newest = folder.write("audit.jsonl", part(lines, 4, 6));
  const auto oldest = folder.write("audit.jsonl.2", part(lines, 0, 2));
  const auto middle = folder.write("audit.jsonl.1", part(lines, 2, 4));
  folder.write("audit.jsonl.swp", "no log");
  const auto config = folder.write("signetd.conf", "user = nobody-knows\naudit-log = " + newest + "\n");
  for (const Words& words : {Words{newest, oldest, middle}, Words{"--config", config}}) {
    Words all{"audit", "verify", "--json"};
    all.insert(all.end(), words.begin(), words.end());
    const auto outcome = verify_audit(invocation(all), false);
    const auto json = json_of_outcome(outcome);
    CHECK(json.at("good") == true);
    CHECK(json.at("lines") == 6);
    CHECK_FALSE(outcome->failure);
  }
}

TEST_CASE("a finding names file and line, and has an exit code of its own") {
  Folder folder;
  auto lines = good_log(6);
  const auto head = [&] {
    rules::ChainHead made;
    for (const auto& line : lines) made = rules::next_head(made, line);
    return to_string(made);
  }();
  const auto first = folder.write("audit.jsonl.1", part(lines, 0, 3));
  lines[4].replace(lines[4].find("apple"), 5, "mango");
  const auto second = folder.write("audit.jsonl", part(lines, 3, 6));
  const auto outcome = verify_audit(invocation({"audit", "verify", second, first, "--head", head}), false);
  REQUIRE(outcome);
  REQUIRE(outcome->failure);
  CHECK(outcome->failure->code == ExitCode::log_broken);
  CHECK(outcome->text.find(second + ":2: ") != std::string::npos);

  const auto json = json_of_outcome(verify_audit(invocation({"audit", "verify", second, first, "--json"}), false));
  CHECK(json.at("good") == false);
  CHECK(json.at("findings_count") == 1);
  CHECK(json.at("findings").at(0).at("kind") == "changed");
  CHECK(json.at("findings").at(0).at("file").as_string() == second);
  CHECK(json.at("findings").at(0).at("line") == 2);
}

TEST_CASE("a compressed file that is named is refused with the way to read it") {
  Folder folder;
  const auto packed = folder.write("audit.jsonl.1.gz", "\x1f\x8b\x08\x01\x02\x03");
  const auto refused = verify_audit(invocation({"audit", "verify", packed}), false);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ExitCode::failure);
  CHECK(refused.error().sentence.find("zcat") != std::string::npos);
  CHECK(refused.error().sentence.find(packed) != std::string::npos);
}

TEST_CASE("compressed files that nobody named are left out, and told of") {
  Folder folder;
  const auto log = folder.write("audit.jsonl", good_log(2));
  const auto packed = folder.write("audit.jsonl.1.gz", "\x1f\x8b\x08\x01\x02\x03");
  const auto config = folder.write("signetd.conf", "audit-log = " + log + "\n");
  const auto outcome = verify_audit(invocation({"audit", "verify", "--config", config}), false);
  REQUIRE(outcome);
  CHECK_FALSE(outcome->failure);
  CHECK(outcome->text.find("\"" + packed + "\" is compressed") != std::string::npos);
  std::filesystem::remove(log);
  CHECK_FALSE(verify_audit(invocation({"audit", "verify", "--config", config}), false));
}

TEST_CASE("a good log with lost lines says how many") {
  Folder folder;
  const auto log = folder.write("audit.jsonl", good_log(3, R"("outcome":"lost","key":"apple")"));
  const auto outcome = verify_audit(invocation({"audit", "verify", log}), false);
  REQUIRE(outcome);
  CHECK_FALSE(outcome->failure);
  CHECK(outcome->text.find("good but for 3 lost") != std::string::npos);
  CHECK(json_of_outcome(verify_audit(invocation({"audit", "verify", log, "--json"}), false)).at("lost_lines") == 3);
}

TEST_CASE("a line without its end in the middle of the reading is read to its end") {
  Folder folder;
  const auto path = folder.write("lines", "one\ntwo\nthree\n");
  LineFile file{
      .name = path, .fd = host::FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC)), .is_regular = true};
  for (const std::uint64_t size : {4U, 5U, 7U, 8U}) {
    file.size = size;
    REQUIRE(::lseek(file.fd.get(), 0, SEEK_SET) == 0);
    Progress progress(0);
    Words lines;
    REQUIRE(read_lines(file, 100, progress, [&](std::uint64_t, std::string_view line, bool ended) {
      CHECK(ended);
      lines.emplace_back(line);
    }));
    CHECK(lines == (size == 4 ? Words{"one"} : Words{"one", "two"}));
  }
}

TEST_CASE("what cannot be read is a failure that names it") {
  Folder folder;
  for (const Words& words :
       {Words{"audit", "verify", folder.scratch().file("none")}, Words{"audit", "verify", folder.scratch().path()},
        Words{"audit", "verify", "--config", folder.scratch().file("none.conf")},
        Words{"audit", "verify", "--config", folder.write("empty.conf", "socket = /x\n")},
        Words{"audit", "verify", "--config",
              folder.write("gone.conf", "audit-log = " + folder.scratch().file("gone") + "\n")}}) {
    const auto refused = verify_audit(invocation(words), false);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ExitCode::failure);
    CHECK(refused.error().sentence.find(folder.scratch().path()) != std::string::npos);
  }
}

std::string signed_line(const std::string& jwt_sha256) {
  return fmt::format(
      R"({{"time":"2026-11-25T12:00:01.000Z","spki_sha256":"{}","alg":"ES256","input_sha256":"{}","jwt_sha256":"{}"}})",
      std::string(64, 'b'), kDigest, jwt_sha256);
}

TEST_CASE("a signature that the log does not know is the alarm") {
  Folder folder;
  const auto log = folder.write("audit.jsonl", good_log(2, kIssued));
  const auto good = folder.write("good", Words{signed_line(kDigest)});
  CHECK_FALSE(verify_audit(invocation({"audit", "verify", log, "--signed", good}), false)->failure);

  // The record is found by its folder, too.
  folder.write("signed.jsonl.1", Words{signed_line(kDigest)});
  folder.write("signed.jsonl", Words{signed_line(std::string(64, 'c')), R"({"time":"20)"});
  const auto outcome =
      verify_audit(invocation({"audit", "verify", log, "--json", "--signed", folder.scratch().path()}), false);
  const auto json = json_of_outcome(outcome);
  REQUIRE(outcome->failure);
  CHECK(outcome->failure->code == ExitCode::signature_without_line);
  CHECK(json.at("signed").at("signatures") == 2);
  CHECK(json.at("signed").at("without_line") == 1);
  CHECK(json.at("findings").at(0).at("kind") == "without_line");
  CHECK(json.at("findings").at(0).at("file").as_string() == folder.scratch().file("signed.jsonl"));
}

TEST_CASE("a line of the record that was changed is a finding, half a line is not") {
  Folder folder;
  const auto log = folder.write("audit.jsonl", good_log(2, kIssued));
  auto changed = signed_line(kDigest);
  changed.replace(changed.find("jwt_sha256"), 3, "jvt");
  const auto verify = [&](const std::string& line) {
    const auto record = folder.write("signed.jsonl", Words{signed_line(kDigest), line});
    return verify_audit(invocation({"audit", "verify", log, "--json", "--signed", record}), false);
  };
  for (const std::string& line : {changed, std::string("garbage")}) {
    const auto outcome = verify(line);
    const auto json = json_of_outcome(outcome);
    REQUIRE(outcome->failure);
    CHECK(outcome->failure->code == ExitCode::log_broken);
    CHECK(json.at("good") == false);
    CHECK(json.at("findings_count") == 1);
    CHECK(json.at("findings").at(0).at("kind") == "damaged");
    CHECK(json.at("findings").at(0).at("line") == 2);
  }
  CHECK_FALSE(verify(changed.substr(0, 100))->failure);
}

TEST_CASE("a line that the record does not know breaks the log") {
  Folder folder;
  const auto log = folder.write(
      "audit.jsonl", rules::LogMaker()
                         .add(rules::audit_text(1, kIssued))
                         .add(rules::audit_text(2, R"("outcome":"issued","spki_sha256":")" + std::string(64, 'b') +
                                                       R"(","jwt_sha256":")" + std::string(64, 'd') + "\""))
                         .lines());
  const auto record = folder.write("signed.jsonl", Words{signed_line(kDigest)});
  const auto outcome = verify_audit(invocation({"audit", "verify", log, "--signed", record}), false);
  REQUIRE(outcome);
  REQUIRE(outcome->failure);
  CHECK(outcome->failure->code == ExitCode::log_broken);
  CHECK(outcome->text.find(log + ":2: ") != std::string::npos);
}

}  // namespace
}  // namespace signet::admin
