#pragma once

#include <string>

#include "proto/public_key.h"
#include "tests/support/jws_input.h"
#include "tests/support/link_client.h"

namespace signet::test {

/// A sign call with ES256 for the key with this label, pinned to `key`.
inline link::Request sign_request(const std::string& label, const PublicKey& key, std::uint32_t deadline_ms = 30'000,
                                  const std::string& subject = "build-1") {
  link::Request request;
  link::SignRequest& sign = *request.mutable_sign();
  sign.set_object("pkcs11:object=" + label);
  sign.set_alg("ES256");
  sign.set_message(jws_input(Algorithm::es256, subject));
  sign.set_expected_spki_sha256(std::string(text_of(key.spki_sha256())));
  sign.set_deadline_ms(deadline_ms);
  return request;
}

/// The reply holds a signature, and it verifies.
inline bool is_good(const link::Reply& reply, const PublicKey& key, const std::string& subject = "build-1") {
  return reply.has_signature() && key.verify(Algorithm::es256, bytes_of(jws_input(Algorithm::es256, subject)),
                                             bytes_of(reply.signature().value()))
                                      .has_value();
}

}  // namespace signet::test
