#include "tests/bench/raw_sign.h"

#include <array>
#include <memory>

#include "tests/bench/signing_input.h"

namespace signet::bench {
namespace {

using pkcs11::Session;

// One thread's session and what it signs with.
class Signer {
 public:
  Signer(Session session, CK_OBJECT_HANDLE key, std::optional<PublicKey> verifier)
      : session_(std::move(session)), key_(key), verifier_(std::move(verifier)) {}

  Outcome sign() {
    Sha256Digest digest = sha256(bytes_of(input_));
    std::array<std::byte, 64> signature{};
    CK_ULONG length = signature.size();
    CK_MECHANISM mechanism{CKM_ECDSA, nullptr, 0};
    const CK_FUNCTION_LIST& functions = session_.functions();
    if (functions.C_SignInit(session_.handle(), &mechanism, key_) != CKR_OK) return Outcome::failed;
    if (functions.C_Sign(session_.handle(), writable_octets(digest), digest.size(), writable_octets(signature),
                         &length) != CKR_OK) {
      return Outcome::failed;
    }
    if (verifier_ && !verifier_->verify_digest(Algorithm::es256, digest, signature)) return Outcome::failed;
    return Outcome::good;
  }

 private:
  Session session_;
  CK_OBJECT_HANDLE key_;
  std::optional<PublicKey> verifier_;
  std::string input_ = signing_input(0);
};

using Signers = std::vector<std::shared_ptr<Signer>>;

Result<Signers> make_signers(const RawToken& token, const RawSign& raw) {
  SIGNET_TRY_ASSIGN(const CK_OBJECT_HANDLE key, find_key(token.session, CKO_PRIVATE_KEY, raw.key));
  std::optional<PublicKey> verifier;
  if (raw.verification == Verification::each) {
    SIGNET_TRY_ASSIGN(verifier, read_public_key(token.session, raw.key));
  }
  Signers signers;
  for (int i = 0; i < raw.threads; ++i) {
    SIGNET_TRY_ASSIGN(Session session,
                      named(Session::open(token.module->functions(), token.slot, pkcs11::SessionMode::read_only)));
    signers.push_back(std::make_shared<Signer>(std::move(session), key, verifier));
  }
  return signers;
}

}  // namespace

Result<Measurement> measure_raw(const RawSign& raw, BytesView pin, std::chrono::milliseconds duration,
                                const std::function<void()>& when_ready) {
  SIGNET_TRY_ASSIGN(const RawToken token, open_raw_token(raw.token, pkcs11::SessionMode::read_only, pin));
  SIGNET_TRY_ASSIGN(const Signers signers, make_signers(token, raw));
  when_ready();
  return measure(raw.threads, duration, [&signers](int thread) -> Operation {
    return timed([signer = signers[static_cast<std::size_t>(thread)]] { return signer->sign(); });
  });
}

}  // namespace signet::bench
