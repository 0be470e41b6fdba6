#pragma once

#include <string>
#include <vector>

#include "proto/public_key.h"

// The examples of the RFCs in tests/data, as the tests want them.
namespace signet::testing {

struct SignatureVector {
  std::string where;  ///< "rfc7515.json A.2"
  Algorithm algorithm;
  JwkMembers jwk;
  std::string jws;
};
struct ThumbprintVector {
  std::string where;
  JwkMembers jwk;
  std::string thumbprint;
};

/// Of every file; a file that is missing or malformed fails the test.
std::vector<SignatureVector> signature_vectors();
std::vector<ThumbprintVector> thumbprint_vectors();
/// RFC 7515 appendix A.5.
std::string unsecured_jws();

/// The vector of one file and section; fails the test where there is none.
SignatureVector signature_vector(const std::string& where);

PublicKey key_from_jwk(const JwkMembers& jwk);

}  // namespace signet::testing
