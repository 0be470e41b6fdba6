#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/rules/audit_verification.h"
#include "daemon/rules/live_jwts.h"
#include "daemon/rules/signature_account.h"

// What the commands `audit …` print, for people and for scripts. Pure; any thread.
namespace signet::admin {

/// By LinePlace::file.
using FileNames = std::vector<std::string>;

struct VerifyResult {
  FileNames files{};
  rules::AuditReport log{};
  std::optional<rules::AccountReport> account{};  ///< where signet-token's record was given
  rules::LogFindings damaged{};                   ///< lines of that record that cannot be read
  std::uint64_t half_signatures = 0;              ///< half lines of it, as a full disk or a power cut leaves them
  std::vector<std::string> left_out{};            ///< compressed files of log and record

  bool is_good() const;
};
std::string view(const VerifyResult& result, bool colour);
std::string json_of(const VerifyResult& result);

struct WhoResult {
  Sha256Digest jwt_sha256{};  ///< as it was given
  bool altered = false;       ///< the log has it with the other form of its signature
  FileNames files{};
  std::vector<std::pair<rules::LinePlace, rules::AuditEntry>> lines{};
};
std::string view(const WhoResult& result, bool colour);
std::string json_of(const WhoResult& result);

struct LiveResult {
  std::string key{};
  UtcTime at{};
  std::vector<rules::LiveJwt> jwts{};
};
/// At most so many rows, and how many more there are; json_of() has all.
std::string view(const LiveResult& result, bool colour, std::size_t most_rows = SIZE_MAX);
std::string json_of(const LiveResult& result);

}  // namespace signet::admin
