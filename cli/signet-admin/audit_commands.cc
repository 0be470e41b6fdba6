#include "cli/signet-admin/audit_commands.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <unistd.h>

#include <fmt/format.h>

#include "cli/signet-admin/audit_files.h"
#include "cli/signet-admin/audit_lines.h"
#include "cli/signet-admin/audit_views.h"
#include "cli/signet-admin/jwt_digest.h"
#include "cli/signet-admin/warning.h"
#include "pkcs11/signed_line.h"

namespace signet::admin {
namespace {

using rules::LinePlace;
constexpr std::size_t kMostRowsOnTerminal = 200;
using TakeEntry = std::function<void(LinePlace place, const rules::AuditEntry& entry)>;

UtcTime utc_now() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

/// Every line goes through the verification; `take` gets those that can be read. Names are added to `names`.
Done<rules::AuditReport> read_log(const AuditOptions& options, FileNames& names, std::vector<std::string>& left_out,
                                  const TakeEntry& take) {
  SIGNET_TRY_ASSIGN(auto opened, open_audit_log(options));
  const auto& files = opened.files;
  std::ranges::move(opened.left_out, std::back_inserter(left_out));
  rules::AuditVerification verification(options.heads);
  Progress progress(octets_of(files));
  for (const auto& file : files) {
    names.push_back(file.name);
    SIGNET_TRY(read_lines(file, rules::kMaxAuditLineBytes, progress,
                          [&](std::uint64_t number, std::string_view line, bool ended) {
                            const LinePlace place{.file = names.size() - 1, .line = number};
                            if (const auto entry = verification.add(place, line, ended)) take(place, *entry);
                          }));
  }
  return verification.finish();
}

struct SignedRecord {
  rules::SignatureAccount account;
  rules::LogFindings damaged{};
  std::uint64_t half = 0;
};

// A full disk and a power cut leave the beginning of a line, which signet-token ends.
bool is_half_a_line(std::string_view line) { return line.starts_with("{") && !line.ends_with("}"); }

void take_signature(SignedRecord& record, LinePlace place, std::string_view line) {
  if (line.empty()) return;
  if (const auto read = pkcs11::read_signed_line(line))
    record.account.add_signature(place, {read->time, read->spki_sha256, read->input_sha256, read->jwt_sha256});
  else if (is_half_a_line(line))
    ++record.half;
  else
    record.damaged.add({.kind = rules::FindingKind::damaged,
                        .place = place,
                        .sentence = "is no line that signet-token writes: it was changed or put in, and with it the "
                                    "record of a signature may be gone."});
}

Done<SignedRecord> read_record(const AuditOptions& options, VerifyResult& result) {
  SignedRecord record{.account = rules::SignatureAccount({.read_at = utc_now(), .grace = options.grace})};
  SIGNET_TRY_ASSIGN(auto opened, open_signed_record(options.signed_files));
  result.left_out = std::move(opened.left_out);
  Progress progress(octets_of(opened.files));
  for (const auto& file : opened.files) {
    result.files.push_back(file.name);
    SIGNET_TRY(
        read_lines(file, rules::kMaxAuditLineBytes, progress, [&](std::uint64_t number, std::string_view line, bool) {
          take_signature(record, {.file = result.files.size() - 1, .line = number}, line);
        }));
  }
  return record;
}

std::optional<Failure> failure_of(const VerifyResult& result) {
  if (result.account && !result.account->without_line.empty())
    return Failure{ExitCode::signature_without_line,
                   "signet-token signed what the audit log does not know: take its keys for misused until that is "
                   "explained; see docs/cli.md."};
  if (!result.is_good()) return Failure{ExitCode::log_broken, "The audit log does not hold together."};
  return std::nullopt;
}

// Who and live tell what the log says, and that has to be known to be doubtful.
void warn_of(const rules::AuditReport& report, const std::vector<std::string>& left_out) {
  for (const auto& name : left_out) warn(fmt::format("\"{}\" is compressed and was left out; see --help.", name));
  if (!report.findings.empty())
    warn("the log does not hold together, so that what it says is doubtful; see signet-admin audit verify.");
}

}  // namespace

// The record is read first: then each of its signatures, but for the last seconds, has its line by the time that the
// log is read.
Done<Outcome> verify_audit(const Invocation& invocation, bool colour) {
  const auto& options = invocation.audit;
  VerifyResult result;
  SIGNET_TRY_ASSIGN(auto record, read_record(options, result));
  const bool compare = !options.signed_files.empty();
  SIGNET_TRY_ASSIGN(result.log, read_log(options, result.files, result.left_out,
                                         [&](LinePlace place, const rules::AuditEntry& entry) {
                                           if (compare) record.account.add_line(place, entry);
                                         }));
  if (compare) result.account = record.account.finish();
  result.damaged = std::move(record.damaged);
  result.half_signatures = record.half;
  return Outcome{.text = invocation.json ? json_of(result) : view(result, colour), .failure = failure_of(result)};
}

Done<Outcome> who_got_jwt(const Invocation& invocation, bool colour) {
  SIGNET_TRY_ASSIGN(const auto digests, digests_of_jwt(invocation.audit.jwt));
  WhoResult result{.jwt_sha256 = digests.as_given};
  std::vector<std::string> left_out;
  SIGNET_TRY_ASSIGN(
      const auto report,
      read_log(invocation.audit, result.files, left_out, [&](LinePlace place, const rules::AuditEntry& entry) {
        const bool altered = digests.twin && entry.jwt_sha256 == digests.twin;
        const bool lost = digests.input && entry.input_sha256 == digests.input;
        if (!altered && !lost && entry.jwt_sha256 != digests.as_given) return;
        result.altered = result.altered || altered;
        result.lines.push_back({place, entry});
      }));
  warn_of(report, left_out);
  if (result.altered) warn("the signature was altered into its other form since the JWT was handed out.");
  Outcome outcome{.text = invocation.json ? json_of(result) : view(result, colour)};
  if (result.lines.empty()) outcome.failure = Failure{ExitCode::nothing_found, "No line of the log tells of that JWT."};
  return outcome;
}

Done<Outcome> live_jwts_of_key(const Invocation& invocation, bool colour) {
  const auto& options = invocation.audit;
  LiveResult result{.key = options.key, .at = options.at.value_or(utc_now())};
  rules::LiveJwts live({.key = options.key,
                        .at = result.at,
                        .spki_sha256 = options.spki_sha256,
                        .kid = options.kid,
                        .max_age = options.max_age,
                        .as_known_then = options.at.has_value()});
  FileNames names;
  std::vector<std::string> left_out;
  SIGNET_TRY_ASSIGN(const auto report, read_log(options, names, left_out,
                                                [&](LinePlace, const rules::AuditEntry& entry) { live.add(entry); }));
  warn_of(report, left_out);
  result.jwts = live.finish();
  const std::size_t most_rows = ::isatty(STDOUT_FILENO) == 1 ? kMostRowsOnTerminal : SIZE_MAX;
  Outcome outcome{.text = invocation.json ? json_of(result) : view(result, colour, most_rows)};
  if (!live.knows_key()) {
    if (!invocation.json) outcome.text.clear();
    outcome.failure = Failure{ExitCode::nothing_found,
                              fmt::format("No line of the log names a key \"{}\"; look at its spelling.", options.key)};
  }
  return outcome;
}

}  // namespace signet::admin
