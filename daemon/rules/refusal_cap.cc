#include "daemon/rules/refusal_cap.h"

#include "daemon/rules/audit_text.h"

namespace signet::rules {

std::string audit_members(const SuppressedRefusals& suppressed, UtcTime now) {
  AuditText text;
  text.text("time", utc_timestamp(now));
  if (suppressed.uid) text.number("uid", *suppressed.uid);
  text.text("outcome", "refusals_suppressed");
  text.number("count", static_cast<std::int64_t>(suppressed.count));
  text.text("from", utc_timestamp(suppressed.from));
  text.text("to", utc_timestamp(suppressed.to));
  return text.members();
}

bool RefusalCap::note(uid_t uid, UtcTime now) {
  const bool has_room = windows_.contains(uid) || windows_.size() < kMaxUids;
  Window& window = windows_[has_room ? std::optional(uid) : std::nullopt];
  if (window.written + window.suppressed == 0) window.began = now;
  window.latest = now;
  const bool write = has_room && window.written < allowed_;
  ++(write ? window.written : window.suppressed);
  return write;
}

namespace {

template <class Entry>
SuppressedRefusals suppressed_in(const Entry& entry) {
  const auto& [uid, window] = entry;
  return {.uid = uid, .count = window.suppressed, .from = window.began, .to = window.latest};
}

}  // namespace

std::vector<SuppressedRefusals> RefusalCap::take_ended(UtcTime now) {
  std::vector<SuppressedRefusals> ended;
  std::erase_if(windows_, [&](const auto& entry) {
    if (!has_ended(entry.second, now)) return false;
    if (entry.second.suppressed > 0) ended.push_back(suppressed_in(entry));
    return true;
  });
  return ended;
}

std::vector<SuppressedRefusals> RefusalCap::take_all() {
  std::vector<SuppressedRefusals> all;
  for (const auto& entry : windows_)
    if (entry.second.suppressed > 0) all.push_back(suppressed_in(entry));
  windows_.clear();
  return all;
}

// A window that begins in the future was begun before the clock stepped back.
bool RefusalCap::has_ended(const Window& window, UtcTime now) const {
  return now - window.began >= window_ || now < window.began;
}

}  // namespace signet::rules
