#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "host/record_file.h"
#include "pkcs11/signer.h"
#include "proto/timestamp.h"

namespace signet::pkcs11 {

/// One line of the record, with its line feed: time, SHA-256 of the SubjectPublicKeyInfo, algorithm, SHA-256 of the
/// signing input and of the compact JWT that the signature completes; the last is `jwt_sha256` in signetd's audit log.
/// Pure.
std::string signed_record_line(UtcTime time, const SignOrder& order, const JoseSignature& signature);

/// What this token has signed, as its own service saw it: `signed.jsonl` in state-dir. Held against signetd's audit log
/// it shows what a signetd that was taken over had signed and did not record. A signature without its line does not
/// leave. When the file has grown to kMaxRecordBytes it becomes signed.jsonl.1, and so on up to kOldRecords; the oldest
/// goes. Several services of one token may share the file. Any thread.
class SignedRecord {
 public:
  static constexpr std::uint64_t kMaxRecordBytes = 64U << 20U;
  static constexpr int kOldRecords = 4;

  /// `directory`: state-dir. `max_bytes` is for tests.
  explicit SignedRecord(const std::string& directory, std::uint64_t max_bytes = kMaxRecordBytes);

  /// Adds a line. Error io_failure: then the signature must not leave.
  Result<void> append(const SignOrder& order, const JoseSignature& signature);
  /// When the lines since then were written, oldest first; what cannot be read is left out. Reads the disk.
  std::vector<UtcTime> times_since(UtcTime begin) const;
  /// The file was renamed away: the next line opens it anew.
  void reopen();

 private:
  void make_room();

  std::mutex mutex_;  ///< guards file_
  host::RecordFile file_;
  const std::uint64_t max_bytes_;
};

}  // namespace signet::pkcs11
