#include "daemon/service/request_id.h"

#include <cstdint>
#include <random>

#include <fmt/compile.h>
#include <fmt/format.h>

namespace signet::service {

std::string next_request_id() {
  static const std::uint32_t process = std::random_device{}();
  static std::uint64_t count = 0;
  return fmt::format(FMT_COMPILE("{:08x}-{:x}"), process, ++count);
}

}  // namespace signet::service
