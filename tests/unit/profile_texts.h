#pragma once

#include <string>

namespace signet::rules {

inline const std::string kMinute = R"({"default":60,"cap":120,"backdate":10})";

/// The smallest profile, with more members after it.
inline std::string profile_text(const std::string& members, const std::string& lifetime = kMinute) {
  return R"({"language":1,"title":"t","source":"https://e.test/","algorithms":["ES256"],"lifetime":)" + lifetime +
         members + "}";
}

}  // namespace signet::rules
