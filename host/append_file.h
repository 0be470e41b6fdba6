#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "host/file_descriptor.h"
#include "proto/result.h"

namespace signet::host {

/// An open file that only grows (O_APPEND). Errors are io_failure with call and path in the detail. One thread at a
/// time; a descriptor that was handed out may be synced by another.
class AppendFile {
 public:
  AppendFile() = default;

  /// Makes the file (0640) where there is none. What is neither a regular file nor a character device, a FIFO above
  /// all, is refused without waiting. Read access is asked for, and `only_for_writing` is taken too where it is
  /// allowed.
  enum class Access { read_and_write, only_for_writing };
  static Result<AppendFile> open(const std::string& path, Access least);

  bool valid() const { return fd_ != nullptr; }
  /// The whole text, or an error after a part of it.
  Result<void> write(std::string_view octets);
  /// The last `max_bytes`, or all.
  Result<std::string> tail(std::size_t max_bytes) const;
  std::uint64_t size() const;
  /// Could be written to, and nobody would ever read it.
  bool was_deleted() const;
  /// Not a character device, which has no size.
  bool is_regular() const;
  /// False where the file was renamed away, or another one took its name.
  bool is_at(const std::string& path) const;
  /// Keeps other processes that ask the same (flock(2)) off a regular file until release(). Error: one is at it.
  Result<void> reserve();
  void release();

  /// Stays open as long as anybody holds it.
  std::shared_ptr<const FileDescriptor> descriptor() const { return fd_; }

 private:
  AppendFile(std::string path, int fd) : path_(std::move(path)), fd_(std::make_shared<FileDescriptor>(fd)) {}

  std::string path_;
  std::shared_ptr<FileDescriptor> fd_;
};

/// fdatasync(2), and success for what has no disk behind it. Error io_failure. Any thread.
Result<void> sync_data(const FileDescriptor& file);

}  // namespace signet::host
