#include "daemon/rules/audit_verification.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace signet::rules {
namespace {

// Half a line is one or two of these; a file of something else is not kept.
constexpr std::size_t kMostHeld = 16;
// What a daemon can write in the seconds between two records of its head.
constexpr std::size_t kMostRecent = std::size_t{1} << 18U;

bool follows(const ChainHead& head, const AuditEntry& entry) {
  return entry.seq == head.seq + 1 && entry.prev == head.digest;
}

// What stands in a file that signetd opened before anything else.
bool opens_a_file(const AuditEntry& entry) {
  return entry.outcome == "started" || entry.outcome == "reopened" || entry.outcome == "audit_resumed" ||
         entry.outcome == "audit_recovered";
}

// Lines that this finding tells of are gone, unless a copy of them is given.
bool tells_of_loss(std::string_view why) {
  return why == "lines_missing" || why == "file_removed" || why == "file_cut";
}

// Whether that is an accident is for a person to tell; what signetd itself saw helps.
std::string noticed(const AuditEntry& entry) {
  if (entry.outcome != "audit_recovered") return {};
  return fmt::format(" signetd noticed it as well (audit_recovered, {}).", entry.why);
}

std::string numbers(std::uint64_t from, std::uint64_t to) {
  if (from == to) return fmt::format("The line with number {} is", from);
  return fmt::format("The lines with numbers {} to {} are", from, to);
}

}  // namespace

std::optional<AuditEntry> AuditVerification::add(LinePlace place, std::string_view line, bool ended) {
  if (line.empty()) return std::nullopt;
  ++report_.lines;
  auto entry = read_audit_entry(line);
  if (!entry) {
    if (unreadable_.size() == kMostHeld) settle_unreadable(nullptr);
    unreadable_.push_back({place, std::string(line), entry.error().message, ended});
    return std::nullopt;
  }
  if (!ended) note(place, "lacks its line feed: it is being written, or that was cut off.");
  if (entry->outcome == "lost") ++report_.lost;
  take_back_whole(*entry);
  settle_unreadable(&*entry);
  Link now{.place = place, .head = {entry->seq, sha256(bytes_of(line))}, .after = {entry->seq - 1, entry->prev}};
  now.vouched = outside_.vouch(place, now.head);
  link(now, *entry);
  unreadable_before_ = 0;
  last_text_ = line;
  return std::move(*entry);
}

// Half a line is an everyday event where a machine lost its power: signetd finds it when it opens the file, and the
// line that comes next holds its hash.
bool AuditVerification::is_told_by(const AuditEntry& entry, std::string octets) const {
  if (entry.outcome != "audit_recovered" || !entry.torn_sha256) return false;
  for (const auto& each : unreadable_) octets += (octets.empty() ? "" : "\n") + each.text;
  return sha256(bytes_of(octets)) == *entry.torn_sha256 || sha256(bytes_of(octets + "\n")) == *entry.torn_sha256;
}

// A write that failed at the line feed leaves a line that looks whole. signetd did not count it: the next one has its
// number again.
void AuditVerification::take_back_whole(const AuditEntry& entry) {
  if (!tip_ || displaced_ || before_break_ || entry.prev != tip_->after.digest) return;
  if (!follows(tip_->after, entry) || !is_told_by(entry, last_text_)) return;
  ++report_.torn;
  note(tip_->place, "was not written whole, and does not count; the line that tells of it follows (audit_recovered).");
  tip_->head = tip_->after;
  unreadable_.clear();
}

void AuditVerification::settle_unreadable(const AuditEntry* next) {
  if (unreadable_.empty()) return;
  const bool told = next != nullptr && is_told_by(*next, {});
  for (const auto& each : std::exchange(unreadable_, {})) {
    if (told) {
      ++report_.torn;
      note(each.place,
           next->why == "other_lines"
               ? "was written by another program, as signetd noticed (audit_recovered, other_lines)."
               : "is half a line, which signetd noticed: the line that tells of it follows (audit_recovered).");
      continue;
    }
    ++unreadable_before_;
    find(FindingKind::unreadable, each.place,
         each.ended ? fmt::format("is no line that signetd writes ({}): it was changed, cut or put in.", each.why)
                    : "has no end: it was cut, or is being written.");
  }
}

