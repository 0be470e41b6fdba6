#pragma once

#include <string>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "tests/support/catch.h"
#include "tests/support/matchers.h"

// Bodies that are not as they should be, and how the readers of the API refuse them.
namespace signet::testing {

/// Every reader refuses the body with invalid_request and a message that begins with the path.
template <class T>
void require_refused(const Result<T>& result, const std::string& path) {
  REQUIRE_ERROR(result, ErrorCode::invalid_request);
  INFO("message: " << result.error().message);
  REQUIRE(result.error().message.starts_with(path + " "));
}

/// A body with one member replaced by a JSON text, or left out where that is empty.
inline std::string with_member(const std::string& body, const std::string& name, const std::string& replacement) {
  boost::json::object object = boost::json::parse(body).as_object();
  object.erase(name);
  if (!replacement.empty()) object.emplace(name, boost::json::parse(replacement));
  return boost::json::serialize(object);
}

}  // namespace signet::testing
