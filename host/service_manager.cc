#include "host/service_manager.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <time.h>

#include "host/file_descriptor.h"

namespace signet::host {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

template <class Number>
std::optional<Number> positive(const std::string& text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number <= 0) return std::nullopt;
  return number;
}

std::optional<std::chrono::microseconds> watchdog_for_this_process() {
  const std::string pid = variable("WATCHDOG_PID");
  if (!pid.empty() && positive<pid_t>(pid) != ::getpid()) return std::nullopt;
  const auto interval = positive<std::chrono::microseconds::rep>(variable("WATCHDOG_USEC"));
  if (!interval) return std::nullopt;
  return std::chrono::microseconds(*interval);
}

/// A newline would begin another assignment of the protocol.
std::string one_line(std::string_view text) {
  std::string line(text);
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

bool names_a_socket(const std::string& name) {
  return name.size() > 1 && name.size() < sizeof(sockaddr_un::sun_path) && (name[0] == '/' || name[0] == '@');
}

}  // namespace

ServiceManager::ServiceManager() : socket_(variable("NOTIFY_SOCKET")), watchdog_(watchdog_for_this_process()) {
  if (!names_a_socket(socket_)) socket_.clear();
}

void ServiceManager::ready(std::string_view status) const { send("READY=1\nSTATUS=" + one_line(status)); }

void ServiceManager::status(std::string_view status) const { send("STATUS=" + one_line(status)); }

void ServiceManager::reloading() const {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(now.tv_sec * 1'000'000 + now.tv_nsec / 1'000));
}

void ServiceManager::stopping() const { send("STOPPING=1"); }

void ServiceManager::watchdog() const { send("WATCHDOG=1"); }

void ServiceManager::send(std::string_view message) const {
  if (socket_.empty()) return;
  const FileDescriptor fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, socket_.data(), socket_.size());
  // An abstract name begins with NUL and has exactly the length given: no terminator, no padding (unix(7)).
  if (socket_[0] == '@') address.sun_path[0] = '\0';
  const auto length =
      static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size() + (socket_[0] == '@' ? 0 : 1));
  // Nothing useful can be done about a failure: a service manager that went away must not stop the service.
  (void)::sendto(fd.get(), message.data(), message.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                 reinterpret_cast<const sockaddr*>(&address), length);
}

}  // namespace signet::host
