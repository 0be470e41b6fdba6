#include "pkcs11/key_verdicts.h"

#include <algorithm>
#include <utility>

namespace signet::pkcs11 {
namespace {

constexpr std::chrono::seconds kFirstRest{1};
constexpr std::chrono::seconds kLongestRest{30};

std::chrono::seconds rest_after(unsigned rests) {
  constexpr unsigned kMaxDoublings = 5;
  return std::min(kFirstRest * (1 << std::min(rests, kMaxDoublings)), kLongestRest);
}

}  // namespace

void KeyVerdicts::good(const Sha256Digest& key) {
  const std::scoped_lock lock(mutex_);
  if (!troubles_.empty()) troubles_.erase(key);
  if (last_good_ == key) return;
  other_good_ = last_good_;
  last_good_ = key;
}

KeyVerdicts::Blame KeyVerdicts::bad(const Sha256Digest& key) {
  const std::scoped_lock lock(mutex_);
  // It speaks for the token no more: where every key fails in the end, it is the token.
  if (other_good_ == key) other_good_.reset();
  if (last_good_ == key) last_good_ = std::exchange(other_good_, std::nullopt);
  const bool again = troubles_[key].failures++ > 0;
  if (last_good_) return Blame::key;
  return again ? Blame::token : Blame::unclear;
}

bool KeyVerdicts::fails_again(const Sha256Digest& key) const {
  const std::scoped_lock lock(mutex_);
  const auto found = troubles_.find(key);
  return found != troubles_.end() && found->second.failures > 1;
}

void KeyVerdicts::rest(const Sha256Digest& key, Time now) {
  const std::scoped_lock lock(mutex_);
  Trouble& trouble = troubles_[key];
  trouble.until = now + rest_after(trouble.rests++);
}

bool KeyVerdicts::rests(const Sha256Digest& key, Time now) {
  const std::scoped_lock lock(mutex_);
  const auto found = troubles_.find(key);
  if (found == troubles_.end() || found->second.until == Time{}) return false;
  if (now < found->second.until) return true;
  found->second.until = now + kFirstRest;  // for the others, while this one tries
  return false;
}

bool KeyVerdicts::is_suspect(const Sha256Digest& key) const {
  const std::scoped_lock lock(mutex_);
  const auto found = troubles_.find(key);
  return found != troubles_.end() && found->second.until != Time{};
}

}  // namespace signet::pkcs11
