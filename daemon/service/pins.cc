#include "daemon/service/pins.h"

#include <fmt/format.h>

#include "daemon/service/durable_file.h"
#include "daemon/service/state_files.h"
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
  std::map<std::string, Sha256Digest, std::less<>> pins;
  for (const auto& [key, text] : files) {
    const std::optional<Sha256Digest> digest = parse_record(text);
    if (!digest) {
      return Unexpected(Error{ErrorCode::bad_configuration, "a record of a key's first use is damaged; see the log",
                              fmt::format("{}/{}: not \"sha256:\" and 64 hex digits", directory_, key)});
    }
    pins.emplace(key, *digest);
  }
  pins_ = std::move(pins);
  return {};
}

std::optional<Sha256Digest> Pins::find(std::string_view key) const {
  const auto found = pins_.find(key);
  if (found == pins_.end()) return std::nullopt;
  return found->second;
}

Result<void> Pins::record(const std::string& key, const Sha256Digest& spki_sha256) {
  SIGNET_TRY(write_durably(directory_ + "/" + key, fmt::format("{}{}\n", kPrefix, hex(spki_sha256))));
  pins_.insert_or_assign(key, spki_sha256);
  return {};
}

}  // namespace signet::service
