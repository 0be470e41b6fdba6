#include "pkcs11/mechanisms.h"

#include <algorithm>
#include <array>
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

}  // namespace

CK_MECHANISM_TYPE mechanism_of(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::es256:
    case Algorithm::es384:
    case Algorithm::es512:
      return CKM_ECDSA;
    case Algorithm::rs256:
    case Algorithm::rs384:
    case Algorithm::rs512:
      return CKM_RSA_PKCS;
    case Algorithm::ps256:
    case Algorithm::ps384:
    case Algorithm::ps512:
      return CKM_RSA_PKCS_PSS;
    case Algorithm::eddsa:
    case Algorithm::ed25519:
      return CKM_EDDSA;
  }
  return CKM_VENDOR_DEFINED;
}

SignMechanism::SignMechanism(Algorithm algorithm) {
  mechanism_.mechanism = mechanism_of(algorithm);
  if (mechanism_.mechanism != CKM_RSA_PKCS_PSS) return;
  pss_ = pss_parameters(algorithm_info(algorithm).hash);
  mechanism_.pParameter = &pss_;
  mechanism_.ulParameterLen = sizeof pss_;
}

Bytes sign_input(Algorithm algorithm, BytesView digest) {
  if (mechanism_of(algorithm) != CKM_RSA_PKCS) return to_bytes(digest);
  Bytes input = to_bytes(digest_info_prefix(algorithm_info(algorithm).hash));
  input.insert(input.end(), digest.begin(), digest.end());
  return input;
}

CallResult<std::set<CK_MECHANISM_TYPE>> signing_mechanisms(const CK_FUNCTION_LIST& functions, CK_SLOT_ID slot) {
  CK_ULONG count = 0;
  SIGNET_TRY(check("C_GetMechanismList", functions.C_GetMechanismList(slot, nullptr, &count)));
  SIGNET_TRY(check_count(count, kMaxMechanisms));
  const CK_ULONG counted = count;
  std::vector<CK_MECHANISM_TYPE> listed(counted + kSpareMechanisms);
  SIGNET_TRY(check("C_GetMechanismList", functions.C_GetMechanismList(slot, listed.data(), &count)));
  SIGNET_TRY(check_count(count, counted));
  listed.resize(count);
  std::set<CK_MECHANISM_TYPE> mechanisms;
  for (const CK_MECHANISM_TYPE type : listed) {
    CK_MECHANISM_INFO info{};
    const CK_RV rv = functions.C_GetMechanismInfo(slot, type, &info);
    // A mechanism that the module cannot describe is not used; a token that has gone must not look like one without.
    if (means_token_lost(ckr_class(rv))) return Unexpected(CallFailure{"C_GetMechanismInfo", rv});
    if (rv == CKR_OK && (info.flags & CKF_SIGN) != 0) mechanisms.insert(type);
  }
  return mechanisms;
}

std::vector<Algorithm> usable_algorithms(KeyType type, const std::set<CK_MECHANISM_TYPE>& mechanisms) {
  std::vector<Algorithm> usable;
  for (const AlgorithmInfo& info : all_algorithms()) {
    if (info.key_type == type && mechanisms.contains(mechanism_of(info.algorithm))) usable.push_back(info.algorithm);
  }
  return usable;
}

CallResult<Bytes> sign_on_token(const Session& session, CK_OBJECT_HANDLE key, Algorithm algorithm, BytesView input) {
  const CK_FUNCTION_LIST& functions = session.functions();
  SignMechanism mechanism(algorithm);
  SIGNET_TRY(check("C_SignInit", functions.C_SignInit(session.handle(), mechanism.get(), key)));
  std::array<std::byte, kSignatureBufferBytes> buffer;
  CK_ULONG length = buffer.size();
  // C_Sign takes a pointer to non-const octets and does not write to them (PKCS#11 2.40 section 5.11).
  auto* data = const_cast<unsigned char*>(octets(input));
  SIGNET_TRY(check("C_Sign", functions.C_Sign(session.handle(), data, input.size(), writable_octets(buffer), &length)));
  auto signature = filled_octets(buffer, length);
  if (!signature) return Unexpected(CallFailure{"C_Sign", CKR_BUFFER_TOO_SMALL});
  return std::move(*signature);
}

}  // namespace signet::pkcs11
