#include "daemon/rules/audit_chain.h"

#include <charconv>

#include <fmt/format.h>

#include "proto/bytes.h"

namespace signet::rules {
namespace {

Unexpected<Error> not_a_head() {
  return Unexpected(
      Error{ErrorCode::bad_input, "is no head of an audit log; write its number, a colon and 64 hexadecimal digits"});
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

ChainHead next_head(const ChainHead& head, std::string_view line) { return {head.seq + 1, sha256(bytes_of(line))}; }

std::string to_string(const ChainHead& head) { return fmt::format("{}:{}", head.seq, hex(head.digest)); }

Result<ChainHead> parse_chain_head(std::string_view text) {
  ChainHead head;
  const auto colon = text.find(':');
  if (colon == text.npos || text.size() - colon - 1 != 2 * head.digest.size()) return not_a_head();
  const auto [end, error] = std::from_chars(text.data(), text.data() + colon, head.seq);
  if (error != std::errc() || end != text.data() + colon) return not_a_head();
  const auto digits = text.substr(colon + 1);
  for (std::size_t i = 0; i < head.digest.size(); ++i) {
    const int high = hex_value(digits[2 * i]);
    const int low = hex_value(digits[2 * i + 1]);
    if (high < 0 || low < 0) return not_a_head();
    head.digest[i] = static_cast<std::byte>(high * 16 + low);
  }
  return head;
}

}  // namespace signet::rules
