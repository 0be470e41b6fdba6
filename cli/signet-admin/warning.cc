#include "cli/signet-admin/warning.h"

#include <unistd.h>

#include "cli/terminal/output.h"

namespace signet::admin {

void warn(const std::string& sentence) {
  static_cast<void>(terminal::write_all(STDERR_FILENO, "signet-admin: " + sentence + "\n").has_value());
}

}  // namespace signet::admin
