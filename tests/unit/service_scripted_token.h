#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "host/file_descriptor.h"
#include "proto/token.pb.h"

namespace signet::test {

/// The service's side of one connection of the token link, as a script drives it. Blocking.
class TokenSide {
 public:
  explicit TokenSide(int fd) : fd_(fd) {}

  /// Nothing once the client has closed.
  std::optional<link::Request> read();
  void send(const link::Reply& reply);
  void send_octets(std::string_view octets);

  /// Answers Hello, then describes the token once.
  void greet(link::State state = link::READY);
  void answer_hello(std::uint32_t version);
  void answer_describe(link::State state);
  /// Reads up to the next request for a signature, describing the token as ready in between.
  link::Request read_sign();
  void answer_sign(const link::Request& request);
  void fail(const link::Request& request, link::FailureCode code, link::State state = link::READY);
  /// Answers everything until the client closes.
  void serve();

 private:
  bool read_exactly(char* to, std::size_t octets);
  void describe(const link::Request& request, link::State state);

  int fd_;
};

/// A signet-token that does what a test writes down: the first connection gets the first script, and so on; the last
/// one serves all that follow. Scripts run on threads of their own and end before this does.
class ScriptedToken {
 public:
  using Script = std::function<void(TokenSide&)>;

  ScriptedToken(const std::string& path, std::vector<Script> scripts);
  ~ScriptedToken();

  int connections() const { return connections_; }
  static void serve(TokenSide& side);  ///< the script of a service that does its work

 private:
  void accept_all();

  std::vector<Script> scripts_;
  host::FileDescriptor listener_;
  std::atomic<int> connections_ = 0;
  std::vector<host::FileDescriptor> accepted_;
  std::vector<std::jthread> scripts_running_;
  std::jthread acceptor_;
};

/// What the scripted token signs with.
std::string scripted_signature(std::string_view message);

}  // namespace signet::test
