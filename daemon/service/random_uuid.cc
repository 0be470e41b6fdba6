#include "daemon/service/random_uuid.h"

#include <array>
#include <sys/random.h>

#include "proto/sha256.h"

namespace signet::service {

Result<std::string> random_uuid() {
  std::array<std::byte, 16> octets{};
  if (::getrandom(octets.data(), octets.size(), 0) != static_cast<ssize_t>(octets.size()))
    return Unexpected(make_error(ErrorCode::internal, "getrandom"));
  octets[6] = (octets[6] & std::byte{0x0f}) | std::byte{0x40};  // version 4
  octets[8] = (octets[8] & std::byte{0x3f}) | std::byte{0x80};  // the variant of RFC 9562
  std::string text = hex(octets);
  for (const std::size_t dash : {8U, 13U, 18U, 23U}) text.insert(dash, 1, '-');
  return text;
}

}  // namespace signet::service
