#include "daemon/service/group_commit.h"

#include <algorithm>

#include "host/append_file.h"

namespace signet::service {
namespace {

Result<void> carry_out(const std::vector<GroupCommit::File>& files, const std::vector<GroupCommit::Then>& thens) {
  for (const GroupCommit::File& file : files) SIGNET_TRY(host::sync_data(*file));
  for (const GroupCommit::Then& then : thens) SIGNET_TRY(then());
  return {};
}

}  // namespace

Task<Result<void>> GroupCommit::synced(File file, Deadline deadline) {
  const RoundPtr round = join(std::move(file));
  WakeUp wake_up(io_);
  round->waiting.push_back(&wake_up);
  begin();
  const bool ended = co_await wake_up.wait_until(deadline);
  if (ended) co_return *round->outcome;
  std::erase(round->waiting, &wake_up);
  co_return Unexpected(make_error(ErrorCode::deadline_exceeded, "the disk takes too long"));
}

void GroupCommit::start(File file, Then then) {
  const RoundPtr round = join(std::move(file));
  if (then) round->thens.push_back(std::move(then));
  begin();
}

// One file nearly always; two around a rotation.
GroupCommit::RoundPtr GroupCommit::join(File file) {
  if (!next_) next_ = std::make_shared<Round>();
  if (file && std::ranges::find(next_->files, file) == next_->files.end()) next_->files.push_back(std::move(file));
  return next_;
}

void GroupCommit::begin() {
  if (under_way_ || !next_) return;
  under_way_ = true;
  const RoundPtr round = std::exchange(next_, nullptr);
  disk_.run([round] { return carry_out(round->files, round->thens); },
            [this, round](Result<void> outcome) { end(*round, std::move(outcome)); });
}

void GroupCommit::end(Round& round, Result<void> outcome) {
  under_way_ = false;
  round.outcome = std::move(outcome);
  for (WakeUp* waiting : round.waiting) waiting->notify();
  done_(*round.outcome);
  begin();
}

}  // namespace signet::service
