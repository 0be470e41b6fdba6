#include "pkcs11/probe_schedule.h"

#include <algorithm>

namespace signet::pkcs11 {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kWhileTroubled{1};

}  // namespace

ProbeView::Time next_probe(const ProbeView& view, std::chrono::milliseconds interval) {
  const ProbeView::Time last = std::max(view.last_use, view.last_probe);
  if (!view.has_keys) return last + interval;
  if (view.troubled) return last + std::min<Clock::duration>(interval, kWhileTroubled);
  if (!view.proven && !view.tried) return view.last_use;
  return last + interval;
}

void ProbeSchedule::want(std::span<const std::string> objects, std::span<const std::string> unprobed) {
  std::vector<std::string> candidates;
  for (const std::string& object : objects) {
    if (std::ranges::find(unprobed, object) == unprobed.end()) candidates.push_back(object);
  }
  const std::scoped_lock lock(mutex_);
  if (candidates == candidates_) return;
  candidates_ = std::move(candidates);
  changed_.notify_all();
}

void ProbeSchedule::opened() {
  last_use_.store(Clock::now().time_since_epoch().count(), std::memory_order_relaxed);
  const std::scoped_lock lock(mutex_);
  changed_.notify_all();
}

void ProbeSchedule::used() {
  last_use_.store(Clock::now().time_since_epoch().count(), std::memory_order_relaxed);
  proven_.store(true, std::memory_order_relaxed);
  troubled_.store(false, std::memory_order_relaxed);
}

void ProbeSchedule::troubled() {
  troubled_.store(true, std::memory_order_relaxed);
  const std::scoped_lock lock(mutex_);
  changed_.notify_all();
}

std::vector<std::string> ProbeSchedule::others(std::string_view object) const {
  constexpr std::size_t kFew = 3;
  std::vector<std::string> others;
  const std::scoped_lock lock(mutex_);
  for (const std::string& candidate : candidates_) {
    if (candidate != object && others.size() < kFew) others.push_back(candidate);
  }
  return others;
}

std::string ProbeSchedule::wait_until_due() {
  std::unique_lock lock(mutex_);
  for (auto due = next_probe(view(), interval_); Clock::now() < due; due = next_probe(view(), interval_))
    changed_.wait_until(lock, due);
  last_probe_ = Clock::now();
  if (candidates_.empty()) return "";
  tried_ = true;
  return candidates_[next_candidate_++ % candidates_.size()];
}

ProbeView ProbeSchedule::view() const {
  return {.last_use = ProbeView::Time(Clock::duration(last_use_.load(std::memory_order_relaxed))),
          .last_probe = last_probe_,
          .proven = proven(),
          .troubled = troubled_.load(std::memory_order_relaxed),
          .has_keys = !candidates_.empty(),
          .tried = tried_};
}

}  // namespace signet::pkcs11
