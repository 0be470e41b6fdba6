#include "daemon/rules/refusal_cap.h"

namespace signet::rules {

bool RefusalCap::note(uid_t uid, AuditTime now) {
  Window& window = windows_[uid];
  if (window.refusals == 0) window.began = now;
  window.latest = now;
  return ++window.refusals <= kPerWindow;
}

namespace {

SuppressedRefusals suppressed_in(uid_t uid, std::uint64_t refusals, AuditTime from, AuditTime to) {
  return {.uid = uid, .count = refusals - RefusalCap::kPerWindow, .from = from, .to = to};
}

}  // namespace

std::vector<SuppressedRefusals> RefusalCap::take_ended(AuditTime now) {
  std::vector<SuppressedRefusals> ended;
  std::erase_if(windows_, [&](const auto& entry) {
    const auto& [uid, window] = entry;
    const bool clock_stepped_back = now < window.began;
    if (now - window.began < kWindow && !clock_stepped_back) return false;
    if (window.refusals > kPerWindow) ended.push_back(suppressed_in(uid, window.refusals, window.began, window.latest));
    return true;
  });
  return ended;
}

std::vector<SuppressedRefusals> RefusalCap::take_all() {
  std::vector<SuppressedRefusals> all;
  for (const auto& [uid, window] : windows_)
    if (window.refusals > kPerWindow) all.push_back(suppressed_in(uid, window.refusals, window.began, window.latest));
  windows_.clear();
  return all;
}

}  // namespace signet::rules
