#include "daemon/service/request_parser.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "proto/api.h"

namespace signet::service {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::iequals;
// string_view of Beast, which is not the standard's.
using Text = boost::beast::string_view;

constexpr std::uint32_t kMaxHeaderBytes = 8 * 1024;

std::string_view std_view(Text text) { return {text.data(), text.size()}; }

// Media ranges are compared by name alone: whoever lists application/jwt gets the bare token, whatever its weight.
bool names_jwt(std::string_view accept) {
  constexpr std::string_view kJwt = "application/jwt";
  for (std::size_t at = 0; at + kJwt.size() <= accept.size(); ++at) {
    if (iequals(Text(accept.data() + at, kJwt.size()), Text(kJwt.data(), kJwt.size()))) return true;
  }
  return false;
}

Error refusal(ErrorCode code, std::string_view message) { return Error{.code = code, .message = std::string(message)}; }

// Keeps the four fields we act on instead of all of them, as Beast's own message container would.
class Parser : public http::basic_parser<true> {
 public:
  Parser() {
    header_limit(kMaxHeaderBytes);
    body_limit(kMaxRequestBodyBytes);
    eager(true);
  }

  HttpRequest request{};
  std::optional<Error> failure{};
  bool expects_continue = false;
  bool body_started = false;

 private:
  void refuse(ErrorCode code, std::string_view message, error_code& ec) {
    failure = refusal(code, message);
    ec = http::error::bad_value;
  }

  void on_request_impl(http::verb verb, Text method, Text target, int version, error_code& ec) override {
    version_ = version;
    request.method = std_view(method);
    request.target = std_view(target);
    if (verb == http::verb::connect) refuse(ErrorCode::not_implemented, "this service is no proxy", ec);
  }

  void on_field_impl(http::field name, Text, Text value, error_code& ec) override {
    switch (name) {
      case http::field::host:
        ++hosts_;
        break;
      case http::field::accept:
        request.wants_bare_jwt = request.wants_bare_jwt || names_jwt(std_view(value));
        break;
      case http::field::expect:
        if (iequals(value, "100-continue")) expects_continue = true;
        break;
      case http::field::upgrade:
        refuse(ErrorCode::not_implemented, "this service speaks HTTP/1.1 only; send the request without Upgrade", ec);
        break;
      case http::field::transfer_encoding:
        on_transfer_encoding(value, ec);
        break;
      default:
        break;
    }
  }

  void on_response_impl(int, Text, int, error_code&) override {}  // this parser reads requests only

  // Two framings in one request are how requests are smuggled past a proxy (RFC 9112 section 6.1): none but plain
  // `chunked` passes.
  void on_transfer_encoding(Text value, error_code& ec) {
    if (version_ < 11) return refuse(ErrorCode::invalid_request, "Transfer-Encoding needs HTTP/1.1", ec);
    if (!iequals(value, "chunked")) {
      refuse(ErrorCode::not_implemented, "the only Transfer-Encoding this service knows is chunked", ec);
    }
  }

  void on_header_impl(error_code& ec) override {
    request.keep_alive = keep_alive();
    if (hosts_ > 1 || (version_ >= 11 && hosts_ == 0)) {
      refuse(ErrorCode::invalid_request, "an HTTP/1.1 request needs exactly one Host header field", ec);
    }
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
    if (length) request.body.reserve(static_cast<std::size_t>(*length));
  }
  std::size_t on_body_impl(Text body, error_code&) override {
    body_started = true;
    request.body.append(body.data(), body.size());
    return body.size();
  }
  void on_chunk_header_impl(std::uint64_t, Text, error_code&) override { body_started = true; }
  std::size_t on_chunk_body_impl(std::uint64_t, Text body, error_code& ec) override { return on_body_impl(body, ec); }
  void on_finish_impl(error_code&) override {}

  int version_ = 11;
  int hosts_ = 0;
};

Error failure_of(error_code ec) {
  if (ec == http::error::header_limit) return make_error(ErrorCode::headers_too_large);
  if (ec == http::error::body_limit) return make_error(ErrorCode::payload_too_large);
  return Error{.code = ErrorCode::invalid_request,
               .message = "this is not an HTTP/1.1 request; see RFC 9112",
               .detail = ec.message()};
}

}  // namespace

struct RequestParser::State {
  std::optional<Parser> parser{std::in_place};
  bool started = false;
};

RequestParser::RequestParser() : state_(std::make_unique<State>()) {}
RequestParser::~RequestParser() = default;

std::size_t RequestParser::feed(std::string_view octets) {
  Parser& parser = *state_->parser;
  std::size_t used = 0;
  while (used < octets.size() && !complete() && !parser.failure) {
    state_->started = true;
    error_code ec;
    const std::size_t step = parser.put(boost::asio::buffer(octets.substr(used)), ec);
    used += step;
    if (ec && ec != http::error::need_more && !parser.failure) parser.failure = failure_of(ec);
    if (ec == http::error::need_more && step == 0) break;
  }
  return used;
}

bool RequestParser::started() const { return state_->started; }
bool RequestParser::complete() const { return !state_->parser->failure && state_->parser->is_done(); }
bool RequestParser::body_is_awaited() const {
  const Parser& parser = *state_->parser;
  return parser.is_header_done() && parser.expects_continue && !parser.body_started && !parser.is_done();
}
const std::optional<Error>& RequestParser::failure() const { return state_->parser->failure; }
HttpRequest& RequestParser::request() { return state_->parser->request; }

void RequestParser::start_next() {
  state_->parser.emplace();
  state_->started = false;
}

}  // namespace signet::service
