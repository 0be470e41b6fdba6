#include "pkcs11/mechanisms.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "pkcs11/quirks.h"

namespace signet::pkcs11 {
namespace {

using namespace std::string_view_literals;

/// One octet more than RSA 8192 needs: some modules report a wrong length with CKR_BUFFER_TOO_SMALL and leave the
/// operation active, so the first buffer has to be large enough.
constexpr std::size_t kSignatureBufferBytes = 1025;
/// PKCS#11 knows some hundreds: a larger number is a module's mistake, and nothing is allocated for it.
constexpr CK_ULONG kMaxMechanisms = 65536;

// The number of mechanisms, of which a module says first how many there are and then how many it wrote.
CallResult<void> check_count(CK_ULONG count, CK_ULONG room) {
  if (count > room) return Unexpected(CallFailure{"C_GetMechanismList", CKR_GENERAL_ERROR});
  return {};
}

CK_RSA_PKCS_PSS_PARAMS pss_parameters(Hash hash) {
  switch (hash) {
    case Hash::sha256:
      return {CKM_SHA256, CKG_MGF1_SHA256, 32};
    case Hash::sha384:
      return {CKM_SHA384, CKG_MGF1_SHA384, 48};
    case Hash::sha512:
      return {CKM_SHA512, CKG_MGF1_SHA512, 64};
    case Hash::none:
      break;
  }
  return {};
}

// RFC 8017 section 9.2, note 1: the DER of a DigestInfo up to the digest.
std::string_view digest_info_prefix(Hash hash) {
  switch (hash) {
    case Hash::sha256:
      return "\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"sv;
    case Hash::sha384:
      return "\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\x04\x30"sv;
    case Hash::sha512:
      return "\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40"sv;
    case Hash::none:
      break;
  }
  return {};
}

constexpr CK_MECHANISM_TYPE kNoMechanism = CK_UNAVAILABLE_INFORMATION;

/// A scheme with one hash: its mechanism over a digest, and the one that hashes itself.
struct Row {
  SignatureKind kind;
  CK_MECHANISM_TYPE over_digest;
  CK_MECHANISM_TYPE hashing;
  std::string_view hashing_name;
};

// Without a named hash (a digest somebody else made) no hashing mechanism can serve.
constexpr std::array kRows{
    Row{{Scheme::ecdsa, Hash::none}, CKM_ECDSA, kNoMechanism, ""},
    Row{{Scheme::ecdsa, Hash::sha256}, CKM_ECDSA, CKM_ECDSA_SHA256, "CKM_ECDSA_SHA256"},
    Row{{Scheme::ecdsa, Hash::sha384}, CKM_ECDSA, CKM_ECDSA_SHA384, "CKM_ECDSA_SHA384"},
    Row{{Scheme::ecdsa, Hash::sha512}, CKM_ECDSA, CKM_ECDSA_SHA512, "CKM_ECDSA_SHA512"},
    Row{{Scheme::rsa_pkcs1, Hash::sha256}, CKM_RSA_PKCS, CKM_SHA256_RSA_PKCS, "CKM_SHA256_RSA_PKCS"},
    Row{{Scheme::rsa_pkcs1, Hash::sha384}, CKM_RSA_PKCS, CKM_SHA384_RSA_PKCS, "CKM_SHA384_RSA_PKCS"},
    Row{{Scheme::rsa_pkcs1, Hash::sha512}, CKM_RSA_PKCS, CKM_SHA512_RSA_PKCS, "CKM_SHA512_RSA_PKCS"},
    Row{{Scheme::rsa_pss, Hash::sha256}, CKM_RSA_PKCS_PSS, CKM_SHA256_RSA_PKCS_PSS, "CKM_SHA256_RSA_PKCS_PSS"},
    Row{{Scheme::rsa_pss, Hash::sha384}, CKM_RSA_PKCS_PSS, CKM_SHA384_RSA_PKCS_PSS, "CKM_SHA384_RSA_PKCS_PSS"},
    Row{{Scheme::rsa_pss, Hash::sha512}, CKM_RSA_PKCS_PSS, CKM_SHA512_RSA_PKCS_PSS, "CKM_SHA512_RSA_PKCS_PSS"},
    Row{{Scheme::ed25519, Hash::none}, kNoMechanism, CKM_EDDSA, "CKM_EDDSA"},
};

bool takes_pss_parameters(CK_MECHANISM_TYPE type) {
  return type == CKM_RSA_PKCS_PSS || type == CKM_SHA256_RSA_PKCS_PSS || type == CKM_SHA384_RSA_PKCS_PSS ||
         type == CKM_SHA512_RSA_PKCS_PSS;
}

}  // namespace

std::optional<TokenMechanism> choose_mechanism(SignatureKind kind, const std::set<CK_MECHANISM_TYPE>& listed) {
  const auto* row = std::ranges::find(kRows, kind, &Row::kind);
  if (row == kRows.end()) return std::nullopt;
  if (listed.contains(row->over_digest)) return TokenMechanism{row->over_digest, SigningInput::digest};
  if (listed.contains(row->hashing)) return TokenMechanism{row->hashing, SigningInput::message};
  return std::nullopt;
}

std::string wanted_mechanisms(KeyType type) {
  if (type == KeyType::ed25519) return "CKM_EDDSA";
  if (type == KeyType::rsa) return "CKM_RSA_PKCS, CKM_RSA_PKCS_PSS, CKM_SHA256_RSA_PKCS or CKM_SHA256_RSA_PKCS_PSS";
  const SignatureKind kind = provider::kind_of(default_algorithm(type));
  return "CKM_ECDSA or " + std::string(std::ranges::find(kRows, kind, &Row::kind)->hashing_name);
}

SignMechanism::SignMechanism(CK_MECHANISM_TYPE type, SignatureKind kind) {
  mechanism_.mechanism = type;
  if (!takes_pss_parameters(type)) return;
  pss_ = pss_parameters(kind.hash);
  mechanism_.pParameter = &pss_;
  mechanism_.ulParameterLen = sizeof pss_;
}

Bytes sign_input(TokenMechanism mechanism, Hash hash, BytesView input) {
  if (mechanism.type != CKM_RSA_PKCS) return to_bytes(input);
  Bytes info = to_bytes(digest_info_prefix(hash));
  info.insert(info.end(), input.begin(), input.end());
  return info;
}

CallResult<std::set<CK_MECHANISM_TYPE>> signing_mechanisms(const CK_FUNCTION_LIST& functions, CK_SLOT_ID slot,
                                                           const AfterCall& after_call) {
  CK_ULONG count = 0;
  SIGNET_TRY(check("C_GetMechanismList", functions.C_GetMechanismList(slot, nullptr, &count)));
  after_call();
  SIGNET_TRY(check_count(count, kMaxMechanisms));
  const CK_ULONG counted = count;
  std::vector<CK_MECHANISM_TYPE> listed(counted + kSpareMechanisms);
  SIGNET_TRY(check("C_GetMechanismList", functions.C_GetMechanismList(slot, listed.data(), &count)));
  after_call();
  SIGNET_TRY(check_count(count, counted));
  listed.resize(count);
  std::set<CK_MECHANISM_TYPE> mechanisms;
  for (const CK_MECHANISM_TYPE type : listed) {
    CK_MECHANISM_INFO info{};
    const CK_RV rv = functions.C_GetMechanismInfo(slot, type, &info);
    after_call();
    // A mechanism that the module cannot describe is not used; a token that has gone must not look like one without.
    if (means_token_lost(ckr_class(rv))) return Unexpected(CallFailure{"C_GetMechanismInfo", rv});
    if (rv == CKR_OK && (info.flags & CKF_SIGN) != 0) mechanisms.insert(type);
  }
  return mechanisms;
}

std::vector<Algorithm> usable_algorithms(KeyType type, const std::set<CK_MECHANISM_TYPE>& mechanisms) {
  std::vector<Algorithm> usable;
  for (const AlgorithmInfo& info : all_algorithms()) {
    if (info.key_type == type && choose_mechanism(provider::kind_of(info.algorithm), mechanisms))
      usable.push_back(info.algorithm);
  }
  return usable;
}

CallResult<Bytes> sign_on_token(const Session& session, CK_OBJECT_HANDLE key, TokenMechanism mechanism,
                                SignatureKind kind, BytesView input) {
  const CK_FUNCTION_LIST& functions = session.functions();
  SignMechanism with_parameters(mechanism.type, kind);
  Bytes data = sign_input(mechanism, kind.hash, input);
  SIGNET_TRY(check("C_SignInit", functions.C_SignInit(session.handle(), with_parameters.get(), key)));
  std::array<std::byte, kSignatureBufferBytes> buffer;
  CK_ULONG length = buffer.size();
  SIGNET_TRY(check("C_Sign", functions.C_Sign(session.handle(), writable_octets(data), data.size(),
                                              writable_octets(buffer), &length)));
  auto signature = filled_octets(buffer, length);
  if (!signature) return Unexpected(CallFailure{"C_Sign", CKR_BUFFER_TOO_SMALL});
  return std::move(*signature);
}

}  // namespace signet::pkcs11
