#include "cli/terminal/token_request.h"

#include <boost/json/array.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <fmt/format.h>

#include "cli/terminal/claim_option.h"
#include "proto/config_values.h"

namespace signet::terminal {
namespace {

namespace po = boost::program_options;
using Words = std::vector<std::string>;

Result<std::int64_t, std::string> lifetime_seconds(const std::string& text) {
  const auto lifetime = parse_duration(text);
  if (!lifetime) return Unexpected(fmt::format("--lifetime {}.", lifetime.error().message));
  if (lifetime->count() == 0)
    return Unexpected(std::string("--lifetime must be longer than nothing; write 10s or 10min."));
  if (lifetime->count() % 1000 != 0)
    return Unexpected(std::string("--lifetime wants whole seconds; write 90s or 10min."));
  return lifetime->count() / 1000;
}

}  // namespace

void add_request_options(po::options_description& options) {
  options.add_options()("scope", po::value<Words>())("claim", po::value<Words>())("lifetime", po::value<std::string>())(
      "fresh", "");
}

Result<TokenRequest, std::string> token_request_of(const po::variables_map& values) {
  TokenRequest request;
  request.fresh = values.contains("fresh");
  if (values.contains("scope")) {
    const auto& scopes = values["scope"].as<Words>();
    request.scope = boost::json::array(scopes.begin(), scopes.end());
  }
  if (values.contains("lifetime")) {
    SIGNET_TRY_ASSIGN(request.lifetime, lifetime_seconds(values["lifetime"].as<std::string>()));
  }
  if (values.contains("claim")) {
    auto claims = claims_of(values["claim"].as<Words>());
    if (!claims) return Unexpected(claims.error().message);
    request.claims = std::move(*claims);
  }
  return request;
}

}  // namespace signet::terminal
