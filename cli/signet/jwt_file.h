#pragma once

#include <string>
#include <string_view>
#include <sys/types.h>

#include "cli/signet/failure.h"
#include "host/file_descriptor.h"
#include "proto/result.h"

namespace signet::cli {

/// A file that holds a JWT for a build job, mode 0600. Gone when this object ends, unless kept; but only the file that
/// was written here is ever taken away, and not what somebody else has put in its place. One thread.
class JwtFile {
 public:
  explicit JwtFile(std::string path) : path_(std::move(path)) {}
  JwtFile(const JwtFile&) = delete;
  JwtFile& operator=(const JwtFile&) = delete;
  ~JwtFile() { static_cast<void>(remove().has_value()); }

  const std::string& path() const { return path_; }

  /// Replaces it whole by rename(2), so that a reader sees the old one or the new one and never a part. A regular file
  /// that stood there before is replaced; anything else, a symbolic link or a device above all, is refused. Failure
  /// with the mend, also where the folder does not take it.
  Result<void, Failure> write(std::string_view text);
  /// The same for one that nobody reads yet: whatever stands there already is refused.
  Result<void, Failure> create(std::string_view text);

  /// Is what was written here still what the path leads to?
  bool stands() const;
  /// Was it written, and nothing is there any more?
  bool is_missing() const;

  /// Takes away what was written, if it still stands. Failure where the folder does not let it go.
  Result<void, Failure> remove();
  /// The file stays when this object ends.
  void keep() { file_.reset(); }

 private:
  Result<void, Failure> refuse_other_than_regular() const;

  std::string path_;
  host::FileDescriptor file_;  ///< held open, so that no other file gets its inode number
};

}  // namespace signet::cli
