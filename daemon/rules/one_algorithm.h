#pragma once

#include <functional>
#include <map>
#include <string>

#include "daemon/rules/key_config.h"

// One algorithm per key (RFC 8725 section 3.1). Pure; any thread.
namespace signet::rules {

/// A key that another key file names as well, with another algorithm.
struct AlgorithmConflict {
  std::string other;  ///< the other file's key, by name
  Algorithm own_algorithm;
  Algorithm other_algorithm;
};

/// The keys, by name, that cannot serve because of it: files that name the same object of the same token, or pin the
/// same public key, with algorithms that are not the same; objects that will sign or have signed count as well. EdDSA
/// and Ed25519 are.
std::map<std::string, AlgorithmConflict> find_conflicts(const std::map<std::string, KeyPolicy, std::less<>>& keys);

/// For the operator, after "FILE: alg: ".
std::string message_of(const AlgorithmConflict& conflict, const std::string& other_path);

}  // namespace signet::rules
