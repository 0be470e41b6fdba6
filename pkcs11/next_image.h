#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "host/file_descriptor.h"
#include "proto/result.h"

// Recovery by re-execution: when the token is lost, the process replaces its own image, keeps its listening socket, and
// starts anew. After a device loss only a fresh C_Initialize in a fresh process is known to cure every module.
namespace signet::pkcs11 {

/// What one image tells the next.
struct ImageHistory {
  std::uint32_t epoch = 0;      ///< how many images came before this one
  std::uint32_t attempt = 0;    ///< how many of them in a row were lost without one good signature
  std::string reason{};         ///< why the last one was given up; empty in the first
  bool socket_is_ours = false;  ///< the inherited socket was bound by an earlier image, not by the service manager
};

/// Reads and removes the environment variables a former image left, and closes the descriptors it could not. Call in
/// main after InheritedSockets::take() and before anything is opened.
ImageHistory take_image_history();

/// The text of the configuration that the first image read, for all its successors to go by; empty in the first.
/// Removed from the environment as it is read. Call in main before the first thread.
std::string take_image_configuration();

/// Moves the listening socket to the descriptor at which the next image will look for it. Done at the beginning, while
/// nothing of ours stands there: moved at the end it would take the place of a descriptor that another thread still
/// waits on. Call in main before anything else is opened. Error io_failure.
Result<host::FileDescriptor> at_handover_descriptor(host::FileDescriptor listening);

/// The next image, ready to go: everything it needs is allocated beforehand, because another thread may hang inside the
/// module with the allocator's lock held.
class NextImage {
 public:
  struct Plan {
    std::vector<std::string> arguments;  ///< argv of this image
    std::string configuration;           ///< what this image read; shorter than 128 KiB (MAX_ARG_STRLEN, execve(2))
    std::string socket_name;             ///< FileDescriptorName=
    bool socket_is_ours = false;
    std::uint32_t epoch = 0;  ///< of this image
  };
  /// Copies arguments and environment. Call before the first thread.
  explicit NextImage(Plan plan);
  NextImage(const NextImage&) = delete;
  NextImage& operator=(const NextImage&) = delete;
  ~NextImage() = default;

  /// execve of /proc/self/exe with the listening socket at descriptor 3, no other descriptor above 2, and signals
  /// silenced (service_signals.h). Never returns: where exec fails the process leaves with status 1. Any thread; the
  /// first call wins, later ones wait for the end.
  [[noreturn]] void replace(std::string_view reason, std::uint32_t attempt) noexcept;

  /// From here on the process is leaving: replace() ends it with status 0 instead. Any thread.
  void retire() noexcept { retired_.store(true); }
  bool is_retired() const noexcept { return retired_.load(); }

 private:
  void write_history(std::string_view reason, std::uint32_t attempt) noexcept;

  const Plan plan_;
  std::vector<std::string> environment_;
  std::array<char, 32> attempt_text_{};
  std::array<char, 512> reason_text_{};
  std::vector<char*> argv_;
  std::vector<char*> envp_;
  std::atomic_flag taken_ = ATOMIC_FLAG_INIT;
  std::atomic<bool> retired_{false};
};

}  // namespace signet::pkcs11
