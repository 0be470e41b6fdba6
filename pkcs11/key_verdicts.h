#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>

#include "proto/sha256.h"

namespace signet::pkcs11 {

/// Which keys of a token sign as they should, so that one broken key is that key's trouble and not the token's. A key
/// that fails while others sign is left alone for a while (1 s, doubling to 30 s) and then tried by one request.
/// Keys go by an identity of 32 octets. Any thread.
class KeyVerdicts {
 public:
  using Time = std::chrono::steady_clock::time_point;
  /// Whose fault a failure is.
  enum class Blame {
    unclear,  ///< the key's first in a row, and no other key has signed well yet
    key,      ///< others sign
    token     ///< it fails again, and no key has signed well in this image
  };

  /// A signature of the key was good.
  void good(const Sha256Digest& key);
  /// One was not, or the token refused to make it.
  Blame bad(const Sha256Digest& key);
  /// Has it failed more than once in a row?
  bool fails_again(const Sha256Digest& key) const;
  /// The key is to be left alone for a while, longer each time.
  void rest(const Sha256Digest& key, Time now);
  /// Is the key to be left alone now? One caller is let through when its time is over.
  bool rests(const Sha256Digest& key, Time now);
  /// The same without letting anybody through.
  bool is_suspect(const Sha256Digest& key) const;

 private:
  struct Trouble {
    unsigned failures = 0;  ///< in a row
    unsigned rests = 0;
    Time until{};
  };

  mutable std::mutex mutex_;  ///< guards what follows
  std::map<Sha256Digest, Trouble> troubles_;
  std::optional<Sha256Digest> last_good_{};
  std::optional<Sha256Digest> other_good_{};  ///< another than last_good_
};

}  // namespace signet::pkcs11
