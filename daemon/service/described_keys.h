#pragma once

#include <map>
#include <optional>
#include <string>

#include "daemon/rules/key_config.h"
#include "daemon/rules/key_facts.h"
#include "daemon/service/link_messages.h"
#include "daemon/service/pins.h"
#include "daemon/service/service_state.h"

namespace signet::service {

/// Holds what tokens say of their keys against what key files and first-use records say of them, and keeps the verdicts
/// in ServiceState::live. A key that fails is not used until a later description clears it.
class DescribedKeys {
 public:
  /// `state` and `pins` outlive this.
  DescribedKeys(ServiceState& state, Pins& pins) : state_(state), pins_(pins) {}

  /// Once another object signs, the first use of the former one is kept under a name of its own. Error io_failure.
  Result<void> keep_pin(const rules::KeyPolicy& former);

  /// Forgets verdicts on objects that are gone, and takes those of the objects that sign now. After every change of the
  /// configuration.
  void follow_configuration();
  /// Takes one description of this token. True where every key of it that signs, or will, can be used, and nobody has
  /// to mend anything.
  bool learn(const std::string& token, const TokenDescription& description);
  /// The public key that signatures of this object must verify against, as far as it is known.
  std::optional<rules::PublicKeyPin> pin(const rules::KeyPolicy& key) const;
  /// What a JWT may say of the object that signs it, as far as it is known. `pin` is that object's.
  rules::KeyFacts facts(const rules::KeyPolicy& key, const rules::PublicKeyPin& pin) const;

 private:
  rules::KeyCondition judge(const rules::KeyPolicy& key, const KeyDescription* described);
  Result<void> check_pin(const rules::KeyPolicy& key, const PublicKey& shown);
  bool has_damaged_record(const rules::KeyPolicy& key) const;
  bool take_verdict(const rules::KeyPolicy& object, rules::KeyCondition verdict);

  ServiceState& state_;
  Pins& pins_;
};

}  // namespace signet::service
