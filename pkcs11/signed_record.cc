#include "pkcs11/signed_record.h"

#include <cstdio>
#include <fstream>
#include <sys/stat.h>

#include <fmt/format.h>

#include "proto/jws.h"

namespace signet::pkcs11 {
namespace {

std::string old_name(const std::string& path, int number) { return fmt::format("{}.{}", path, number); }

constexpr std::string_view kBeforeTime = R"({"time":")";
constexpr std::size_t kTimeLength = 24;

void append_times(const std::string& path, UtcTime begin, std::vector<UtcTime>& times) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || status.st_mtime < std::chrono::system_clock::to_time_t(begin)) return;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(kBeforeTime)) continue;
    const auto time = parse_utc_timestamp(std::string_view(line).substr(kBeforeTime.size(), kTimeLength));
    if (time && *time >= begin) times.push_back(*time);
  }
}

UtcTime utc_now() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

}  // namespace

std::string signed_record_line(UtcTime time, const SignOrder& order, const JoseSignature& signature) {
  const std::string jwt = jws_compact(order.message, signature.value);
  return fmt::format(R"({{"time":"{}","spki_sha256":"{}","alg":"{}","input_sha256":"{}","jwt_sha256":"{}"}})"
                     "\n",
                     utc_timestamp(time), hex(signature.spki_sha256), jose_name(order.algorithm),
                     hex(sha256(bytes_of(order.message))), hex(sha256(bytes_of(jwt))));
}

SignedRecord::SignedRecord(const std::string& directory, std::uint64_t max_bytes)
    : file_(directory + "/signed.jsonl", ErrorCode::io_failure), max_bytes_(max_bytes) {}

Result<void> SignedRecord::append(const SignOrder& order, const JoseSignature& signature) {
  const std::string line = signed_record_line(utc_now(), order, signature);
  const std::scoped_lock lock(mutex_);
  if (file_.size() >= max_bytes_) make_room();
  return file_.append(line);
}

std::vector<UtcTime> SignedRecord::times_since(UtcTime begin) const {
  std::vector<UtcTime> times;
  for (int number = kOldRecords; number > 0; --number) append_times(old_name(file_.path(), number), begin, times);
  append_times(file_.path(), begin, times);
  return times;
}

void SignedRecord::reopen() {
  const std::scoped_lock lock(mutex_);
  file_.reopen();
}

// Another service that shares the file may have been first. Where a file cannot be renamed the record goes on in the
// one there is: it is better too long than not there.
void SignedRecord::make_room() {
  if (!file_.is_the_one_at_its_path()) return file_.reopen();
  for (int number = kOldRecords; number > 1; --number)
    (void)std::rename(old_name(file_.path(), number - 1).c_str(), old_name(file_.path(), number).c_str());
  if (std::rename(file_.path().c_str(), old_name(file_.path(), 1).c_str()) == 0) file_.reopen();
}

}  // namespace signet::pkcs11
