#include <filesystem>
#include <fstream>
#include <sstream>

#include "daemon/service/audit_file.h"
#include "proto/json.h"
#include "tests/support/catch.h"
#include "tests/support/matchers.h"
#include "tests/support/scratch_directory.h"

namespace signet::test {
namespace {

using rules::ChainHead;
using service::AuditFile;

const std::string kLine = R"("outcome":"issued")";

std::vector<std::string> lines_of(const std::string& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

std::string member(const std::string& line, const char* name) {
  const auto value = parse_json(line);
  REQUIRE_OK(value);
  const auto* found = value.value().as_object().if_contains(name);
  return found == nullptr ? "" : found->as_string().c_str();
}

/// The outcomes, where the lines are one chain after `head`; throws where they are none.
std::vector<std::string> outcomes(const std::vector<std::string>& lines, ChainHead head = {}) {
  std::vector<std::string> outcomes;
  for (const std::string& line : lines) {
    REQUIRE(rules::chain_link(line) == rules::ChainLink{head.seq + 1, head.digest});
    head = rules::next_head(head, line);
    outcomes.push_back(member(line, "outcome"));
  }
  return outcomes;
}

using Outcomes = std::vector<std::string>;

std::vector<std::string> joined(std::vector<std::string> lines, const std::vector<std::string>& more) {
  lines.insert(lines.end(), more.begin(), more.end());
  return lines;
}

}  // namespace

TEST_CASE("audit file: the first line says that the daemon started, a later file's that it was opened anew") {
  const ScratchDirectory directory;
  const std::string path = directory.file("audit.jsonl");
  AuditFile file(path, std::nullopt);
  REQUIRE_FALSE(file.head());
  REQUIRE_OK(file.append(kLine));
  REQUIRE(file.take_made());
  REQUIRE_FALSE(file.take_made());
  std::filesystem::rename(path, directory.file("old"));
  REQUIRE_OK(file.append(kLine));
  file.close();
  REQUIRE_OK(file.append(kLine));
  REQUIRE(file.head()->seq == 5);
  REQUIRE(outcomes(joined(lines_of(directory.file("old")), lines_of(path))) ==
          Outcomes{"started", "issued", "issued", "reopened", "issued"});
}

TEST_CASE("audit file: a path that cannot be opened or written is an error, and is tried again") {
  const ScratchDirectory directory;
  const std::string path = directory.file("audit.jsonl");
  AuditFile file(path, std::nullopt);
  REQUIRE_OK(file.append(kLine));
  file.close();
  std::filesystem::rename(path, directory.file("old"));
  std::filesystem::create_symlink("/dev/full", path);
  const Result<void> refused = file.append(kLine);
  REQUIRE_ERROR(refused, ErrorCode::audit_unavailable);
  REQUIRE(refused.error().message.find(path) == std::string::npos);
  std::filesystem::remove(path);
  std::filesystem::create_directory(path);
  REQUIRE_ERROR(file.append(kLine), ErrorCode::audit_unavailable);
  std::filesystem::remove(path);
  REQUIRE_OK(file.append(kLine));
  REQUIRE(outcomes(joined(lines_of(directory.file("old")), lines_of(path))) ==
          Outcomes{"started", "issued", "audit_resumed", "issued"});
}

TEST_CASE("audit file: what could not be started says that it started once it can") {
  const ScratchDirectory directory;
  AuditFile file(directory.file("missing/audit.jsonl"), std::nullopt);
  REQUIRE_ERROR(file.open(), ErrorCode::audit_unavailable);
  std::filesystem::create_directory(directory.file("missing"));
  REQUIRE_OK(file.open());
  REQUIRE(outcomes(lines_of(directory.file("missing/audit.jsonl"))) == Outcomes{"started"});
}

TEST_CASE("audit file: a deleted file takes no lines") {
  const ScratchDirectory directory;
  const std::string path = directory.file("audit.jsonl");
  AuditFile file(path, std::nullopt);
  REQUIRE_OK(file.append(kLine));
  const ChainHead head = *file.head();
  std::filesystem::remove(path);
  REQUIRE_OK(file.append(kLine));
  const auto lines = lines_of(path);
  REQUIRE(outcomes(lines, head) == Outcomes{"audit_recovered", "reopened", "issued"});
  REQUIRE(member(lines[0], "why") == "file_removed");
  // Where nothing is to be written it is noticed all the same.
  std::filesystem::remove(path);
  REQUIRE_OK(file.open());
  REQUIRE(member(lines_of(path)[0], "why") == "file_removed");
}

TEST_CASE("audit file: one that another was moved onto was removed, even where that has all lines") {
  const ScratchDirectory directory;
  const std::string path = directory.file("audit.jsonl");
  AuditFile file(path, std::nullopt);
  REQUIRE_OK(file.append(kLine));
  std::filesystem::copy_file(path, directory.file("copy"));
  std::filesystem::rename(directory.file("copy"), path);
  file.close();
  REQUIRE_OK(file.append(kLine));
  const auto lines = lines_of(path);
  REQUIRE(outcomes(lines) == Outcomes{"started", "issued", "audit_recovered", "reopened", "issued"});
  REQUIRE(member(lines[2], "why") == "file_removed");
}

TEST_CASE("audit file: one that was emptied or cut says so before the next line") {
  const ScratchDirectory directory;
  const std::string path = directory.file("audit.jsonl");
  AuditFile file(path, std::nullopt);
  REQUIRE_OK(file.append(kLine));
  const ChainHead head = *file.head();
  std::filesystem::resize_file(path, 0);
  REQUIRE_OK(file.append(kLine));
  auto lines = lines_of(path);
  REQUIRE(outcomes(lines, head) == Outcomes{"audit_recovered", "reopened", "issued"});
  REQUIRE(member(lines[0], "why") == "file_cut");

  std::filesystem::resize_file(path, lines[0].size() + 11);
  REQUIRE_OK(file.open());
  lines = lines_of(path);
  REQUIRE(member(lines[2], "why") == "torn_line");
  REQUIRE(member(lines[3], "why") == "file_cut");
}

TEST_CASE("audit file: octets that another program appended are ended and accounted for") {
  const ScratchDirectory directory;
  const std::string path = directory.file("audit.jsonl");
  AuditFile file(path, std::nullopt);
  REQUIRE_OK(file.append(kLine));
  std::ofstream(path, std::ios::app) << "garbage";
  REQUIRE_OK(file.append(kLine));
  REQUIRE_OK(file.append(kLine));
  auto lines = lines_of(path);
  REQUIRE(lines[2] == "garbage");
  REQUIRE(member(lines[3], "why") == "other_lines");
  REQUIRE(member(lines[3], "torn_sha256") == hex(sha256(bytes_of(lines[2]))));
  lines.erase(lines.begin() + 2);
  REQUIRE(outcomes(lines) == Outcomes{"started", "issued", "audit_recovered", "reopened", "issued", "issued"});
}

TEST_CASE("audit file: a last line without its line feed stays one of the chain") {
  const ScratchDirectory directory;
  const std::string path = directory.file("audit.jsonl");
  REQUIRE_OK(AuditFile(path, std::nullopt).append(kLine));
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 1);
  REQUIRE_OK(AuditFile(path, std::nullopt).append(kLine));
  const auto lines = lines_of(path);
  REQUIRE(outcomes(lines) == Outcomes{"started", "issued", "audit_recovered", "started", "issued"});
  REQUIRE(member(lines[2], "why") == "no_line_feed");
}

TEST_CASE("audit file: a new process goes on where the file ends") {
  const ScratchDirectory directory;
  const std::string path = directory.file("audit.jsonl");
  REQUIRE_OK(AuditFile(path, std::nullopt).append(kLine));
  std::ofstream(path, std::ios::app) << R"({"seq":3)";
  REQUIRE_OK(AuditFile(path, std::nullopt).append(kLine));
  auto lines = lines_of(path);
  REQUIRE(lines[2] == R"({"seq":3)");
  REQUIRE(member(lines[3], "torn_sha256") == hex(sha256(bytes_of(lines[2]))));
  lines.erase(lines.begin() + 2);
  REQUIRE(outcomes(lines) == Outcomes{"started", "issued", "audit_recovered", "started", "issued"});
}

TEST_CASE("audit file: a new process goes on from the record where the file is new") {
  const ScratchDirectory directory;
  const std::string path = directory.file("audit.jsonl");
  const ChainHead head{41, sha256(bytes_of("a line"))};
  REQUIRE_OK(AuditFile(path, rules::HeadRecord{head, true}).append(kLine));
  REQUIRE(outcomes(lines_of(path), head) == Outcomes{"started", "issued"});
}

TEST_CASE("audit file: lines that belong to another chain are told of") {
  const ScratchDirectory directory;
  const std::string path = directory.file("audit.jsonl");
  const std::string other = directory.file("other.jsonl");
  AuditFile file(path, std::nullopt);
  REQUIRE_OK(file.append(kLine));
  REQUIRE_OK(AuditFile(other, std::nullopt).append(R"("outcome":"of another")"));
  const ChainHead head = *file.head();
  file.close();
  file.set_path(other);
  REQUIRE_OK(file.append(kLine));
  const auto lines = lines_of(other);
  REQUIRE(outcomes({lines.begin() + 2, lines.end()}, head) == Outcomes{"audit_recovered", "reopened", "issued"});
  REQUIRE(member(lines[2], "why") == "other_lines");
}

}  // namespace signet::test
