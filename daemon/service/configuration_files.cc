#include "daemon/service/configuration_files.h"

#include "host/accounts.h"
#include "host/directory.h"
#include "host/process.h"

#ifndef SIGNET_DEFAULT_PROFILES_DIR
#error "the build says where profiles are installed"
#endif

namespace signet::service {

rules::ConfigurationReading read_configuration(const std::string& path) {
  const auto read = [](const std::string& file) { return host::read_file(file, rules::kMaxConfigurationFileBytes); };
  return rules::read_configuration(path, SIGNET_DEFAULT_PROFILES_DIR, {.read = read, .list = host::files_in},
                                   {.user_id = host::user_id, .group_id = host::group_id});
}

}  // namespace signet::service
