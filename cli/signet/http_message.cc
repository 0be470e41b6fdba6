#include "cli/signet/http_message.h"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <fmt/format.h>

#include "proto/config_values.h"

namespace signet::cli {
namespace {

namespace http = boost::beast::http;

constexpr std::uint32_t kMaxHeaderBytes = 16 * 1024;
constexpr std::uint64_t kMaxBodyBytes = std::uint64_t{16} * 1024 * 1024;
constexpr std::int64_t kLongestRetryAfter = 86400;

std::optional<std::chrono::seconds> retry_after(const http::response<http::string_body>& answer) {
  const auto seconds = parse_integer(std::string_view(answer[http::field::retry_after]), 0, kLongestRetryAfter);
  if (!seconds) return std::nullopt;
  return std::chrono::seconds(*seconds);
}

}  // namespace

std::string serialise(const HttpRequest& request) {
  auto head = fmt::format("{} {} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: signet/" SIGNET_VERSION
                          "\r\nAccept: {}\r\nConnection: close\r\n",
                          request.method, request.target, request.accept);
  if (request.method == "POST") {
    head += fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n", request.body.size());
  }
  return head + "\r\n" + request.body;
}

struct AnswerReader::Parser {
  http::response_parser<http::string_body> parser;
  std::string pending;  // what the parser could not yet use: it wants a header line whole

  State feed(std::string_view octets);
  State after_step(const boost::beast::error_code& error);
};

AnswerReader::AnswerReader() : parser_(std::make_unique<Parser>()) {
  parser_->parser.eager(true);
  parser_->parser.header_limit(kMaxHeaderBytes);
  parser_->parser.body_limit(kMaxBodyBytes);
}
AnswerReader::~AnswerReader() = default;

AnswerReader::State AnswerReader::Parser::after_step(const boost::beast::error_code& error) {
  if (error && error != http::error::need_more) return State::malformed;
  if (!parser.is_header_done()) return State::more;
  if (parser.need_eof() || parser.get().result_int() < 200) return State::malformed;
  return parser.is_done() ? State::complete : State::more;
}

AnswerReader::State AnswerReader::Parser::feed(std::string_view octets) {
  pending += octets;
  while (!pending.empty()) {
    boost::beast::error_code error;
    const auto used = parser.put(boost::asio::buffer(pending), error);
    pending.erase(0, used);
    if (const auto state = after_step(error); state != State::more) return state;
    if (error == http::error::need_more || used == 0) break;
  }
  return State::more;
}

AnswerReader::State AnswerReader::feed(std::string_view octets) { return parser_->feed(octets); }

HttpAnswer AnswerReader::take() {
  auto answer = parser_->parser.release();
  return {.status = static_cast<int>(answer.result_int()),
          .content_type = std::string(answer[http::field::content_type]),
          .body = std::move(answer.body()),
          .retry_after = retry_after(answer)};
}

}  // namespace signet::cli
