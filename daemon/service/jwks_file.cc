#include "daemon/service/jwks_file.h"

#include <algorithm>
#include <sys/stat.h>

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

std::string shared_kid_text(const std::string& kid) {
  return fmt::format("several published keys have the kid {}; give one another key-id, or write publish = no", kid);
}

void JwksFile::follow() {
  const auto published = rules::published_keys(*state_.configuration, state_.live, wall_now());
  tell_shared(rules::shared_kids(published));
  const auto& path = state_.configuration->daemon.jwks_file;
  if (!path) return note({});
  const auto awaited = rules::awaited_keys(*state_.configuration, state_.live, wall_now());
  if (!awaited.empty()) return note(fmt::format("waits until the tokens have shown: {}", fmt::join(awaited, ", ")));
  const Result<void> written = write(*path, write_jwks(published));
  note(written ? std::string() : written.error().detail);
}

std::optional<JwksFile::Left> JwksFile::left_at(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  constexpr std::int64_t kNanoseconds = 1'000'000'000;
  return Left{status.st_ino, status.st_size, status.st_ctim.tv_sec * kNanoseconds + status.st_ctim.tv_nsec};
}

// Another's hand, or a mistaken copy, must not stand until the next change of a key.
void JwksFile::look_at(const std::string& path) {
  const auto now = left_at(path);
  if (path == path_ && now == left_) return;
  const Result<std::string> found = host::read_file(path, kMostOctets);
  const auto content = found ? std::optional(*found) : std::nullopt;
  if (path == path_ && content != content_)
    host::log(host::LogLevel::warning, fmt::format("jwks-file {}: somebody else has changed or removed it", path));
  path_ = path;
  content_ = content;
  left_ = now;
}

Result<void> JwksFile::write(const std::string& path, const std::string& fresh) {
  look_at(path);
  if (content_ == fresh) return {};
  SIGNET_TRY(write_durably(path, fresh, kReadableByAll));
  content_ = fresh;
  left_ = left_at(path);
  host::log(host::LogLevel::notice, fmt::format("jwks-file {}: written", path));
  return {};
}

void JwksFile::tell_shared(std::vector<std::string> kids) {
  for (const std::string& kid : kids)
    if (std::ranges::find(shared_kids_, kid) == shared_kids_.end())
      host::log(host::LogLevel::warning, "publish: " + shared_kid_text(kid));
  shared_kids_ = std::move(kids);
}

void JwksFile::note(std::string trouble) {
  if (trouble != trouble_ && !trouble.empty()) host::log(host::LogLevel::warning, "jwks-file: " + trouble);
  trouble_ = std::move(trouble);
}

}  // namespace signet::service
