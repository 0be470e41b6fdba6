#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/rules/rotation.h"
#include "daemon/service/audit_log.h"
#include "daemon/service/change_queue.h"
#include "daemon/service/described_keys.h"
#include "daemon/service/io.h"
#include "daemon/service/service_state.h"

namespace signet::service {

/// Switches keys to their next objects, by an officer's word or at the stated time, and keeps the switches in one file
/// per key of state-dir/rotation. What is in force is the configuration as written with the switches put in.
class KeyRotation {
 public:
  struct Parts {
    ServiceState& state;
    DescribedKeys& keys;
    AuditLog& audit;
    ChangeQueue& changes;
    std::function<void(const std::string& key)> switched;  ///< another object of this key signs from now on
  };
  /// All that is referred to outlives this.
  KeyRotation(Parts parts, std::string directory);

  /// Reads the switches that were made. A damaged record is logged, and its key cannot be used. Error io_failure:
  /// nobody can tell which objects sign, so the daemon must not start.
  Result<void> load();
  /// Puts a configuration in force, as its files say and the switches demand. Where an edit made another object sign,
  /// that is kept as a switch, and logged. Whoever calls it has its turn in the queue.
  void put_in_force(rules::Configuration as_written);

  /// Switches the key to its next object. Recorded and on the disk before it takes effect. `record` says who asked. The
  /// errors of rules::check_promotion, audit_unavailable, io_failure; then nothing has changed, and where the audit log
  /// has said "promoted" already, it says "promotion_failed" too.
  Task<Result<rules::KeySwitch>> promote(std::string key, rules::AuditRecord record);
  /// Switches the keys whose stated time has come, as far as their next objects can sign. Those that cannot keep their
  /// present object, and the log says so once.
  Task<void> promote_due();
  /// How long until the next stated time, at most `most`.
  std::chrono::milliseconds until_due(std::chrono::milliseconds most) const;

 private:
  Result<const rules::KeyPolicy*> promotable(const std::string& key) const;
  const rules::KeyCondition* shown(const rules::KeyPolicy& object) const;
  void read_damaged_again();
  void renew();
  void note_edit(const rules::KeyPolicy& as_written);
  rules::LastSigner last_signer(const std::string& key) const;
  boost::json::object published(const rules::KeyPolicy& object) const;
  std::vector<rules::KeySwitch> switches_of(const std::string& key) const;
  Result<void> keep(const std::string& key, const rules::KeySwitch& made);
  Result<void> prepare(const rules::KeyPolicy& policy);
  Result<rules::KeySwitch> commit(const std::string& key, const std::string& next);
  Task<Result<rules::KeySwitch>> promote_one_due(std::string key);
  void tell_waiting(const std::string& key, const Error& why);

  Parts parts_;
  const std::string directory_;
  std::shared_ptr<const rules::Configuration> as_written_;
  rules::SwitchRecords records_;
  struct Waiting {
    std::string told{};      ///< what the log said
    Deadline tried_again{};  ///< not before
  };
  std::map<std::string, Waiting, std::less<>> waiting_;  ///< by key name: the time of its next object has come
};

}  // namespace signet::service
