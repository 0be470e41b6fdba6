#pragma once

#include <optional>
#include <string>
#include <vector>

#include <p11-kit/pkcs11.h>

namespace signet::fault {

/// What a module is like, as opposed to what goes wrong once: P11FAULT_CHARACTER, described at the head of module.cc.
struct Character {
  /// A one-octet attribute of every private key, or of that with one label, as this module tells it.
  struct Attribute {
    CK_ATTRIBUTE_TYPE type = 0;
    CK_BYTE value = 0;
    std::string label{};
  };

  static Character from_environment();

  bool no_locking = false;
  bool initializes_again = false;
  bool wants_args = false;
  bool blocks_signals = false;
  bool sets_timer = false;
  std::vector<int> ignored_signals{};
  std::optional<std::size_t> max_sessions{};
  bool tells_max_sessions = false;
  std::optional<std::vector<CK_MECHANISM_TYPE>> mechanisms{};
  std::string leaked_file{};
  std::vector<Attribute> attributes{};
};

}  // namespace signet::fault
