#include "pkcs11/next_image.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <linux/close_range.h>
#include <unistd.h>

#include "host/inherited_sockets.h"
#include "pkcs11/service_signals.h"

namespace signet::pkcs11 {
namespace {

constexpr const char* kEpoch = "SIGNET_TOKEN_EPOCH";
constexpr const char* kAttempt = "SIGNET_TOKEN_ATTEMPT";
constexpr const char* kReason = "SIGNET_TOKEN_REASON";
constexpr const char* kOwnSocket = "SIGNET_TOKEN_OWN_SOCKET";
constexpr const char* kConfiguration = "SIGNET_TOKEN_CONFIG";
/// Where the next image looks for its socket (SD_LISTEN_FDS_START, sd_listen_fds(3)).
constexpr int kListenDescriptor = 3;

std::string take_variable(const char* name) {
  const char* value = std::getenv(name);
  std::string text = value != nullptr ? value : "";
  ::unsetenv(name);
  return text;
}

std::uint32_t number_of(const std::string& text) {
  std::uint32_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::string assignment(const char* name, std::string_view value) {
  return std::string(name) + "=" + std::string(value);
}

/// Writes NAME=VALUE, cut to fit.
template <std::size_t N>
void write_assignment(std::array<char, N>& out, std::string_view name, std::string_view value) noexcept {
  auto end = std::copy_n(name.begin(), name.size(), out.begin());
  *end++ = '=';
  const auto room = static_cast<std::size_t>(out.end() - end) - 1;
  end = std::copy_n(value.begin(), std::min(room, value.size()), end);
  *end = '\0';
}

/// The listening socket stays open over exec; everything above it closes with exec.
void keep_only_listening_socket() noexcept {
  ::fcntl(kListenDescriptor, F_SETFD, 0);
  ::close_range(kListenDescriptor + 1, ~0U, CLOSE_RANGE_CLOEXEC);
}

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 3);
  // execve wants pointers to non-const octets and does not write to them.
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  return pointers;
}

}  // namespace

ImageHistory take_image_history() {
  ImageHistory history;
  history.epoch = number_of(take_variable(kEpoch));
  history.attempt = number_of(take_variable(kAttempt));
  history.reason = take_variable(kReason);
  history.socket_is_ours = take_variable(kOwnSocket) == "1";
  // A thread of the last image may have opened something between close_range and exec.
  if (history.epoch > 0) ::close_range(kListenDescriptor + 1, ~0U, 0);
  return history;
}

std::string take_image_configuration() { return take_variable(kConfiguration); }

Result<host::FileDescriptor> at_handover_descriptor(host::FileDescriptor listening) {
  if (listening.get() == kListenDescriptor) return listening;
  host::FileDescriptor moved(::dup3(listening.get(), kListenDescriptor, O_CLOEXEC));
  if (!moved.valid())
    return Unexpected(make_error(ErrorCode::io_failure, std::string("dup3: ") + std::strerror(errno)));
  return moved;
}

NextImage::NextImage(Plan plan) : plan_(std::move(plan)) {
  for (char** entry = environ; *entry != nullptr; ++entry) environment_.emplace_back(*entry);
  for (auto& entry : host::inheritance_environment(plan_.socket_name, ::getpid()))
    environment_.push_back(std::move(entry));
  environment_.push_back(assignment(kEpoch, std::to_string(plan_.epoch + 1)));
  environment_.push_back(assignment(kOwnSocket, plan_.socket_is_ours ? "1" : "0"));
  environment_.push_back(assignment(kConfiguration, plan_.configuration));
  argv_ = pointers_to(plan_.arguments);
  argv_.push_back(nullptr);
  envp_ = pointers_to(environment_);
  envp_.insert(envp_.end(), {attempt_text_.data(), reason_text_.data(), nullptr});
}

void NextImage::write_history(std::string_view reason, std::uint32_t attempt) noexcept {
  std::array<char, 12> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), attempt).ptr;
  write_assignment(attempt_text_, kAttempt, std::string_view(digits.data(), end));
  write_assignment(reason_text_, kReason, reason);
}

void NextImage::replace(std::string_view reason, std::uint32_t attempt) noexcept {
  if (taken_.test_and_set()) {
    for (;;) ::pause();
  }
  if (retired_.load()) ::_exit(EXIT_SUCCESS);
  write_history(reason, attempt);
  silence_signals();
  keep_only_listening_socket();
  ::execve("/proc/self/exe", argv_.data(), envp_.data());
  ::_exit(1);
}

}  // namespace signet::pkcs11
