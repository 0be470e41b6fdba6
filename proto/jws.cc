#include "proto/jws.h"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "proto/base64url.h"
#include "proto/json.h"

namespace signet {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxSigningInputBytes = 64UL * 1024;

Unexpected<Error> refuse(std::string rule) {
  return Unexpected(Error{.code = ErrorCode::bad_input, .message = std::move(rule)});
}

Result<std::string> decode_part(std::string_view part, std::string_view part_name) {
  const Result<Bytes> octets_of_part = base64url_decode(part);
  if (!octets_of_part) return refuse("the JWS " + std::string(part_name) + " is not strict base64url without padding");
  return std::string(text_of(*octets_of_part));
}

// A member's name of a payload may be a secret of its caller, so the parser's message with its path is left out.
Result<json::object> decode_object(std::string_view part, std::string_view part_name) {
  SIGNET_TRY_ASSIGN(const std::string text, decode_part(part, part_name));
  Result<json::value> value = parse_json(text, {.max_bytes = kMaxSigningInputBytes});
  if (!value || !value->is_object()) {
    return refuse("the JWS " + std::string(part_name) + " is not a JSON object without duplicate members");
  }
  return std::move(value->get_object());
}

Result<void> check_header(const json::object& header, Algorithm algorithm) {
  if (header.contains("crit")) return refuse("the JWS header has a crit member, which is never signed");
  if (header.contains("b64")) return refuse("the JWS header has a b64 member, which is never signed");
  const json::value* alg = header.if_contains("alg");
  if (alg == nullptr || !alg->is_string() || std::string_view(alg->get_string()) != jose_name(algorithm)) {
    return refuse("the JWS header's alg is not the algorithm that was asked for");
  }
  return {};
}

}  // namespace

std::string jws_signing_input(std::string_view header_json, std::string_view payload_json) {
  std::string input = base64url_encode(bytes_of(header_json));
  input += '.';
  input += base64url_encode(bytes_of(payload_json));
  return input;
}

std::string jws_compact(std::string_view signing_input, BytesView signature) {
  std::string compact(signing_input);
  compact += '.';
  compact += base64url_encode(signature);
  return compact;
}

Result<void> check_signing_input(std::string_view message, Algorithm algorithm) {
  if (message.size() > kMaxSigningInputBytes) return refuse("the JWS signing input is longer than 64 KiB");
  const std::size_t dot = message.find('.');
  if (dot == std::string_view::npos || message.find('.', dot + 1) != std::string_view::npos) {
    return refuse("a JWS signing input has exactly one dot");
  }
  SIGNET_TRY_ASSIGN(const json::object header, decode_object(message.substr(0, dot), "header"));
  SIGNET_TRY(check_header(header, algorithm));
  SIGNET_TRY(decode_object(message.substr(dot + 1), "payload"));
  return {};
}

Result<JwsParts> parse_compact_jws(std::string_view compact) {
  const std::size_t first = compact.find('.');
  const std::size_t last = compact.rfind('.');
  if (first == std::string_view::npos || first == last || compact.find('.', first + 1) != last) {
    return refuse("a compact JWS has exactly two dots");
  }
  JwsParts parts;
  parts.signing_input = compact.substr(0, last);
  SIGNET_TRY_ASSIGN(parts.header_json, decode_part(compact.substr(0, first), "header"));
  SIGNET_TRY_ASSIGN(parts.payload_json, decode_part(compact.substr(first + 1, last - first - 1), "payload"));
  Result<Bytes> signature = base64url_decode(compact.substr(last + 1));
  if (!signature) return refuse("the JWS signature is not strict base64url without padding");
  parts.signature = std::move(*signature);
  return parts;
}

}  // namespace signet
