#include "daemon/service/pins.h"

#include <algorithm>

#include <fmt/format.h>

#include "daemon/service/durable_file.h"
#include "daemon/service/state_files.h"

namespace signet::service {
namespace {

constexpr std::string_view kPrefix = "sha256:";

std::optional<std::byte> octet_of(char high, char low) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const std::size_t h = kDigits.find(high);
  const std::size_t l = kDigits.find(low);
  if (h == std::string_view::npos || l == std::string_view::npos) return std::nullopt;
  return static_cast<std::byte>(h * 16 + l);
}

// "sha256:" and 64 lower-case hex digits, as PublicKey::pin() writes them, and one line feed.
std::optional<Sha256Digest> parse_record(std::string_view text) {
  Sha256Digest digest{};
  if (!text.starts_with(kPrefix)) return std::nullopt;
  text.remove_prefix(kPrefix.size());
  if (text.size() != 2 * digest.size() + 1 || text.back() != '\n') return std::nullopt;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    const std::optional<std::byte> octet = octet_of(text[2 * i], text[2 * i + 1]);
    if (!octet) return std::nullopt;
    digest[i] = *octet;
  }
  return digest;
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
