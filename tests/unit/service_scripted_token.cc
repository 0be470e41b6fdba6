#include "tests/unit/service_scripted_token.h"

#include <algorithm>
#include <stdexcept>
#include <sys/socket.h>

#include "proto/bytes.h"
#include "proto/frame.h"
#include "tests/support/unix_sockets.h"

namespace signet::test {
namespace {

struct ClientGone : std::runtime_error {
  ClientGone() : std::runtime_error("the client closed the connection") {}
};

}  // namespace

std::string scripted_signature(std::string_view message) { return "signature of " + std::string(message); }

bool TokenSide::read_exactly(char* to, std::size_t octets) {
  return octets == 0 || ::recv(fd_, to, octets, MSG_WAITALL) == static_cast<ssize_t>(octets);
}

std::optional<link::Request> TokenSide::read() {
  FrameHeader header{};
  if (!read_exactly(reinterpret_cast<char*>(header.data()), header.size())) return std::nullopt;
  const Result<std::size_t> length = decode_frame_header(header, kMaxRequestFrameBytes);
  std::string payload(length ? *length : 0, '\0');
  link::Request request;
  if (!length || !read_exactly(payload.data(), payload.size()) || !request.ParseFromString(payload))
    return std::nullopt;
  return request;
}

void TokenSide::send(const link::Reply& reply) {
  const std::string payload = reply.SerializeAsString();
  const FrameHeader header = encode_frame_header(payload.size());
  send_octets(std::string(text_of(header)) + payload);
}

void TokenSide::send_octets(std::string_view octets) {
  if (::send(fd_, octets.data(), octets.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(octets.size()))
    throw ClientGone();
}

void TokenSide::answer_hello(std::uint32_t version) {
  const std::optional<link::Request> request = read();
  if (!request || !request->has_hello()) throw ClientGone();
  link::Reply reply;
  reply.set_id(request->id());
  reply.mutable_hello()->set_version(version);
  send(reply);
}

void TokenSide::answer_describe(link::State state) {
  const std::optional<link::Request> request = read();
  if (!request) throw ClientGone();
  describe(*request, state);
}

void TokenSide::describe(const link::Request& request, link::State state) {
  link::Reply reply;
  reply.set_id(request.id());
  reply.mutable_description()->set_state(state);
  reply.mutable_description()->set_message("as the script says");
  reply.mutable_description()->set_since(1);
  send(reply);
}

void TokenSide::greet(link::State state) {
  answer_hello(kLinkVersion);
  answer_describe(state);
}

link::Request TokenSide::read_sign() {
  for (;;) {
    const std::optional<link::Request> request = read();
    if (!request) throw ClientGone();
    if (request->has_sign()) return *request;
    describe(*request, link::READY);
  }
}

void TokenSide::answer_sign(const link::Request& request) {
  link::Reply reply;
  reply.set_id(request.id());
  reply.mutable_signature()->set_value(scripted_signature(request.sign().message()));
  reply.mutable_signature()->set_spki_sha256(request.sign().expected_spki_sha256());
  send(reply);
}

void TokenSide::fail(const link::Request& request, link::FailureCode code, link::State state) {
  link::Reply reply;
  reply.set_id(request.id());
  reply.mutable_failure()->set_code(code);
  reply.mutable_failure()->set_state(state);
  reply.mutable_failure()->set_message("as the script says");
  send(reply);
}

void TokenSide::serve() {
  for (;;) answer_sign(read_sign());
}

void ScriptedToken::serve(TokenSide& side) {
  side.greet();
  side.serve();
}

ScriptedToken::ScriptedToken(const std::string& path, std::vector<Script> scripts)
    : scripts_(std::move(scripts)), listener_(bound_socket(path, SOCK_STREAM)), acceptor_([this] { accept_all(); }) {}

ScriptedToken::~ScriptedToken() {
  ::shutdown(listener_.get(), SHUT_RDWR);
  acceptor_.join();
  for (const host::FileDescriptor& fd : accepted_) ::shutdown(fd.get(), SHUT_RDWR);
  scripts_running_.clear();
}

void ScriptedToken::accept_all() {
  for (;;) {
    host::FileDescriptor fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!fd.valid()) return;
    const auto turn = static_cast<std::size_t>(connections_++);
    const Script& script = scripts_[std::min(turn, scripts_.size() - 1)];
    scripts_running_.emplace_back([&script, raw = fd.get()] {
      TokenSide side(raw);
      try {
        script(side);
      } catch (const ClientGone&) {
        // How most scripts end.
      }
      ::shutdown(raw, SHUT_RDWR);
    });
    accepted_.push_back(std::move(fd));
  }
}

}  // namespace signet::test
