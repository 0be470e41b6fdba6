#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "proto/result.h"

namespace signet::host {

/// Memory for a PIN or for key material: own pages, locked (mlock, where the limit allows), left out of core dumps
/// (MADV_DONTDUMP), not inherited by a child (MADV_WIPEONFORK), wiped when released. Move-only. One thread at a time.
class Secret {
 public:
  static Result<Secret> allocate(std::size_t capacity);
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret();

  std::span<std::byte> bytes() { return {data_, size_}; }
  std::span<const std::byte> bytes() const { return {data_, size_}; }
  std::size_t capacity() const { return capacity_; }
  void resize(std::size_t size);  ///< at most capacity
  void wipe();                    ///< zeroes and empties

 private:
  Secret(std::byte* data, std::size_t capacity) : data_(data), capacity_(capacity) {}
  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

/// The content of a regular file (anything else, a FIFO above all, is refused without waiting) by plain read(2) into
/// the secret itself (no stdio buffer keeps a copy), one trailing newline removed. Errors: io_failure (missing,
/// unreadable), bad_input (empty, or above `max_bytes`). Path only in the detail. Any thread.
Result<Secret> read_secret_file(const std::string& path, std::size_t max_bytes);
/// The same from an open descriptor up to its end. `kept`: a file that is no text may end with that octet.
enum class FinalNewline { removed, kept };
Result<Secret> read_secret_descriptor(int fd, std::size_t max_bytes, FinalNewline newline = FinalNewline::removed);
/// Asks on the controlling terminal (/dev/tty) without echo; the terminal's mode is restored on every path, signals
/// included. Error io_failure where there is no terminal, bad_input where nothing is typed. Main thread only.
Result<Secret> ask_secret(const std::string& prompt, std::size_t max_bytes);

}  // namespace signet::host
