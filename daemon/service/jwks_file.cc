#include "daemon/service/jwks_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "daemon/rules/jwk_set.h"
#include "daemon/service/durable_file.h"
#include "host/log.h"
#include "host/process.h"
#include "proto/api.h"

namespace signet::service {
namespace {

constexpr std::size_t kMostOctets = 16 * 1024UL * 1024;
constexpr mode_t kReadableByAll = 0644;

}  // namespace

void JwksFile::follow() {
  const auto& path = state_.configuration->daemon.jwks_file;
  if (!path) return note({});
  const auto awaited = rules::awaited_keys(*state_.configuration, state_.live, wall_now());
  if (!awaited.empty()) return note(fmt::format("waits until the tokens have shown: {}", fmt::join(awaited, ", ")));
  const Result<void> written = write(*path);
  note(written ? std::string() : written.error().detail);
}

Result<void> JwksFile::write(const std::string& path) {
  if (path_ != path) {
    const Result<std::string> found = host::read_file(path, kMostOctets);
    content_ = found ? std::optional(*found) : std::nullopt;
    path_ = path;
  }
  const std::string fresh = write_jwks(rules::published_keys(*state_.configuration, state_.live, wall_now()));
  if (content_ == fresh) return {};
  SIGNET_TRY(write_durably(path, fresh, kReadableByAll));
  content_ = fresh;
  host::log(host::LogLevel::notice, fmt::format("jwks-file {}: written", path));
  return {};
}

void JwksFile::note(std::string trouble) {
  if (trouble != trouble_ && !trouble.empty()) host::log(host::LogLevel::warning, "jwks-file: " + trouble);
  trouble_ = std::move(trouble);
}

}  // namespace signet::service
