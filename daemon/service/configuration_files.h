#pragma once

#include <string>

#include "daemon/rules/configuration_reading.h"

namespace signet::service {

/// The configuration of this machine, by its files, users and groups. Blocks on the disk and on name services.
rules::ConfigurationReading read_configuration(const std::string& path);

}  // namespace signet::service
