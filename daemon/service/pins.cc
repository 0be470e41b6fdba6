#include "daemon/service/pins.h"

#include <fmt/format.h>

#include "daemon/service/durable_file.h"
#include "daemon/service/state_files.h"
#include "host/log.h"
#include "proto/sha256_text.h"

namespace signet::service {
namespace {

constexpr std::string_view kPrefix = "sha256:";

// "sha256:" and 64 lower-case hex digits, as PublicKey::pin() writes them, and one line feed.
std::optional<Sha256Digest> parse_record(std::string_view text) {
  if (!text.starts_with(kPrefix) || !text.ends_with('\n')) return std::nullopt;
  text.remove_prefix(kPrefix.size());
  text.remove_suffix(1);
  return sha256_from_hex(text);
}

}  // namespace

Result<void> Pins::load() {
  SIGNET_TRY_ASSIGN(const auto files, read_state_files(directory_));
  pins_.clear();
  for (const auto& [key, text] : files) {
    const std::optional<Sha256Digest> digest = parse_record(text);
    if (!digest)
      host::log(host::LogLevel::error,
                fmt::format("{}/{}: is damaged, not \"sha256:\" and 64 hex digits; remove it and "
                            "reload, and the key that is then on the token is taken",
                            directory_, key));
    pins_.emplace(key, digest);
  }
  return {};
}

std::optional<Sha256Digest> Pins::find(std::string_view key) const {
  const auto found = pins_.find(key);
  if (found == pins_.end()) return std::nullopt;
  return found->second;
}

bool Pins::is_damaged(std::string_view key) const {
  const auto found = pins_.find(key);
  return found != pins_.end() && !found->second;
}

Result<void> Pins::record(const std::string& key, const Sha256Digest& spki_sha256) {
  SIGNET_TRY(write_durably(directory_ + "/" + key, fmt::format("{}{}\n", kPrefix, hex(spki_sha256))));
  pins_.insert_or_assign(key, spki_sha256);
  return {};
}

}  // namespace signet::service
