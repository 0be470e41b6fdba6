#pragma once

#include <chrono>
#include <string_view>
#include <sys/types.h>

#include "daemon/rules/refusal_cap.h"

namespace signet::service {

/// How many lines of one kind a uid may bring about in the daemon's own log, like refusals in the audit log, so that
/// nobody fills the journal. One thread.
class CappedLog {
 public:
  /// `what`: the lines left out, as they are told of: "refusals".
  explicit CappedLog(std::string_view what) : what_(what) {}

  /// Logs how many lines were left out in the minutes that have ended. Before each line.
  void tell_left_out();
  /// False where the line is to be left out; it is counted.
  bool takes(uid_t uid);

 private:
  std::string_view what_;
  rules::RefusalCap cap_{60, std::chrono::minutes(1)};
};

}  // namespace signet::service