void AuditVerification::link(const Link& now, const AuditEntry& entry) {
  if (tip_) recent_.push_back(tip_->head);
  if (recent_.size() > kMostRecent) recent_.pop_front();
  if (!tip_) return begin(now, entry);
  if (follows(tip_->head, entry)) {
    explain(now, entry);
    return follow(now);
  }
  if (goes_on_after_crash(now, entry)) {
    note(now.place,
         fmt::format(
             "goes on from number {}, as signetd knew it after a crash (audit_recovered, "
             "unclean_stop): the lines up to number {} before it were written too, and these numbers are there twice.",
             entry.seq - 1, tip_->head.seq));
    return follow(now);
  }
  if (displaced_ && follows(displaced_->head, entry)) {
    displaced_ = now;
    if (now.head.seq <= tip_->head.seq) return;
    settle_break(false);
    tip_ = std::exchange(displaced_, std::nullopt);
    return;
  }
  if (explained_by_unreadable(now)) {
    settle_break(false);
    tip_ = now;
    return;
  }
  if (now.head.seq == tip_->head.seq + 1) return break_at(now);
  no_neighbour(now, entry);
}

void AuditVerification::begin(Link now, const AuditEntry& entry) {
  const bool from_nothing = entry.prev == Sha256Digest();
  report_.first = now.head;
  if (from_nothing != (entry.seq == 1)) {
    find(FindingKind::changed, now.place,
         fmt::format("has number {} and {} line before it: it was changed.", entry.seq, from_nothing ? "no" : "a"));
    now.blamed = true;
    if (from_nothing) now.head.seq = 1;
  } else if (entry.seq > 1) {
    begin_later(now, entry);
  }
  now.first = true;
  tip_ = now;
}

// Files are thrown away as a whole; what begins in the middle of one was cut.
void AuditVerification::begin_later(const Link& now, const AuditEntry& entry) {
  if (!opens_a_file(entry))
    find(FindingKind::missing, now.place,
         fmt::format("has number {} and is no line that a file begins with: the lines before it were cut off.",
                     entry.seq));
  else if (entry.outcome == "audit_recovered" && tells_of_loss(entry.why))
    find(FindingKind::missing, now.place,
         fmt::format("has number {}; lines before it were taken away.{}", entry.seq, noticed(entry)));
  else
    note(std::nullopt, fmt::format("The log begins with number {}; what stood before was not given.", entry.seq));
}

// The renamed file had more lines than signetd knew of when it was killed: those of the last seconds.
bool AuditVerification::goes_on_after_crash(const Link& now, const AuditEntry& entry) const {
  if (entry.outcome != "audit_recovered" || entry.why != "unclean_stop") return false;
  if (now.head.seq > tip_->head.seq || now.head == tip_->head) return false;
  return std::ranges::find(recent_, now.after) != recent_.end();
}

// The chain holds, and yet signetd had something to say.
void AuditVerification::explain(const Link& now, const AuditEntry& entry) {
  if (entry.outcome != "audit_recovered" || entry.torn_sha256) return;
  if (entry.why == "lines_added")
    find(FindingKind::out_of_place, tip_->place,
         "and perhaps lines before it were written while no signetd ran." + noticed(entry));
  else
    note(now.place,
         fmt::format("signetd found what is described under \"{}\" in docs/audit.md; no line is missing here.",
                     entry.why));
}

void AuditVerification::follow(const Link& now) {
  settle_break(true);
  displaced_.reset();
  tip_ = now;
}

// The numbers are right, and one of two lines is not what it was.
void AuditVerification::break_at(const Link& now) {
  displaced_.reset();
  const Link before = *std::exchange(tip_, now);
  if (before.blamed) return;
  if (before_break_) {
    find(FindingKind::changed, before.place, "was changed, and perhaps the line before it.");
    before_break_.reset();
  } else if (before.vouched) {
    find(FindingKind::changed, now.place,
         "was changed or put in: it does not follow the line before it, which a head vouches for.");
    tip_->blamed = true;
  } else {
    before_break_ = before;
  }
}

