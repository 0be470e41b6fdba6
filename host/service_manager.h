#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace signet::host {

/// Tells the service manager what goes on: sd_notify(3) and sd_watchdog_enabled(3), without libsystemd. Does nothing
/// where NOTIFY_SOCKET is unset. Reads the environment when made (in main, before the first thread); sending is safe
/// from any thread and never blocks.
class ServiceManager {
 public:
  ServiceManager();

  void ready(std::string_view status) const;   ///< READY=1, STATUS=
  void status(std::string_view status) const;  ///< STATUS=
  void reloading() const;                      ///< RELOADING=1 with MONOTONIC_USEC, for Type=notify-reload
  void stopping() const;                       ///< STOPPING=1
  void watchdog() const;                       ///< WATCHDOG=1; from a timer, never once per request
  std::optional<std::chrono::microseconds> watchdog_interval() const {
    return watchdog_;
  }  ///< WATCHDOG_USEC, if meant for this process

 private:
  void send(std::string_view message) const;
  std::string socket_;
  std::optional<std::chrono::microseconds> watchdog_;
};

}  // namespace signet::host
