#pragma once

#include <chrono>

#include "proto/public_key.h"

namespace signet::test {

struct CertifiedTime {
  std::chrono::sys_seconds from;
  std::chrono::sys_seconds to;
};

/// Valid now, and since an hour.
CertifiedTime valid_now();

/// DER of an X.509 certificate for that public key, signed by a key made for it: nobody here looks at who signed.
/// Throws where OpenSSL fails.
Bytes certificate_for(const PublicKey& key, CertifiedTime time = valid_now());

}  // namespace signet::test
