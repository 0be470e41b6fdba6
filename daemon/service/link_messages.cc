#include "daemon/service/link_messages.h"

#include <algorithm>

#include "proto/frame.h"
#include "proto/token.pb.h"

namespace signet::service {
namespace {

std::string frame_of(const link::Request& request) {
  std::string frame(kFrameHeaderBytes, '\0');
  request.AppendToString(&frame);
  const FrameHeader header = encode_frame_header(frame.size() - kFrameHeaderBytes);
  std::ranges::copy(text_of(header), frame.begin());
  return frame;
}

TokenState state_of(link::State state) {
  switch (state) {
    case link::OPENING:
      return TokenState::opening;
    case link::READY:
      return TokenState::ready;
    case link::DEGRADED:
      return TokenState::degraded;
    case link::ABSENT:
      return TokenState::absent;
    case link::PIN_REFUSED:
      return TokenState::pin_refused;
    case link::MISCONFIGURED:
      return TokenState::misconfigured;
    default:
      return TokenState::unreachable;
  }
}

LinkFailureCode failure_code_of(link::FailureCode code) {
  switch (code) {
    case link::VERSION_UNSUPPORTED:
      return LinkFailureCode::version_unsupported;
    case link::BAD_REQUEST:
      return LinkFailureCode::bad_request;
    case link::TOKEN_OPENING:
      return LinkFailureCode::token_opening;
    case link::TOKEN_UNAVAILABLE:
      return LinkFailureCode::token_unavailable;
    case link::NO_SUCH_KEY:
      return LinkFailureCode::no_such_key;
    case link::KEY_REFUSED:
      return LinkFailureCode::key_refused;
    case link::KEY_CHANGED:
      return LinkFailureCode::key_changed;
    case link::MESSAGE_REFUSED:
      return LinkFailureCode::message_refused;
    case link::BUSY:
      return LinkFailureCode::busy;
    case link::SIGNATURE_BAD:
      return LinkFailureCode::signature_bad;
    case link::TOKEN_FAILED:
      return LinkFailureCode::token_failed;
    case link::RATE_EXCEEDED:
      return LinkFailureCode::rate_exceeded;
    case link::RECORD_UNAVAILABLE:
      return LinkFailureCode::record_unavailable;
    default:
      return LinkFailureCode::unspecified;
  }
}

KeyDescription key_of(const link::Key& key) {
  return {.object = key.object(),
          .usable = key.usable(),
          .message = key.message(),
          .spki = to_bytes(key.spki()),
          .algorithms = {key.alg().begin(), key.alg().end()},
          .certificate = to_bytes(key.certificate())};
}

TokenDescription description_of(const link::Description& from) {
  TokenDescription description{
      .state = state_of(from.state()), .message = from.message(), .since = from.since(), .keys = {}};
  description.keys.reserve(static_cast<std::size_t>(from.key_size()));
  for (const link::Key& key : from.key()) description.keys.push_back(key_of(key));
  return description;
}

/// DescribeRequest and RefreshRequest have the same fields.
template <class Request>
void write(const WantedKeys& keys, Request& out) {
  out.mutable_object()->Assign(keys.objects.begin(), keys.objects.end());
  out.mutable_unprobed()->Assign(keys.unprobed.begin(), keys.unprobed.end());
}

Unexpected<Error> not_a_reply(std::string detail) {
  return Unexpected(Error{ErrorCode::bad_input, "the token service answered with something that is not of our protocol",
                          std::move(detail)});
}

}  // namespace

std::string_view state_name(TokenState state) {
  switch (state) {
    case TokenState::opening:
      return "opening";
    case TokenState::ready:
      return "ready";
    case TokenState::degraded:
      return "degraded";
    case TokenState::absent:
      return "absent";
    case TokenState::pin_refused:
      return "pin-refused";
    case TokenState::misconfigured:
      return "misconfigured";
    case TokenState::unreachable:
      break;
  }
  return "unreachable";
}

std::string encode_hello(std::uint64_t id, std::string_view program) {
  link::Request request;
  request.set_id(id);
  link::Hello& hello = *request.mutable_hello();
  hello.set_min_version(kLinkVersion);
  hello.set_max_version(kLinkVersion);
  hello.set_program(std::string(program));
  return frame_of(request);
}

std::string encode_describe(std::uint64_t id, const WantedKeys& keys, Listing listing) {
  link::Request request;
  request.set_id(id);
  if (listing == Listing::anew)
    write(keys, *request.mutable_refresh());
  else
    write(keys, *request.mutable_describe());
  return frame_of(request);
}

std::string encode_sign(std::uint64_t id, const SignCall& call, std::uint32_t deadline_ms) {
  // Kept between calls: protobuf reuses the strings inside.
  thread_local link::Request request;
  request.set_id(id);
  link::SignRequest& sign = *request.mutable_sign();
  sign.set_object(call.object.data(), call.object.size());
  sign.set_alg(call.algorithm.data(), call.algorithm.size());
  sign.set_message(call.signing_input.data(), call.signing_input.size());
  sign.set_expected_spki_sha256(call.expected_spki_sha256.data(), call.expected_spki_sha256.size());
  sign.set_spki(call.spki.data(), call.spki.size());
  sign.set_deadline_ms(deadline_ms);
  return frame_of(request);
}

Result<LinkReply> decode_reply(BytesView payload) {
  link::Reply reply;
  if (!reply.ParseFromArray(payload.data(), static_cast<int>(payload.size())))
    return not_a_reply("not a protobuf message");
  LinkReply decoded{.id = reply.id()};
  switch (reply.result_case()) {
    case link::Reply::kHello:
      decoded.result = LinkHello{reply.hello().version(), reply.hello().program()};
      return decoded;
    case link::Reply::kDescription:
      decoded.result = description_of(reply.description());
      return decoded;
    case link::Reply::kSignature:
      decoded.result = LinkSignature{to_bytes(reply.signature().value()), to_bytes(reply.signature().spki_sha256())};
      return decoded;
    case link::Reply::kFailure:
      decoded.result = LinkFailure{failure_code_of(reply.failure().code()), state_of(reply.failure().state()),
                                   reply.failure().message(), std::chrono::seconds(reply.failure().retry_after_s())};
      return decoded;
    case link::Reply::RESULT_NOT_SET:
      break;
  }
  return not_a_reply("a reply without a result");
}

}  // namespace signet::service