void AuditVerification::no_neighbour(Link now, const AuditEntry& entry) {
  const Link before = *tip_;
  settle_break(false);
  if (entry.prev == before.head.digest) {
    find(FindingKind::changed, now.place,
         fmt::format("has number {} where {} follows: it was changed.", entry.seq, before.head.seq + 1));
    now.head.seq = before.head.seq + 1;
    now.blamed = true;
    tip_ = now;
  } else if (before.first && entry.seq <= before.head.seq && now.head != before.head) {
    report_.findings.add({.kind = FindingKind::changed,
                          .place = before.place,
                          .until = now.place,
                          .sentence = "do not belong together: one of them was changed, moved or put in."});
    tip_ = now;
  } else if (entry.seq > before.head.seq) {
    find(
        FindingKind::missing, now.place,
        numbers(before.head.seq + 1, entry.seq - 1) + " missing before this line: deleted, or moved." + noticed(entry));
    displaced_.reset();
    tip_ = now;
  } else {
    out_of_place(now, entry);
  }
}

void AuditVerification::out_of_place(const Link& now, const AuditEntry& entry) {
  const Link& before = displaced_ ? *displaced_ : *tip_;
  if (now.head == before.head)
    find(FindingKind::out_of_place, now.place, "is the line before it once more.");
  else if (entry.seq == 1 && entry.prev == Sha256Digest())
    find(
        FindingKind::other_log, now.place,
        fmt::format("begins a log (number 1) and stands behind number {}: another log begins here, or the line was put "
                    "in.",
                    tip_->head.seq));
  else
    find(FindingKind::out_of_place, now.place,
         fmt::format("has number {} and stands behind number {}: it was moved, doubled or put in.", entry.seq,
                     tip_->head.seq) +
             noticed(entry));
  displaced_ = now;
}

// A line that was cut or changed until it cannot be read had a number, too, and was told of already.
bool AuditVerification::explained_by_unreadable(const Link& now) const {
  return now.head.seq > tip_->head.seq + 1 && now.head.seq - tip_->head.seq - 1 <= unreadable_before_;
}

// Two lines do not fit. The one that the line after it follows, or that a head vouches for, is as it was written.
void AuditVerification::settle_break(bool next_follows) {
  if (!before_break_) return;
  const Link before = *std::exchange(before_break_, std::nullopt);
  if (next_follows || tip_->vouched) {
    find(FindingKind::changed, before.place,
         "is not the line that the next one was written after: it was changed, or what follows is of another log.");
    return;
  }
  report_.findings.add({.kind = FindingKind::changed,
                        .place = before.place,
                        .until = tip_->place,
                        .sentence = "do not belong together: one of them was changed, or the second was put in."});
}

AuditReport AuditVerification::finish() {
  settle_unreadable(nullptr);
  settle_break(false);
  if (tip_) {
    report_.head = tip_->head;
    outside_.reach({.first = report_.first->seq, .last = tip_->head.seq, .last_place = tip_->place});
  }
  report_.findings.add(outside_.finish());
  report_.heads_found = outside_.found();
  if (outside_.empty())
    note(std::nullopt,
         "Without --head, a copy of a head from the journal, a cut end, a change to the last line and a log written "
         "anew "
         "as a whole cannot be seen.");
  report_.findings.sort();
  return std::move(report_);
}

void AuditVerification::note(std::optional<LinePlace> place, std::string sentence) {
  if (report_.notes.size() < LogFindings::kMostKept) report_.notes.push_back({place, std::move(sentence)});
}

void AuditVerification::find(FindingKind kind, LinePlace place, std::string sentence) {
  report_.findings.add({.kind = kind, .place = place, .sentence = std::move(sentence)});
}

}  // namespace signet::rules
