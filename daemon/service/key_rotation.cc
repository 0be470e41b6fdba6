#include "daemon/service/key_rotation.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "daemon/rules/jwk_set.h"
#include "daemon/rules/rotation_record.h"
#include "daemon/service/durable_file.h"
#include "daemon/service/state_files.h"
#include "host/log.h"
#include "proto/timestamp.h"

namespace signet::service {
namespace {

constexpr std::chrono::milliseconds kTryAgain = std::chrono::minutes(1);
constexpr std::size_t kRecordBytes = 8192;  // more than the switches of one key take

// At the stated time nobody asks.
rules::AuditRecord nobodys_record(const std::string& key) {
  rules::AuditRecord record;
  record.key = key;
  return record;
}

}  // namespace

KeyRotation::KeyRotation(Parts parts, std::string directory)
    : parts_(std::move(parts)), directory_(std::move(directory)) {}

Result<void> KeyRotation::load() {
  SIGNET_TRY_ASSIGN(const auto files, read_state_files(directory_));
  records_ = rules::read_records(files);
  for (const auto& [key, why] : records_.damaged)
    host::log(host::LogLevel::error, fmt::format("{}/{}: is damaged: {}", directory_, key, why));
  return {};
}

// An officer mends a record, or removes it, and reloads.
void KeyRotation::read_damaged_again() {
  const auto files = read_state_files(directory_);
  if (!files) return host::log_failure(host::LogLevel::error, "records of switches", files.error());
  rules::SwitchRecords fresh = rules::read_records(*files);
  for (const auto& [key, why] : std::exchange(records_.damaged, std::move(fresh.damaged))) {
    if (auto mended = fresh.switches.extract(key)) records_.switches.insert(std::move(mended));
  }
}

void KeyRotation::put_in_force(rules::Configuration as_written) {
  if (!records_.damaged.empty()) read_damaged_again();
  for (const auto& [name, key] : as_written.keys)
    if (!records_.damaged.contains(name)) note_edit(key);
  as_written_ = std::make_shared<const rules::Configuration>(std::move(as_written));
  for (auto& [key, waiting] : waiting_) waiting.tried_again = {};  // whoever reloads may have mended something
  renew();
}

void KeyRotation::renew() {
  parts_.state.configuration = std::make_shared<const rules::Configuration>(rules::in_force(*as_written_, records_));
  std::erase_if(waiting_, [this](const auto& each) { return !as_written_->keys.contains(each.first); });
}

// Nothing is in force before the first configuration.
rules::LastSigner KeyRotation::last_signer(const std::string& key) const {
  if (!as_written_) return {};
  const auto found = parts_.state.configuration->keys.find(key);
  if (found == parts_.state.configuration->keys.end()) return {};
  return {&found->second, published(found->second)};
}

boost::json::object KeyRotation::published(const rules::KeyPolicy& object) const {
  const auto known = rules::public_key_of(object, parts_.state.live);
  return known ? rules::jwk_of(object, *known) : boost::json::object();
}

// The edit counts whether or not it can be kept: after a restart it is seen once more.
void KeyRotation::note_edit(const rules::KeyPolicy& as_written) {
  const std::vector<rules::KeySwitch> switches = switches_of(as_written.name);
  const auto made = rules::switch_by_edit(as_written, switches, last_signer(as_written.name), wall_now());
  if (!made) return;
  host::log(
      host::LogLevel::notice,
      fmt::format("key {}: its file makes {} sign instead of {}, without a promotion; where the key is published, "
                  "the latter stays so until {}, for its tokens, unless a line retiring says until when",
                  as_written.name, made->object, made->former, utc_timestamp(made->until)));
  if (!rules::check_room(switches, made->former, made->at))
    host::log(host::LogLevel::warning,
              fmt::format("key {}: switched so often that an object of it is published no longer", as_written.name));
  if (const Result<void> kept = keep(as_written.name, *made); !kept)
    host::log_failure(host::LogLevel::error, "key " + as_written.name, kept.error());
}

std::vector<rules::KeySwitch> KeyRotation::switches_of(const std::string& key) const {
  const auto found = records_.switches.find(key);
  return found == records_.switches.end() ? std::vector<rules::KeySwitch>() : found->second;
}

Result<void> KeyRotation::keep(const std::string& key, const rules::KeySwitch& made) {
  auto switches = rules::add_switch(switches_of(key), made);
  Result<void> written = write_durably(directory_ + "/" + key, rules::write_switches(switches));
  if (written || made.by_edit) records_.switches.insert_or_assign(key, std::move(switches));
  return written;
}

Result<const rules::KeyPolicy*> KeyRotation::promotable(const std::string& key) const {
  const auto found = parts_.state.configuration->keys.find(key);
  if (found == parts_.state.configuration->keys.end())
    return Unexpected(Error{ErrorCode::not_found, "no key file of this name can be used"});
  const rules::KeyPolicy& policy = found->second;
  const auto& next = policy.rotation.next;
  SIGNET_TRY(rules::check_promotion(policy, {.signs = shown(policy), .next = next ? shown(*next->key) : nullptr}));
  SIGNET_TRY(rules::check_room(switches_of(key), rules::place_of(policy), wall_now()));
  return &policy;
}

const rules::KeyCondition* KeyRotation::shown(const rules::KeyPolicy& object) const {
  const auto condition = parts_.state.live.objects.find(rules::object_id(object));
  return condition == parts_.state.live.objects.end() ? nullptr : &condition->second;
}

Task<Result<rules::KeySwitch>> KeyRotation::promote(std::string key, rules::AuditRecord record) {
  const ChangeQueue::Turn turn = co_await parts_.changes.turn();
  const Result<const rules::KeyPolicy*> policy = promotable(key);
  if (!policy) co_return Unexpected(policy.error());
  if (Result<void> prepared = prepare(**policy); !prepared) co_return Unexpected(prepared.error());
  record.time = audit_now();
  record.outcome = "promoted";
  const rules::KeyPolicy& next = *(*policy)->rotation.next->key;
  record.kid = rules::kid_of(next, shown(next));
  const std::string place = rules::place_of(next);
  const Deadline deadline = SteadyClock::now() + parts_.state.configuration->daemon.deadline;
  const Result<void> recorded = co_await parts_.audit.must_record(record, deadline);
  Result<rules::KeySwitch> made = recorded ? commit(key, place) : Unexpected(recorded.error());
  if (!made) {
    record.time = audit_now();
    record.outcome = "promotion_failed";
    parts_.audit.record(record);
  }
  co_return made;
}

// What can fail does so before the audit log says that it was done. The first use of the former object may be kept at
// any time.
Result<void> KeyRotation::prepare(const rules::KeyPolicy& policy) {
  SIGNET_TRY(parts_.keys.keep_pin(policy));
  return check_writable(directory_ + "/" + policy.name, std::string(kRecordBytes, ' '));
}

// Its token may have said something else of the next object while the audit log was waited for.
Result<rules::KeySwitch> KeyRotation::commit(const std::string& key, const std::string& next) {
  SIGNET_TRY_ASSIGN(const rules::KeyPolicy* policy, promotable(key));
  if (rules::place_of(*policy->rotation.next->key) != next)
    return Unexpected(make_error(ErrorCode::internal, "another next object than was recorded"));
  const rules::WallTime now = wall_now();
  rules::KeySwitch made{.at = now,
                        .until = rules::retired_by(*policy, now),
                        .former = rules::place_of(*policy),
                        .object = rules::place_of(*policy->rotation.next->key)};
  made.jwk = published(*policy);
  made.object_jwk = published(*policy->rotation.next->key);
  SIGNET_TRY(keep(key, made));
  host::log(host::LogLevel::notice,
            fmt::format("key {}: {} signs from now on instead of {}", key, made.object, made.former));
  renew();
  parts_.switched(key);
  return made;
}

Task<void> KeyRotation::promote_due() {
  std::vector<std::string> due;
  for (const auto& [name, key] : parts_.state.configuration->keys)
    if (rules::switch_is_due(key, wall_now())) due.push_back(name);
  for (const std::string& key : due) {
    if (waiting_[key].tried_again > SteadyClock::now()) continue;
    const Result<rules::KeySwitch> switched = co_await promote_one_due(key);
    if (switched) {
      waiting_.erase(key);
    } else {
      tell_waiting(key, switched.error());
    }
  }
}

// The next object may be there at any moment; where the disk fails, each attempt may leave lines in the audit log.
Task<Result<rules::KeySwitch>> KeyRotation::promote_one_due(std::string key) {
  if (const auto policy = promotable(key); !policy) co_return Unexpected(policy.error());
  Result<rules::KeySwitch> switched = co_await promote(key, nobodys_record(key));
  if (!switched) waiting_[key].tried_again = SteadyClock::now() + kTryAgain;
  co_return switched;
}

void KeyRotation::tell_waiting(const std::string& key, const Error& why) {
  std::string& told = waiting_[key].told;
  if (told == why.message) return;
  told = why.message;
  host::log_failure(host::LogLevel::warning, fmt::format("key {}: the time of its next object has come", key), why);
}

std::chrono::milliseconds KeyRotation::until_due(std::chrono::milliseconds most) const {
  const auto now = std::chrono::system_clock::now();
  for (const auto& [name, key] : parts_.state.configuration->keys) {
    const auto& next = key.rotation.next;
    if (!next || !next->from || *next->from <= now) continue;
    most = std::min(most, std::chrono::ceil<std::chrono::milliseconds>(*next->from - now));
  }
  return most;
}

}  // namespace signet::service
