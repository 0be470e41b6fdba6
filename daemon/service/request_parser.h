#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include "daemon/service/http_message.h"
#include "proto/error.h"

namespace signet::service {

/// Reads HTTP/1.1 requests (RFC 9112) one after another from whatever pieces arrive, on Beast's parser. Limits: header
/// 8 KiB, body kMaxRequestBodyBytes. No I/O; one connection, one thread.
class RequestParser {
 public:
  RequestParser();
  ~RequestParser();

  /// Takes octets and gives how many it used; the rest must be given again, with more behind it. After complete() or
  /// failure() it takes nothing until start_next().
  std::size_t feed(std::string_view octets);

  bool started() const;  ///< some octet of the current request has arrived
  bool complete() const;
  bool body_is_awaited()
      const;  ///< the header asked for 100 Continue (RFC 9110 section 10.1.1) and no body octet came yet
  /// invalid_request, headers_too_large, payload_too_large or not_implemented: answer it and close.
  const std::optional<Error>& failure() const;

  HttpRequest& request();
  void start_next();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace signet::service
