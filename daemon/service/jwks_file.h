#pragma once

#include <optional>
#include <string>

#include "daemon/service/service_state.h"
#include "proto/result.h"

namespace signet::service {

/// Keeps `jwks-file` as GET /v1/jwks is, for a web server to hand out: replaced whole, and only where it changes.
class JwksFile {
 public:
  explicit JwksFile(const ServiceState& state) : state_(state) {}

  /// Writes the set where it is another than the file's. Nothing while a token has not yet spoken of a key that belongs
  /// into it: a set that lost a key would make live JWTs unverifiable. A failure is logged once and tried again with
  /// the next call. Blocks on the disk.
  void follow();

  /// For status: why the file is not as it should be; empty where it is.
  const std::string& trouble() const { return trouble_; }

 private:
  Result<void> write(const std::string& path);
  void note(std::string trouble);

  const ServiceState& state_;
  std::string path_;  ///< of what stands in content_
  std::optional<std::string> content_;
  std::string trouble_;
};

}  // namespace signet::service
