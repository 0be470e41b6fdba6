#pragma once

#include <cstdint>

#include <boost/json/object.hpp>

#include "daemon/rules/jwt_holders.h"
#include "daemon/rules/key_config.h"
#include "daemon/rules/views.h"

namespace signet::service {

/// Who holds JWTs, as far as they were handed out since a moment.
struct CountedHolders {
  const rules::JwtHolders& holders;
  std::int64_t since = 0;
};

/// What status tells of a key's objects: which one signs, which one follows and whether it can, which ones retire,
/// until when, and who has live JWTs of them. Unix seconds.
boost::json::object rotation_status(const rules::KeyPolicy& key, const rules::LiveState& live,
                                    const CountedHolders& counted, std::int64_t now);

}  // namespace signet::service
