#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/service/service_state.h"
#include "proto/result.h"

namespace signet::service {

/// For log and status.
std::string shared_kid_text(const std::string& kid);

/// Keeps `jwks-file` as GET /v1/jwks is, for a web server to hand out: replaced whole, and only where it is another,
/// whoever made it so. Looks out for keys of the set that nobody could tell from each other.
class JwksFile {
 public:
  explicit JwksFile(const ServiceState& state) : state_(state) {}

  /// Writes the set where it is another than the file's; a file that is as it was left is not read again. Nothing while
  /// a token has not yet spoken of a key that belongs into it: a set that lost a key would make live JWTs unverifiable.
  /// A failure is logged once and tried again with the next call. Blocks on the disk.
  void follow();

  /// For status: why the file is not as it should be; empty where it is.
  const std::string& trouble() const { return trouble_; }
  /// Each `kid` that several published keys have, as of the last follow().
  const std::vector<std::string>& shared_kids() const { return shared_kids_; }

 private:
  struct Left {
    std::uint64_t inode = 0;
    std::int64_t octets = 0;
    std::int64_t changed_at = 0;  ///< nanoseconds
    bool operator==(const Left&) const = default;
  };
  static std::optional<Left> left_at(const std::string& path);
  void look_at(const std::string& path);
  Result<void> write(const std::string& path, const std::string& fresh);
  void tell_shared(std::vector<std::string> kids);
  void note(std::string trouble);

  const ServiceState& state_;
  std::string path_;                    ///< of what stands in content_
  std::optional<std::string> content_;  ///< of the file, as it was left
  std::optional<Left> left_;            ///< nothing: no file
  std::vector<std::string> shared_kids_;
  std::string trouble_;
};

}  // namespace signet::service
