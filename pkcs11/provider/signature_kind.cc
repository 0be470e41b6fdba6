#include "pkcs11/provider/signature_kind.h"

namespace signet::provider {
namespace {

Scheme scheme_of(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::es256:
    case Algorithm::es384:
    case Algorithm::es512:
      return Scheme::ecdsa;
    case Algorithm::rs256:
    case Algorithm::rs384:
    case Algorithm::rs512:
      return Scheme::rsa_pkcs1;
    case Algorithm::ps256:
    case Algorithm::ps384:
    case Algorithm::ps512:
      return Scheme::rsa_pss;
    case Algorithm::eddsa:
    case Algorithm::ed25519:
      break;
  }
  return Scheme::ed25519;
}

}  // namespace

SignatureKind kind_of(Algorithm algorithm) { return {scheme_of(algorithm), algorithm_info(algorithm).hash}; }

}  // namespace signet::provider
