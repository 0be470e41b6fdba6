#include "cli/signet-admin/audit_commands.h"

#include <chrono>

#include "cli/signet-admin/audit_files.h"
#include "cli/signet-admin/audit_lines.h"
#include "cli/signet-admin/audit_views.h"
#include "cli/signet-admin/jwt_digest.h"
#include "cli/signet-admin/warning.h"
#include "pkcs11/signed_line.h"

namespace signet::admin {
namespace {

using rules::LinePlace;
using TakeEntry = std::function<void(LinePlace place, const rules::AuditEntry& entry)>;

UtcTime utc_now() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

/// Every line goes through the verification; `take` gets those that can be read. Names are added to `names`.
Done<rules::AuditReport> read_log(const AuditOptions& options, FileNames& names, const TakeEntry& take) {
  SIGNET_TRY_ASSIGN(const auto files, open_audit_log(options));
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
  std::uint64_t unreadable = 0;
};

Done<SignedRecord> read_record(const AuditOptions& options, FileNames& names) {
  SignedRecord record{.account = rules::SignatureAccount({.read_at = utc_now(), .grace = options.grace})};
  SIGNET_TRY_ASSIGN(const auto files, open_signed_record(options.signed_files));
  Progress progress(octets_of(files));
  for (const auto& file : files) {
    names.push_back(file.name);
    SIGNET_TRY(
        read_lines(file, rules::kMaxAuditLineBytes, progress, [&](std::uint64_t number, std::string_view line, bool) {
          if (line.empty()) return;
          const auto read = pkcs11::read_signed_line(line);
          if (!read) ++record.unreadable;
          if (read)
            record.account.add_signature({.file = names.size() - 1, .line = number},
                                         {read->time, read->spki_sha256, read->input_sha256, read->jwt_sha256});
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
void warn_of(const rules::AuditReport& report) {
  if (!report.findings.empty())
    warn("the log does not hold together, so that what it says is doubtful; see signet-admin audit verify.");
}

}  // namespace

// The record is read first: then each of its signatures, but for the last seconds, has its line by the time that the
// log is read.
Done<Outcome> verify_audit(const Invocation& invocation, bool colour) {
  const auto& options = invocation.audit;
  VerifyResult result;
  SIGNET_TRY_ASSIGN(auto record, read_record(options, result.files));
  const bool compare = !options.signed_files.empty();
  SIGNET_TRY_ASSIGN(result.log, read_log(options, result.files, [&](LinePlace place, const rules::AuditEntry& entry) {
                      if (compare) record.account.add_line(place, entry);
                    }));
  if (compare) result.account = record.account.finish();
  result.unreadable_signatures = record.unreadable;
  return Outcome{.text = invocation.json ? json_of(result) : view(result, colour), .failure = failure_of(result)};
}

Done<Outcome> who_got_jwt(const Invocation& invocation, bool colour) {
  SIGNET_TRY_ASSIGN(const auto digests, digests_of_jwt(invocation.audit.jwt));
  WhoResult result{.jwt_sha256 = digests.as_given};
  SIGNET_TRY_ASSIGN(const auto report,
                    read_log(invocation.audit, result.files, [&](LinePlace place, const rules::AuditEntry& entry) {
                      const bool altered = digests.twin && entry.jwt_sha256 == digests.twin;
                      const bool lost = digests.input && entry.input_sha256 == digests.input;
                      if (!altered && !lost && entry.jwt_sha256 != digests.as_given) return;
                      result.altered = result.altered || altered;
                      result.lines.push_back({place, entry});
                    }));
  warn_of(report);
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
                        .max_age = options.max_age});
  FileNames names;
  SIGNET_TRY_ASSIGN(const auto report,
                    read_log(options, names, [&](LinePlace, const rules::AuditEntry& entry) { live.add(entry); }));
  warn_of(report);
  result.jwts = live.finish();
  return Outcome{.text = invocation.json ? json_of(result) : view(result, colour)};
}

}  // namespace signet::admin
