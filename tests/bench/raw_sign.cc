#include "tests/bench/raw_sign.h"

#include <array>
#include <memory>

#include "pkcs11/module.h"
#include "pkcs11/objects.h"
#include "proto/base64url.h"
#include "proto/jws.h"
#include "proto/public_key.h"

namespace signet::bench {
namespace {

using pkcs11::CallFailure;
using pkcs11::CallResult;
using pkcs11::Session;

template <class T>
Result<T> named(CallResult<T> result) {
  if (result) {
    if constexpr (std::is_void_v<T>) {
      return {};
    } else {
      return std::move(*result);
    }
  }
  return Unexpected(pkcs11::token_error(result.error(), pkcs11::to_string(result.error())));
}

Unexpected<Error> refuse(std::string message) {
  return Unexpected(Error{.code = ErrorCode::bad_input, .message = std::move(message)});
}

/// As long as what an Apple token is signed over.
std::string signing_input() {
  return jws_signing_input(R"({"alg":"ES256","kid":"2X9R4HXF34","typ":"JWT"})",
                           R"({"iss":"57246542-96fe-1a63-e053-0824d011072a","iat":1795445940,"exp":1795446840,)"
                           R"("aud":"apple-developer-enterprise-v1"})");
}

Result<CK_SLOT_ID> find_slot(const CK_FUNCTION_LIST& functions, std::string label) {
  std::array<CK_SLOT_ID, 64> slots{};
  CK_ULONG count = slots.size();
  SIGNET_TRY(named(pkcs11::check("C_GetSlotList", functions.C_GetSlotList(CK_TRUE, slots.data(), &count))));
  CK_TOKEN_INFO info{};
  label.resize(sizeof info.label, ' ');
  for (CK_ULONG i = 0; i < count; ++i) {
    SIGNET_TRY(named(pkcs11::check("C_GetTokenInfo", functions.C_GetTokenInfo(slots[i], &info))));
    if (text_of(std::as_bytes(std::span(info.label))) == label) return slots[i];
  }
  return refuse("the module shows no token of this label");
}

Result<CK_OBJECT_HANDLE> find_key(const Session& session, CK_OBJECT_CLASS object_class, std::string label) {
  const std::array wanted{CK_ATTRIBUTE{CKA_CLASS, &object_class, sizeof object_class},
                          CK_ATTRIBUTE{CKA_LABEL, label.data(), label.size()}};
  SIGNET_TRY_ASSIGN(const std::vector<CK_OBJECT_HANDLE> found, named(pkcs11::find_objects(session, wanted)));
  if (found.size() != 1) return refuse("the token has not exactly one key of this label");
  return found.front();
}

// CKA_EC_POINT is a DER OCTET STRING around the point (PKCS#11 section on EC public key objects): two octets before 65.
Result<PublicKey> read_public_key(const Session& session, const std::string& label) {
  SIGNET_TRY_ASSIGN(const CK_OBJECT_HANDLE object, find_key(session, CKO_PUBLIC_KEY, label));
  const std::array types{CK_ATTRIBUTE_TYPE{CKA_EC_POINT}};
  SIGNET_TRY_ASSIGN(const pkcs11::Attributes attributes, named(pkcs11::read_attributes(session, object, types)));
  const BytesView point = attributes.bytes(CKA_EC_POINT);
  if (point.size() != 67) return refuse("the key is not on P-256");
  return PublicKey::from_ec_point(KeyType::ec_p256, point.subspan(2));
}

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
  std::string input_ = signing_input();
};

using Signers = std::vector<std::shared_ptr<Signer>>;

Result<Signers> make_signers(const Session& first, CK_SLOT_ID slot, const RawSign& raw) {
  SIGNET_TRY_ASSIGN(const CK_OBJECT_HANDLE key, find_key(first, CKO_PRIVATE_KEY, raw.key));
  std::optional<PublicKey> verifier;
  if (raw.verification == Verification::each) {
    SIGNET_TRY_ASSIGN(verifier, read_public_key(first, raw.key));
  }
  Signers signers;
  for (int i = 0; i < raw.threads; ++i) {
    SIGNET_TRY_ASSIGN(Session session, named(Session::open(first.functions(), slot, pkcs11::SessionMode::read_only)));
    signers.push_back(std::make_shared<Signer>(std::move(session), key, verifier));
  }
  return signers;
}

}  // namespace

Result<Measurement> measure_raw(const RawSign& raw, BytesView pin, std::chrono::milliseconds duration) {
  SIGNET_TRY_ASSIGN(const std::unique_ptr<pkcs11::Module> module, pkcs11::Module::load({.path = raw.module}));
  SIGNET_TRY_ASSIGN(const CK_SLOT_ID slot, find_slot(module->functions(), raw.token));
  SIGNET_TRY_ASSIGN(const Session first,
                    named(Session::open(module->functions(), slot, pkcs11::SessionMode::read_only)));
  SIGNET_TRY(named(pkcs11::login(first, CKU_USER, pin)));
  SIGNET_TRY_ASSIGN(const Signers signers, make_signers(first, slot, raw));
  return measure(raw.threads, duration, [&signers](int thread) -> Operation {
    return [signer = signers[static_cast<std::size_t>(thread)]] { return signer->sign(); };
  });
}

}  // namespace signet::bench
