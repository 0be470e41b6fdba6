#pragma once

#include <string>
#include <string_view>

#include "cli/signet/failure.h"
#include "proto/result.h"

namespace signet::cli {

/// A file that holds a JWT for a build job: mode 0600, replaced whole by rename(2), so that a reader sees the old one
/// or the new one and never a part. Gone when this object ends, unless kept. One thread.
class JwtFile {
 public:
  explicit JwtFile(std::string path) : path_(std::move(path)) {}
  JwtFile(const JwtFile&) = delete;
  JwtFile& operator=(const JwtFile&) = delete;
  ~JwtFile() { remove(); }

  const std::string& path() const { return path_; }
  bool written() const { return written_; }

  /// Failure with the mend where the folder does not take it. A file of that name that stood there before is replaced.
  Result<void, Failure> write(std::string_view text);
  /// Takes away what was written; nothing where nothing was.
  void remove();
  /// The file stays when this object ends.
  void keep() { written_ = false; }

 private:
  std::string path_;
  bool written_ = false;
};

}  // namespace signet::cli
