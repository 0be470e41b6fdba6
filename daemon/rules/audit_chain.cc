#include "daemon/rules/audit_chain.h"

#include <charconv>

#include <fmt/format.h>

#include "proto/sha256_text.h"

namespace signet::rules {
namespace {

Unexpected<Error> not_a_head() {
  return Unexpected(
      Error{ErrorCode::bad_input, "is no head of an audit log; write its number, a colon and 64 hexadecimal digits"});
}

constexpr std::string_view kBeforeSeq = R"({"seq":)";
constexpr std::string_view kBeforePrev = R"(,"prev":")";
constexpr std::string_view kAfterPrev = R"("})";
constexpr std::size_t kHexDigits = 2 * sizeof(Sha256Digest);

}  // namespace

std::string chain_line(const ChainHead& head, std::string_view members) {
  return fmt::format("{}{},{}{}{}{}", kBeforeSeq, head.seq + 1, members, kBeforePrev, hex(head.digest), kAfterPrev);
}

std::optional<ChainLink> chain_link(std::string_view line) {
  constexpr std::size_t kEnd = kBeforePrev.size() + kHexDigits + kAfterPrev.size();
  if (line.size() < kBeforeSeq.size() + kEnd || !line.starts_with(kBeforeSeq)) return std::nullopt;
  const std::string_view end = line.substr(line.size() - kEnd);
  const auto prev = sha256_from_hex(end.substr(kBeforePrev.size(), kHexDigits));
  if (!prev || !end.starts_with(kBeforePrev) || !end.ends_with(kAfterPrev)) return std::nullopt;
  ChainLink link{.prev = *prev};
  const std::string_view number = line.substr(kBeforeSeq.size(), line.size() - kBeforeSeq.size() - kEnd);
  const auto [after, error] = std::from_chars(number.data(), number.data() + number.size(), link.seq);
  if (error != std::errc() || after == number.data() + number.size() || *after != ',' || link.seq == 0)
    return std::nullopt;
  return link;
}

ChainHead next_head(const ChainHead& head, std::string_view line) { return {head.seq + 1, sha256(bytes_of(line))}; }

std::string to_string(const ChainHead& head) { return fmt::format("{}:{}", head.seq, hex(head.digest)); }

Result<ChainHead> parse_chain_head(std::string_view text) {
  ChainHead head;
  const auto colon = text.find(':');
  if (colon == text.npos) return not_a_head();
  const auto [end, error] = std::from_chars(text.data(), text.data() + colon, head.seq);
  if (error != std::errc() || end != text.data() + colon) return not_a_head();
  const auto digest = sha256_from_hex(text.substr(colon + 1));
  if (!digest) return not_a_head();
  head.digest = *digest;
  return head;
}

}  // namespace signet::rules
