#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

namespace signet::rules {

struct KeyPolicy;
using KeyPolicyPtr = std::shared_ptr<const KeyPolicy>;

/// `next`: the object that will sign, published as soon as the key file names it.
struct NextKey {
  KeyPolicyPtr key;                                ///< the same key file, with this object in place of its own
  std::optional<std::chrono::sys_seconds> from{};  ///< absent: when an officer promotes it
};

/// `retiring`: an object that signs no more, published while its JWTs live.
struct RetiringKey {
  KeyPolicyPtr key;
  std::optional<std::chrono::sys_seconds> until{};  ///< absent: as long as the line stands
};

/// What the daemon itself remembers of an object that signed before a switch, whatever the key file says by now.
struct FormerKey {
  std::string place;  ///< place_of(), in rotation.h
  boost::json::object jwk;
  std::chrono::sys_seconds until{};
};

/// The objects of a key beside the one that signs.
struct Rotation {
  std::optional<NextKey> next{};
  std::vector<RetiringKey> retiring{};
  std::vector<FormerKey> former{};  ///< of keys in force; a key file has none
};

}  // namespace signet::rules
