#pragma once

#include <chrono>
#include <string>

#include "pkcs11/frame_stream.h"
#include "pkcs11/token_service.h"

namespace signet::link {
class Hello;
class Reply;
class Request;
}  // namespace signet::link

namespace signet::pkcs11 {

/// One client of the link, served by one thread from Hello to the end: a frame in, a frame out, in order. The client's
/// next frame may already be on its way.
class LinkConnection {
 public:
  /// `service` outlives the connection. `call_timeout` stands in where a request has no deadline of its own.
  LinkConnection(host::FileDescriptor socket, TokenService& service, std::chrono::milliseconds call_timeout);

  /// Until the peer leaves, breaks the protocol, or stop_reading is called and what was received is answered. Blocks.
  void serve();
  /// Any thread.
  void stop_reading() { stream_.stop_reading(); }

 private:
  enum class Next { go_on, close };
  Next answer(std::string_view frame);
  Next answer_hello(const link::Request& request, link::Reply& reply);
  Next answer_call(const link::Request& request, link::Reply& reply);
  void describe(const link::Request& request, link::Reply& reply);
  void refresh(const link::Request& request, link::Reply& reply);
  void sign(const link::Request& request, link::Reply& reply);
  void refuse(const Refusal& refusal, link::Reply& reply);
  bool send(const link::Reply& reply);

  FrameStream stream_;
  TokenService& service_;
  const std::chrono::milliseconds call_timeout_;
  bool greeted_ = false;
  std::string payload_;
};

}  // namespace signet::pkcs11
