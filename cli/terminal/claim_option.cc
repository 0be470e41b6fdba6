#include "cli/terminal/claim_option.h"

#include <boost/json/object.hpp>
#include <fmt/format.h>

#include "proto/json.h"

namespace signet::terminal {
namespace {

Unexpected<Error> bad_claim(std::string sentence) {
  return Unexpected(Error{.code = ErrorCode::bad_input, .message = std::move(sentence)});
}

Result<void> add_claim(boost::json::object& claims, std::string_view option) {
  const auto equals = option.find('=');
  if (equals == 0 || equals == std::string_view::npos) {
    return bad_claim("--claim wants a name and a JSON value, as in --claim 'sub=\"user\"' or --claim count=3.");
  }
  const auto name = option.substr(0, equals);
  auto value = parse_json(option.substr(equals + 1));
  if (!value) {
    return bad_claim(fmt::format(
        "The value of --claim {0} is not JSON; a text is written with its quotes, as in --claim '{0}=\"text\"'.",
        name));
  }
  if (!claims.emplace(name, std::move(*value)).second)
    return bad_claim(fmt::format("--claim {} is given twice; keep one.", name));
  return {};
}

}  // namespace

Result<boost::json::object> claims_of(const std::vector<std::string>& options) {
  boost::json::object claims;
  for (const auto& option : options) SIGNET_TRY(add_claim(claims, option));
  return claims;
}

}  // namespace signet::terminal
