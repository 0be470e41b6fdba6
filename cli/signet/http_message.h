#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace signet::cli {

struct HttpRequest {
  std::string method = "GET";
  std::string target;
  std::string accept = "application/json";
  std::string body{};      ///< JSON; sent with POST only
  bool may_repeat = true;  ///< sent once more where the connection is cut
};

struct HttpAnswer {
  int status = 0;
  std::string content_type{};
  std::string body{};
  std::optional<std::chrono::seconds> retry_after{};  ///< delay form of RFC 9110 section 10.2.3
};

/// The octets of a request with `Connection: close`. Any thread.
std::string serialise(const HttpRequest& request);

/// Reads one answer as it arrives, with Beast's parser. Its length must be stated (Content-Length or chunked), because
/// an answer that ends with the connection cannot be told from one that was cut. One thread.
class AnswerReader {
 public:
  enum class State { more, complete, malformed };

  AnswerReader();
  ~AnswerReader();
  AnswerReader(const AnswerReader&) = delete;
  AnswerReader& operator=(const AnswerReader&) = delete;

  /// Takes the next octets. malformed: not HTTP, a header block above 16 KiB, a body above 16 MiB, or no stated length.
  State feed(std::string_view octets);
  /// Once feed has said complete.
  HttpAnswer take();

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace signet::cli
