#include "proto/json.h"

#include <cmath>
#include <new>
#include <set>
#include <string>
#include <vector>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>
#include <fmt/format.h>

#include "proto/json_path.h"
#include "proto/utf8.h"

namespace signet {
namespace {

namespace json = boost::json;
using boost::system::error_code;

constexpr const char* kIntegerRange = "is an integer outside -9223372036854775808 to 9223372036854775807";

// Builds a value from the parser's events, as boost::json's own handler does, and refuses what that one lets pass. The
// names in this class are those that boost::json::basic_parser asks of its handler.
class StrictHandler {
 public:
  static constexpr std::size_t max_object_size = json::object::max_size();
  static constexpr std::size_t max_array_size = json::array::max_size();
  static constexpr std::size_t max_key_size = json::string::max_size();
  static constexpr std::size_t max_string_size = json::string::max_size();

  StrictHandler() { values_.reset(); }

  json::value release() { return values_.release(); }
  /// What this handler refused; empty where the parser itself stopped.
  const std::string& refusal() const { return refusal_; }
  /// Of the value that is being read, or was read last.
  std::string path() const;

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) { return open(Container{.is_object = true}); }
  bool on_object_end(std::size_t count, error_code&);
  bool on_array_begin(error_code&) { return open(Container{.is_object = false}); }
  bool on_array_end(std::size_t count, error_code&);
  bool on_key_part(json::string_view part, std::size_t, error_code&) { return collect(part); }
  bool on_key(json::string_view last_part, std::size_t, error_code& ec);
  bool on_string_part(json::string_view part, std::size_t, error_code&) { return collect(part); }
  bool on_string(json::string_view last_part, std::size_t, error_code&);
  bool on_number_part(json::string_view part, error_code&) { return collect(part); }
  bool on_int64(std::int64_t number, json::string_view, error_code&);
  bool on_uint64(std::uint64_t, json::string_view, error_code& ec);
  bool on_double(double number, json::string_view last_part, error_code& ec);
  bool on_bool(bool value, error_code&);
  bool on_null(error_code&);
  bool on_comment_part(json::string_view, error_code&) { return true; }
  bool on_comment(json::string_view, error_code&) { return true; }

 private:
  struct Container {
    bool is_object;
    std::set<std::string> names{};      // of an object's members so far
    const std::string* name = nullptr;  // of the member being read
    std::size_t elements = 0;           // of an array, begun so far
  };

  bool open(Container container);
  bool refuse(std::string what, error_code& ec);
  void begin_value();
  bool collect(json::string_view part);
  std::string take_collected(json::string_view last_part);

  json::value_stack values_;
  std::vector<Container> open_;
  std::string collected_;  // the parts of a key, string or number that escapes have cut up
  std::string refusal_;
};

std::string StrictHandler::path() const {
  std::string path(kJsonRoot);
  for (const Container& container : open_) {
    if (container.is_object && container.name != nullptr) path = json_path_member(path, *container.name);
    if (!container.is_object && container.elements > 0) path = json_path_element(path, container.elements - 1);
  }
  return path;
}

bool StrictHandler::open(Container container) {
  begin_value();
  open_.push_back(std::move(container));
  return true;
}

bool StrictHandler::refuse(std::string what, error_code& ec) {
  refusal_ = std::move(what);
  ec = json::make_error_code(json::error::exception);
  return false;
}

void StrictHandler::begin_value() {
  if (!open_.empty() && !open_.back().is_object) ++open_.back().elements;
}

bool StrictHandler::collect(json::string_view part) {
  collected_.append(part.data(), part.size());
  return true;
}

std::string StrictHandler::take_collected(json::string_view last_part) {
  collect(last_part);
  return std::exchange(collected_, {});
}

bool StrictHandler::on_object_end(std::size_t count, error_code&) {
  open_.pop_back();
  values_.push_object(count);
  return true;
}

bool StrictHandler::on_array_end(std::size_t count, error_code&) {
  open_.pop_back();
  values_.push_array(count);
  return true;
}

bool StrictHandler::on_key(json::string_view last_part, std::size_t, error_code& ec) {
  Container& object = open_.back();
  const auto [name, is_new] = object.names.insert(take_collected(last_part));
  object.name = &*name;
  if (!is_new) return refuse("stands there twice; name each member once", ec);
  values_.push_key(*name);
  return true;
}

bool StrictHandler::on_string(json::string_view last_part, std::size_t, error_code&) {
  begin_value();
  values_.push_string(take_collected(last_part));
  return true;
}

bool StrictHandler::on_int64(std::int64_t number, json::string_view, error_code&) {
  begin_value();
  collected_.clear();
  values_.push_int64(number);
  return true;
}

bool StrictHandler::on_uint64(std::uint64_t, json::string_view, error_code& ec) {
  begin_value();
  return refuse(kIntegerRange, ec);
}

bool StrictHandler::on_double(double number, json::string_view last_part, error_code& ec) {
  begin_value();
  // Integers too large for 64 bits arrive here, silently rounded; only their text still tells.
  const std::string text = take_collected(last_part);
  if (text.find_first_of(".eE") == std::string::npos) return refuse(kIntegerRange, ec);
  if (!std::isfinite(number)) return refuse("is a number too large", ec);
  values_.push_double(number);
  return true;
}

bool StrictHandler::on_bool(bool value, error_code&) {
  begin_value();
  values_.push_bool(value);
  return true;
}

bool StrictHandler::on_null(error_code&) {
  begin_value();
  values_.push_null();
  return true;
}

using Parser = json::basic_parser<StrictHandler>;

json::parse_options options_for(const JsonLimits& limits) {
  json::parse_options options;
  options.max_depth = limits.max_depth;
  return options;
}

Unexpected<Error> refuse(std::string_view path, std::string_view what) {
  return Unexpected(Error{.code = ErrorCode::invalid_request, .message = fmt::format("{} {}", path, what)});
}

std::string describe(const error_code& ec, std::size_t octet, std::string_view text, const JsonLimits& limits) {
  if (ec == json::error::too_deep) return fmt::format("is nested deeper than {} levels", limits.max_depth);
  if (!is_utf8(text)) return "holds octets that are not UTF-8";
  if (ec == json::error::incomplete) return "is not complete: the JSON text ends too early";
  return fmt::format("is not valid JSON ({} at octet {})", ec.message(), octet);
}

Result<json::value> parse(std::string_view text, const JsonLimits& limits) {
  Parser parser(options_for(limits));
  error_code ec;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), ec);
  const StrictHandler& handler = parser.handler();
  if (!handler.refusal().empty()) return refuse(handler.path(), handler.refusal());
  if (ec) return refuse(handler.path(), describe(ec, read, text, limits));
  if (read != text.size()) return refuse(kJsonRoot, "is followed by more text; send one JSON value");
  return parser.handler().release();
}

}  // namespace

Result<json::value> parse_json(std::string_view text, JsonLimits limits) {
  if (text.size() > limits.max_bytes) {
    return refuse(kJsonRoot, fmt::format("is longer than {} octets", limits.max_bytes));
  }
  try {
    return parse(text, limits);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& exception) {
    // boost::json throws length errors for sizes that the limit of octets keeps out of reach.
    return Unexpected(make_error(ErrorCode::internal, exception.what()));
  }
}

}  // namespace signet
