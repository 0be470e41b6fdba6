#include "host/inherited_sockets.h"

#include <charconv>
#include <cstdlib>
#include <fcntl.h>
#include <optional>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace signet::host {
namespace {

constexpr int kFirstDescriptor = 3;   // SD_LISTEN_FDS_START
constexpr int kMostDescriptors = 64;  // we ask for two sockets; the rest would be a descriptor store nobody filled

Unexpected<Error> nonsense(const std::string& what) {
  return Unexpected(
      Error{ErrorCode::bad_input, "the sockets handed over at start make no sense: " + what +
                                      "; start the program through its socket unit, or without LISTEN_* variables"});
}

/// The variable's text, removed from the environment so that no child takes the sockets for its own.
std::optional<std::string> consume(const char* variable) {
  const char* value = std::getenv(variable);
  if (value == nullptr) return std::nullopt;
  std::string text = value;
  ::unsetenv(variable);
  return text;
}

std::optional<int> whole_number(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

std::vector<std::string> split_names(const std::optional<std::string>& names, int count) {
  if (!names) return std::vector<std::string>(static_cast<std::size_t>(count), "unknown");
  std::vector<std::string> result;
  std::size_t begin = 0;
  for (std::size_t colon = 0; colon != std::string::npos; begin = colon + 1) {
    colon = names->find(':', begin);
    result.push_back(names->substr(begin, colon == std::string::npos ? colon : colon - begin));
  }
  return result;
}

bool close_on_exec(int fd) {
  const int flags = ::fcntl(fd, F_GETFD);
  return flags >= 0 && ::fcntl(fd, F_SETFD, flags | FD_CLOEXEC) == 0;
}

bool option_is(int fd, int option, int expected) {
  int value = 0;
  socklen_t length = sizeof value;
  return ::getsockopt(fd, SOL_SOCKET, option, &value, &length) == 0 && value == expected;
}

bool listens_on_unix_stream(int fd) {
  return option_is(fd, SO_DOMAIN, AF_UNIX) && option_is(fd, SO_TYPE, SOCK_STREAM) && option_is(fd, SO_ACCEPTCONN, 1);
}

/// The names systemd gives where a socket unit sets no FileDescriptorName=.
bool is_unnamed(std::string_view name) { return name == "unknown" || name.ends_with(".socket"); }

}  // namespace

Result<InheritedSockets> InheritedSockets::take() {
  const auto pid_text = consume("LISTEN_PID");
  const auto count_text = consume("LISTEN_FDS");
  const auto names_text = consume("LISTEN_FDNAMES");
  if (!pid_text || !count_text) return InheritedSockets{};

  const auto pid = whole_number(*pid_text);
  if (!pid) return nonsense("LISTEN_PID is no process id");
  if (*pid != ::getpid()) return InheritedSockets{};
  const auto count = whole_number(*count_text);
  if (!count || *count > kMostDescriptors)
    return nonsense("LISTEN_FDS is no number up to " + std::to_string(kMostDescriptors));
  const auto names = split_names(names_text, *count);
  if (names.size() != static_cast<std::size_t>(*count) && *count > 0)
    return nonsense("LISTEN_FDNAMES does not name as many sockets as LISTEN_FDS counts");

  InheritedSockets result;
  for (int i = 0; i < *count; ++i) {
    const int fd = kFirstDescriptor + i;
    if (!close_on_exec(fd)) return nonsense("descriptor " + std::to_string(fd) + " is not open");
    result.sockets_.emplace(names[static_cast<std::size_t>(i)], FileDescriptor(fd));
  }
  return result;
}

FileDescriptor InheritedSockets::take_named(const std::string& name) {
  auto found = sockets_.find(name);
  if (found == sockets_.end() && sockets_.size() == 1 && is_unnamed(sockets_.begin()->first)) found = sockets_.begin();
  if (found == sockets_.end() || !listens_on_unix_stream(found->second.get())) return {};
  FileDescriptor socket = std::move(found->second);
  sockets_.erase(found);
  return socket;
}

std::vector<std::string> inheritance_environment(const std::string& name, int pid) {
  return {"LISTEN_PID=" + std::to_string(pid), "LISTEN_FDS=1", "LISTEN_FDNAMES=" + name};
}

}  // namespace signet::host
