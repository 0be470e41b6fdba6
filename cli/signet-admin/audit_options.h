#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "daemon/rules/audit_chain.h"
#include "proto/sha256.h"
#include "proto/timestamp.h"

namespace signet::admin {

/// A JWT as `audit who` is told of it: never in the arguments, where every user of the machine could read it.
struct GivenJwt {
  std::optional<Sha256Digest> sha256{};
  std::optional<int> descriptor{};
  std::string file{};  ///< "-": stdin
};

/// Of the commands `audit …`.
struct AuditOptions {
  std::string config{};                   ///< of signetd: says where the log is
  std::vector<std::string> files{};       ///< empty: the log of `config`
  std::vector<rules::ChainHead> heads{};  ///< of audit verify
  std::vector<std::string> signed_files{};
  std::chrono::milliseconds grace{30'000};
  GivenJwt jwt{};                                      ///< of audit who
  std::string key{};                                   ///< of audit live
  std::optional<Sha256Digest> spki_sha256{};           ///< of audit live
  std::optional<std::string> kid{};                    ///< of audit live
  std::optional<std::chrono::milliseconds> max_age{};  ///< of audit live
  std::optional<UtcTime> at{};                         ///< of audit live; absent: now
};

}  // namespace signet::admin
