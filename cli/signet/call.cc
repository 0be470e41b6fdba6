#include "cli/signet/call.h"

#include <array>

namespace signet::cli {
namespace {

CallResult<HttpAnswer> read_answer(Connection& connection) {
  AnswerReader reader;
  std::array<char, std::size_t{16} * 1024> buffer;
  for (;;) {
    SIGNET_TRY_ASSIGN(const auto received, connection.receive(buffer));
    if (received == 0)
      return Unexpected(CallError{CallFault::cut,
                                  "The service closed the connection before its answer was whole; try again, and look "
                                  "at its log if that does not help."});
    const auto state = reader.feed({buffer.data(), received});
    if (state == AnswerReader::State::complete) return reader.take();
    if (state == AnswerReader::State::malformed) {
      return Unexpected(
          CallError{CallFault::malformed,
                    "What listens at this socket does not answer like signetd; check --socket and SIGNET_SOCKET."});
    }
  }
}

// A daemon may answer (413, say) and close before it has read everything: its answer counts more than our failed send.
CallResult<HttpAnswer> exchange(const Endpoint& endpoint, const std::string& request, const Patience& patience) {
  SIGNET_TRY_ASSIGN(auto connection, Connection::open(endpoint.socket, patience));
  const auto sent = connection.send(request);
  if (!sent && sent.error().fault != CallFault::cut) return Unexpected(sent.error());
  return read_answer(connection);
}

}  // namespace

CallResult<HttpAnswer> call(const Endpoint& endpoint, const HttpRequest& request) {
  const Patience patience{.deadline = Clock::now() + endpoint.timeout, .give_up = endpoint.give_up};
  const auto octets = serialise(request);
  auto answer = exchange(endpoint, octets, patience);
  if (answer || answer.error().fault != CallFault::cut || !request.may_repeat) return answer;
  return exchange(endpoint, octets, patience);
}

}  // namespace signet::cli
