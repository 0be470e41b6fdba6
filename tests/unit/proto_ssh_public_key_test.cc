#include <array>

#include "proto/base64.h"
#include "proto/ssh_public_key.h"
#include "tests/support/matchers.h"

using namespace signet;

namespace {

/// The public half of RFC 8032 section 7.1, test 1; ssh-keygen(1) shows the same line for it.
PublicKey rfc8032_key() {
  static constexpr std::array<unsigned char, 32> kOctets{
      0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a,
      0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a};
  auto key = PublicKey::from_ed25519(std::as_bytes(std::span(kOctets)));
  REQUIRE(key);
  return *key;
}

}  // namespace

TEST_CASE("base64 of RFC 4648 section 10") {
  CHECK(base64_encode(bytes_of("")).empty());
  CHECK(base64_encode(bytes_of("f")) == "Zg==");
  CHECK(base64_encode(bytes_of("fo")) == "Zm8=");
  CHECK(base64_encode(bytes_of("foo")) == "Zm9v");
  CHECK(base64_encode(bytes_of("foobar")) == "Zm9vYmFy");
}

TEST_CASE("An Ed25519 key as OpenSSH writes it") {
  CHECK(ssh_public_key(rfc8032_key(), "build key") ==
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea build key");
  CHECK(ssh_public_key(rfc8032_key(), "").ends_with("B1Ea"));
}
