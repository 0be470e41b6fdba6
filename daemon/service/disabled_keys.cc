#include "daemon/service/disabled_keys.h"

#include "daemon/service/durable_file.h"
#include "daemon/service/state_files.h"

namespace signet::service {

Result<rules::DisabledKeys> DisabledKeyFiles::load() const { return read_state_files(directory_); }

Result<void> DisabledKeyFiles::disable(const std::string& key, std::string_view reason) const {
  return write_durably(directory_ + "/" + key, reason);
}

Result<void> DisabledKeyFiles::enable(const std::string& key) const { return remove_durably(directory_ + "/" + key); }

}  // namespace signet::service
