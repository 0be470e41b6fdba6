// The token link as signet-token reads it: octets of a peer, cut into frames, taken apart as requests.
#include <algorithm>
#include <sys/socket.h>
#include <unistd.h>

#include "pkcs11/frame_stream.h"
#include "pkcs11/link_messages.h"
#include "proto/frame.h"
#include "proto/token.pb.h"
#include "tests/fuzz/check_input.h"
#include "tests/fuzz/expect.h"

namespace signet::fuzz {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kSocketRoom = 64UL * 1024;

/// A stream that holds the whole input and then ends.
pkcs11::FrameStream stream_of(BytesView input) {
  int ends[2];
  expect(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0, "a pair of sockets");
  const host::FileDescriptor writer(ends[0]);
  const auto sent = ::send(writer.get(), input.data(), input.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  expect(sent == static_cast<ssize_t>(input.size()), "the socket takes the input");
  return pkcs11::FrameStream(host::FileDescriptor(ends[1]));
}

void check_order(const link::SignRequest& request) {
  const auto before = pkcs11::Deadline::clock::now();
  const auto order = pkcs11::read_sign_request(request, milliseconds(1000));
  if (!order) {
    expect(order.error().reason == pkcs11::RefusalReason::bad_request, "a wrong order is a bad request");
    return;
  }
  expect(request.expected_spki_sha256().size() == 32, "an order pins a public key");
  expect(jose_name(order->algorithm) == request.alg(), "the algorithm is the one that was named");
  expect(order->deadline <= before + std::chrono::hours(2), "nobody waits without end");
}

/// Whatever a token calls itself and its key goes into a reply that the other side can read.
void check_reply(BytesView octets_of_token) {
  const std::string text(text_of(octets_of_token));
  const pkcs11::KeyView key{
      .object = "pkcs11:", .spki = to_bytes(octets_of_token), .id = to_bytes(octets_of_token), .label = text};
  link::Reply reply;
  pkcs11::TokenDescription description;
  description.status.label = text;
  description.status.serial = text;
  description.keys = {key};
  pkcs11::write(description, *reply.mutable_description());
  std::string frame;
  link::Reply again;
  expect(reply.SerializeToString(&frame) && again.ParseFromString(frame), "a description arrives");
  expect(again.description().key(0).id() == text, "an id arrives as it is");
}

}  // namespace

void check_input(BytesView input) {
  if (input.size() > kSocketRoom) return;
  auto stream = stream_of(input);
  std::size_t consumed = 0;
  for (;;) {
    const auto frame = stream.read(kMaxRequestFrameBytes);
    if (!frame || !*frame) {
      expect(frame.has_value() == (consumed == input.size()), "an end between frames, and only there, is no error");
      break;
    }
    const BytesView whole = input.subspan(consumed, kFrameHeaderBytes + (*frame)->size());
    expect(text_of(whole.subspan(kFrameHeaderBytes)) == **frame, "a frame holds what was sent");
    expect(std::ranges::equal(encode_frame_header((*frame)->size()), whole.first(kFrameHeaderBytes)),
           "its header is ours");
    consumed += whole.size();
    link::Request request;
    if (request.ParseFromArray((*frame)->data(), static_cast<int>((*frame)->size()))) check_order(request.sign());
  }
  check_reply(input);
}

}  // namespace signet::fuzz
