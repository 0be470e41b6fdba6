#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "proto/algorithm.h"
#include "proto/bytes.h"
#include "proto/result.h"
#include "proto/sha256.h"

// What an opened token does for the link, as values: no protobuf, no Cryptoki.
namespace signet::pkcs11 {

/// Why a call was not served. The names are those of FailureCode in token.proto.
enum class RefusalReason {
  version_unsupported,
  bad_request,
  token_opening,
  token_unavailable,
  no_such_key,
  key_refused,
  key_changed,
  message_refused,
  busy,
  signature_bad,
  token_failed,
  rate_exceeded,
  record_unavailable,
};
struct Refusal {
  RefusalReason reason;
  std::string message;                  ///< one plain sentence; may be shown to clients
  std::string detail{};                 ///< for the log only
  std::chrono::seconds retry_after{0};  ///< 0: not known
};
template <class T>
using Served = Result<T, Refusal>;

using Deadline = std::chrono::steady_clock::time_point;

/// One signature that is asked for. The views are valid during the call.
struct SignOrder {
  std::string_view object;  ///< PKCS#11 URI of the key
  Algorithm algorithm;
  std::string_view message;           ///< the JWS signing input
  Sha256Digest expected_spki_sha256;  ///< the pinned public key
  BytesView spki{};                   ///< the pinned key itself, where the caller has it; hashes to the above
  Deadline deadline;                  ///< how long to wait for a session
};
struct JoseSignature {
  Bytes value;
  Sha256Digest spki_sha256;
};

/// What *describe* tells of one key.
struct KeyView {
  std::string object;
  bool usable = false;
  std::string message{};
  Bytes spki{};
  std::vector<Algorithm> algorithms{};
  Bytes id{};
  std::string label{};
  bool sensitive = false;
  bool extractable = false;
  bool always_sensitive = false;
  bool never_extractable = false;
  bool local = false;
  bool always_authenticate = false;
  Bytes certificate{};  ///< DER of the X.509 certificate to name in a JOSE header; empty where there is none
};

/// An opened token. Every function may be called from any thread.
class Signer {
 public:
  virtual ~Signer() = default;
  /// The named keys (URIs that name none are answered with the reason), or all. Asks nothing of the token.
  virtual std::vector<KeyView> describe(std::span<const std::string> objects) const = 0;
  /// Lists the token's objects again. Blocks in the module. Refusals: busy, token_failed.
  virtual Served<void> refresh(Deadline deadline) = 0;
  /// Signs, and verifies what it signed. Blocks in the module. Refusals: bad_request, no_such_key, key_refused,
  /// key_changed, message_refused, busy, signature_bad, token_failed.
  virtual Served<JoseSignature> sign(const SignOrder& order) = 0;
  /// Shows whether the token still signs: lets this key sign octets that can never be a JWS signing input (they hold a
  /// NUL), and verifies. With an empty `object` the token draws a random number, which proves less. Blocks in the
  /// module. Refusals as sign()'s.
  virtual Served<void> probe(std::string_view object, Deadline deadline) = 0;

 protected:
  Signer() = default;
  Signer(const Signer&) = default;
  Signer& operator=(const Signer&) = default;
};

}  // namespace signet::pkcs11
