#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/rules/audit_chain.h"
#include "daemon/rules/audit_entry.h"
#include "daemon/rules/log_finding.h"
#include "daemon/rules/outside_heads.h"

namespace signet::rules {

/// What is worth knowing, or could not be seen.
struct LogNote {
  std::optional<LinePlace> place{};
  std::string sentence{};
};

/// What became of a log's lines.
struct AuditReport {
  LogFindings findings{};
  std::vector<LogNote> notes{};
  std::uint64_t lines = 0;
  std::uint64_t torn = 0;            ///< half lines that signetd itself noticed and told of
  std::uint64_t lost = 0;            ///< lines "lost": a JWT may have been signed that nobody can be named for
  std::optional<ChainHead> first{};  ///< of the first line
  std::optional<ChainHead> head{};   ///< of the line that the chain ends with
  std::size_t heads_found = 0;       ///< of those from outside
};

/// Holds the lines of a log against each other, and against heads that were kept outside of it: one line after the
/// other, oldest first, with nothing kept but where the chain stands, and stood during the last lines. The octets of a
/// line are vouched for by the line after it, so that a break between two lines is put down to the one of them that the
/// lines around do not vouch for. Pure; one thread at a time.
class AuditVerification {
 public:
  explicit AuditVerification(const std::vector<ChainHead>& heads) : outside_(heads) {}

  /// The next line without its line feed; `ended` says whether there was one. An empty line is skipped, for signetd may
  /// end half a line by one. Gives what the line says; nothing where it is empty or no line of an audit log.
  std::optional<AuditEntry> add(LinePlace place, std::string_view line, bool ended = true);

  /// What was found, in the order of the files. Once, at the end.
  AuditReport finish();

 private:
  /// A line that was read: where, and the head it makes.
  struct Link {
    LinePlace place{};
    ChainHead head{};
    ChainHead after{};     ///< of the line before, as this line has it
    bool vouched = false;  ///< by a head from outside
    bool blamed = false;   ///< found to be wrong already, which explains that the next line does not follow
    bool first = false;
  };
  struct Unreadable {
    LinePlace place{};
    std::string text{};
    std::string why{};
    bool ended = true;
  };

  bool is_told_by(const AuditEntry& entry, std::string octets) const;
  void take_back_whole(const AuditEntry& entry);
  void explain(const Link& now, const AuditEntry& entry);
  void settle_unreadable(const AuditEntry* next);
  void link(const Link& now, const AuditEntry& entry);
  void begin(Link now, const AuditEntry& entry);
  void begin_later(const Link& now, const AuditEntry& entry);
  bool goes_on_after_crash(const Link& now, const AuditEntry& entry) const;
  void follow(const Link& now);
  void break_at(const Link& now);
  void no_neighbour(Link now, const AuditEntry& entry);
  void out_of_place(const Link& now, const AuditEntry& entry);
  bool explained_by_unreadable(const Link& now) const;
  void settle_break(bool now_vouched);
  void find(FindingKind kind, LinePlace place, std::string sentence);
  void note(std::optional<LinePlace> place, std::string sentence);

  OutsideHeads outside_;
  std::optional<Link> tip_;              ///< where the chain stands
  std::string last_text_;                ///< of the line that was read last
  std::deque<ChainHead> recent_;         ///< where the chain stood before
  std::optional<Link> displaced_;        ///< the line read last, where that is not the tip
  std::optional<Link> before_break_;     ///< the tip does not follow this line; which of the two is wrong is open
  std::vector<Unreadable> unreadable_;   ///< since the last line that could be read
  std::uint64_t unreadable_before_ = 0;  ///< how many of these stood before the line at hand
  AuditReport report_;
};

}  // namespace signet::rules
