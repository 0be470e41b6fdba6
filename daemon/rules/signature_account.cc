#include "daemon/rules/signature_account.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace signet::rules {
namespace {

// A signature or line of a time to come was made while the clock was ahead. What is read while this runs is not meant.
constexpr std::chrono::minutes kAhead{1};

}  // namespace

void SignatureAccount::add_signature(LinePlace place, const RecordedSignature& jwt) {
  signatures_.push_back({.jwt = jwt.jwt_sha256, .input = jwt.input_sha256, .time = jwt.time, .place = place});
  in_order_ = false;
  const auto [key, is_new] = record_begins_.try_emplace(jwt.spki_sha256, jwt.time);
  if (!is_new) key->second = std::min(key->second, jwt.time);
}

void SignatureAccount::put_in_order() {
  if (std::exchange(in_order_, true)) return;
  std::ranges::sort(signatures_, {}, &Signature::jwt);
}

void SignatureAccount::add_line(LinePlace place, const AuditEntry& entry) {
  put_in_order();
  if (!log_begins_) {
    log_begins_ = entry.time;
    from_number_1_ = entry.seq == 1;
  }
  if (entry.input_sha256) lost_.insert(*entry.input_sha256);
  if (!entry.jwt_sha256 || note_signature(entry)) return;
  if (!was_recorded_then(entry)) {
    ++report_.other_keys;
    return;
  }
  report_.never_signed.add({.kind = FindingKind::never_signed,
                            .place = place,
                            .sentence =
                                "tells of a JWT that signet-token did not sign: the line was put in, or lines of "
                                "the record were taken away."});
}

bool SignatureAccount::note_signature(const AuditEntry& entry) {
  const Sha256Digest& jwt = *entry.jwt_sha256;
  auto at = std::ranges::lower_bound(signatures_, jwt, {}, &Signature::jwt);
  const bool found = at != signatures_.end() && at->jwt == jwt;
  // Ed25519 and RSA sign the same input the same way: one JWT may have several signatures.
  for (; at != signatures_.end() && at->jwt == jwt; ++at) {
    at->has_line = true;
    at->has_own_line = at->has_own_line || !entry.cached;
  }
  return found;
}

// The record is read up to the size that it had some time after `read_at`: what has that very millisecond may be later.
bool SignatureAccount::may_be_on_its_way(UtcTime time) const {
  return time + times_.grace >= times_.read_at && time < times_.read_at + kAhead;
}

// Of the first millisecond a signature may have its line in the file before, where there was one.
bool SignatureAccount::is_before_log(UtcTime time) const {
  if (!log_begins_) return false;
  return from_number_1_ ? time < *log_begins_ : time <= *log_begins_;
}

// A cached JWT was signed some time before its line, though not before its `iat` says.
bool SignatureAccount::was_recorded_then(const AuditEntry& entry) const {
  if (!entry.spki_sha256 || may_be_on_its_way(entry.time)) return false;
  const auto begins = record_begins_.find(*entry.spki_sha256);
  if (begins == record_begins_.end()) return false;
  if (!entry.cached) return entry.time > begins->second;
  return entry.issued_at && UtcTime(std::chrono::seconds(*entry.issued_at)) > begins->second;
}

// `log_reaches`: a signature that stands before this one has its line, so that the log goes back so far whatever the
// clock said.
void SignatureAccount::judge(const Signature& signature, bool log_reaches) {
  if (lost_.contains(signature.input)) {
    ++report_.lost;
  } else if (is_before_log(signature.time) && !log_reaches) {
    ++report_.before_the_log;
  } else if (may_be_on_its_way(signature.time)) {
    ++report_.too_young;
  } else {
    report_.without_line.add(
        {.kind = FindingKind::without_line,
         .place = signature.place,
         .sentence = fmt::format("is a signature that the audit log does not know: JWT {}.", hex(signature.jwt))});
  }
}

AccountReport SignatureAccount::finish() {
  report_.signatures = signatures_.size();
  std::ranges::sort(signatures_, {}, &Signature::place);
  std::optional<std::size_t> reached;
  for (const auto& signature : signatures_) {
    if (signature.has_own_line) reached = signature.place.file;
    if (!signature.has_line) judge(signature, reached == signature.place.file);
  }
  if (from_number_1_ && report_.before_the_log > 0)
    report_.begun_anew.add(
        {.kind = FindingKind::begun_anew,
         .sentence = fmt::format("{} signatures are older than the log, whose first line has number 1: an earlier log, "
                                 "and audit.head with it, was taken away.",
                                 report_.before_the_log)});
  return std::move(report_);
}

}  // namespace signet::rules
