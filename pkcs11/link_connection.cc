#include "pkcs11/link_connection.h"

#include <vector>

#include <fmt/format.h>

#include "host/log.h"
#include "pkcs11/link_messages.h"
#include "proto/frame.h"
#include "proto/token.pb.h"

namespace signet::pkcs11 {
namespace {

std::vector<std::string> texts_of(const google::protobuf::RepeatedPtrField<std::string>& field) {
  return {field.begin(), field.end()};
}

/// DescribeRequest and RefreshRequest have the same fields. Gives the objects that are named.
template <class Call>
std::vector<std::string> note_wanted(const Call& call, TokenService& service) {
  std::vector<std::string> objects = texts_of(call.object());
  if (!objects.empty()) service.want(objects, texts_of(call.unprobed()));
  return objects;
}

}  // namespace

LinkConnection::LinkConnection(host::FileDescriptor socket, TokenService& service,
                               std::chrono::milliseconds call_timeout)
    : stream_(std::move(socket)), service_(service), call_timeout_(call_timeout) {}

void LinkConnection::serve() {
  for (;;) {
    auto frame = stream_.read(kMaxRequestFrameBytes);
    if (!frame) return host::log_failure(host::LogLevel::warning, "a connection to the link is closed", frame.error());
    if (!*frame || answer(**frame) == Next::close) return;
  }
}

LinkConnection::Next LinkConnection::answer(std::string_view frame) {
  link::Request request;
  link::Reply reply;
  if (!request.ParseFromArray(frame.data(), static_cast<int>(frame.size()))) {
    refuse({RefusalReason::bad_request, "the frame does not hold a request of the token link"}, reply);
    send(reply);
    return Next::close;
  }
  reply.set_id(request.id());
  const Next next = greeted_ ? answer_call(request, reply) : answer_hello(request, reply);
  return send(reply) ? next : Next::close;
}

LinkConnection::Next LinkConnection::answer_hello(const link::Request& request, link::Reply& reply) {
  if (!request.has_hello()) {
    refuse({RefusalReason::bad_request, "the first call on a connection must be hello"}, reply);
    return Next::close;
  }
  const link::Hello& hello = request.hello();
  if (hello.min_version() > kLinkVersion || hello.max_version() < kLinkVersion) {
    refuse(
        {RefusalReason::version_unsupported,
         fmt::format("this signet-token speaks version {} of the token link; install matching packages", kLinkVersion)},
        reply);
    return Next::close;
  }
  greeted_ = true;
  reply.mutable_hello()->set_version(kLinkVersion);
  reply.mutable_hello()->set_program("signet-token " SIGNET_VERSION);
  return Next::go_on;
}

LinkConnection::Next LinkConnection::answer_call(const link::Request& request, link::Reply& reply) {
  switch (request.call_case()) {
    case link::Request::kSign:
      sign(request, reply);
      return Next::go_on;
    case link::Request::kDescribe:
      describe(request, reply);
      return Next::go_on;
    case link::Request::kRefresh:
      refresh(request, reply);
      return Next::go_on;
    case link::Request::kHello:
      refuse({RefusalReason::bad_request, "hello comes once, at the beginning of a connection"}, reply);
      return Next::close;
    case link::Request::CALL_NOT_SET:
      break;
  }
  // A call that a newer client may know: the connection stays usable for those we know.
  refuse({RefusalReason::bad_request, "this signet-token does not know the call; install matching packages"}, reply);
  return Next::go_on;
}

void LinkConnection::describe(const link::Request& request, link::Reply& reply) {
  write(service_.describe(note_wanted(request.describe(), service_)), *reply.mutable_description());
}

void LinkConnection::refresh(const link::Request& request, link::Reply& reply) {
  const auto refreshed = service_.refresh(deadline_of(0, call_timeout_));
  // What the token's state is, describe says better than a failure.
  if (!refreshed && refreshed.error().reason == RefusalReason::busy) return refuse(refreshed.error(), reply);
  write(service_.describe(note_wanted(request.refresh(), service_)), *reply.mutable_description());
}

void LinkConnection::sign(const link::Request& request, link::Reply& reply) {
  const auto order = read_sign_request(request.sign(), call_timeout_);
  if (!order) return refuse(order.error(), reply);
  auto signature = service_.sign(*order);
  if (!signature) return refuse(signature.error(), reply);
  write(std::move(*signature), *reply.mutable_signature());
}

void LinkConnection::refuse(const Refusal& refusal, link::Reply& reply) {
  const std::string detail = refusal.detail.empty() ? "" : " (" + refusal.detail + ")";
  // Whoever asks for too much must not fill the journal with it; max-rate tells of itself once a minute.
  if (refusal.reason != RefusalReason::rate_exceeded)
    host::log(host::LogLevel::warning, "refused: " + refusal.message + detail);
  write(refusal, service_.state(), *reply.mutable_failure());
}

bool LinkConnection::send(const link::Reply& reply) {
  payload_.clear();
  if (!reply.SerializeToString(&payload_)) return false;
  return stream_.write(payload_).has_value();
}

}  // namespace signet::pkcs11
