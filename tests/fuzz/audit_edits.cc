// A good audit log of a few lines, of which an input says what it holds and what somebody does to it afterwards.
#include <algorithm>
#include <array>

#include "daemon/rules/audit.h"
#include "daemon/rules/audit_verification.h"
#include "tests/fuzz/check_input.h"
#include "tests/fuzz/expect.h"
#include "tests/fuzz/input_reader.h"

namespace signet::fuzz {
namespace {

using Lines = std::vector<std::string>;

struct Log {
  Lines lines{};
  rules::ChainHead head{};
};

Log make_log(InputReader& input) {
  Log log;
  const int count = 2 + input.octet() % 6;
  for (int i = 0; i < count; ++i) {
    rules::AuditRecord record{.request_id = std::string(text_of(input.take(input.octet() % 16))), .outcome = "issued"};
    record.key = std::string(text_of(input.take(input.octet() % 16)));
    log.lines.push_back(rules::chain_line(log.head, rules::audit_members(record)));
    log.head = rules::next_head(log.head, log.lines.back());
  }
  return log;
}

void edit(Lines& lines, InputReader& input) {
  const auto any = [&] { return static_cast<long>(input.octet() % lines.size()); };
  const auto at = lines.begin() + any();
  switch (input.octet() % 7) {
    case 0:
      lines.erase(at);
      break;
    case 1:
      std::swap(*at, lines[static_cast<std::size_t>(any())]);
      break;
    case 2:
      lines.insert(lines.begin() + any(), std::string(*at));
      break;
    case 3:
      at->resize(input.two_octets() % (at->size() + 1));
      break;
    case 4:
      at->insert(input.two_octets() % (at->size() + 1), text_of(input.take(input.octet() % 64)));
      break;
    case 5:
      lines.insert(at, std::string(text_of(input.take(input.octet()))));
      break;
    default:
      if (!at->empty()) (*at)[input.two_octets() % at->size()] ^= static_cast<char>(input.octet());
  }
}

Lines without_empty(Lines lines) {
  std::erase(lines, "");
  return lines;
}

bool is_found(const Lines& lines, const rules::ChainHead& head) {
  rules::AuditVerification verification({head});
  std::uint64_t number = 0;
  for (const auto& line : lines) verification.add({.file = 0, .line = ++number}, line);
  return !verification.finish().findings.empty();
}

}  // namespace

void check_input(BytesView octets) {
  InputReader input(octets);
  const Log log = make_log(input);
  expect(!is_found(log.lines, log.head), "a good log is good");
  Lines lines = log.lines;
  while (!input.empty() && !lines.empty()) edit(lines, input);
  lines = without_empty(lines);
  // None of these lines begins a file, so that a cut beginning is found as well.
  expect(is_found(lines, log.head) == (lines != log.lines), "every edit is found, and nothing else");
}

}  // namespace signet::fuzz
