// What a module answers while its objects are listed: counts, lengths and values that need not fit each other.
#include <algorithm>
#include <array>

#include "pkcs11/mechanisms.h"
#include "pkcs11/object_listing.h"
#include "tests/fuzz/check_input.h"
#include "tests/fuzz/expect.h"
#include "tests/fuzz/input_reader.h"
#include "tests/fuzz/token_key_promises.h"

namespace signet::fuzz {
namespace {

/// The module's functions have no context argument.
InputReader* g_answers = nullptr;

CK_RV answer_code() {
  constexpr std::array<CK_RV, 8> kCodes{
      CKR_OK,           CKR_OK,      CKR_OK, CKR_ATTRIBUTE_SENSITIVE, CKR_ATTRIBUTE_TYPE_INVALID, CKR_BUFFER_TOO_SMALL,
      CKR_DEVICE_ERROR, 0x80000001UL};
  return g_answers->pick(kCodes);
}

/// Small lengths as they are; the largest octet stands for those that no buffer has.
CK_ULONG answer_length() {
  constexpr std::array<CK_ULONG, 4> kHuge{CK_UNAVAILABLE_INFORMATION, CK_UNAVAILABLE_INFORMATION - 1, 1UL << 62U,
                                          1UL << 33U};
  const std::uint8_t octet = g_answers->octet();
  if (octet < 254) return octet;
  return octet == 254 ? g_answers->two_octets() : g_answers->pick(kHuge);
}

CK_RV open_session(CK_SLOT_ID, CK_FLAGS, void*, CK_NOTIFY, CK_SESSION_HANDLE* session) {
  *session = 1;
  return CKR_OK;
}
CK_RV close_session(CK_SESSION_HANDLE) { return CKR_OK; }
CK_RV find_init(CK_SESSION_HANDLE, CK_ATTRIBUTE*, CK_ULONG) { return g_answers->empty() ? CKR_OK : answer_code(); }
CK_RV find_final(CK_SESSION_HANDLE) { return g_answers->empty() ? CKR_OK : answer_code(); }

CK_RV find(CK_SESSION_HANDLE, CK_OBJECT_HANDLE* objects, CK_ULONG room, CK_ULONG* count) {
  *count = answer_length();
  std::fill_n(objects, std::min(*count, room), 7);
  return CKR_OK;
}

// Never writes past the length it was given: a module that does is beyond help.
CK_RV get_attributes(CK_SESSION_HANDLE, CK_OBJECT_HANDLE, CK_ATTRIBUTE* attributes, CK_ULONG count) {
  for (CK_ULONG i = 0; i < count; ++i) {
    const CK_ULONG room = attributes[i].ulValueLen;
    attributes[i].ulValueLen = answer_length();
    if (attributes[i].pValue == nullptr) continue;
    const BytesView value = g_answers->take(std::min<std::size_t>({room, attributes[i].ulValueLen, 1024}));
    std::ranges::copy(value, static_cast<std::byte*>(attributes[i].pValue));
  }
  return answer_code();
}

CK_RV list_mechanisms(CK_SLOT_ID, CK_MECHANISM_TYPE* mechanisms, CK_ULONG* count) {
  constexpr std::array<CK_MECHANISM_TYPE, 5> kTypes{CKM_ECDSA, CKM_RSA_PKCS, CKM_RSA_PKCS_PSS, CKM_EDDSA, CKM_AES_GCM};
  const CK_ULONG room = *count;
  *count = answer_length();
  for (CK_ULONG i = 0; mechanisms != nullptr && i < std::min(room, *count); ++i)
    mechanisms[i] = g_answers->pick(kTypes);
  return g_answers->empty() ? CKR_OK : answer_code();
}

CK_RV mechanism_info(CK_SLOT_ID, CK_MECHANISM_TYPE, CK_MECHANISM_INFO* info) {
  info->flags = g_answers->octet() % 2 == 0 ? CKF_SIGN : 0;
  return CKR_OK;
}

CK_FUNCTION_LIST module_functions() {
  CK_FUNCTION_LIST functions{};
  functions.C_OpenSession = open_session;
  functions.C_CloseSession = close_session;
  functions.C_FindObjectsInit = find_init;
  functions.C_FindObjects = find;
  functions.C_FindObjectsFinal = find_final;
  functions.C_GetAttributeValue = get_attributes;
  functions.C_GetMechanismList = list_mechanisms;
  functions.C_GetMechanismInfo = mechanism_info;
  return functions;
}

}  // namespace

void check_input(BytesView input) {
  InputReader reader(input);
  g_answers = &reader;
  const CK_FUNCTION_LIST functions = module_functions();
  auto mechanisms = pkcs11::signing_mechanisms(functions, 0);
  if (!mechanisms) mechanisms = std::set<CK_MECHANISM_TYPE>{CKM_ECDSA, CKM_RSA_PKCS, CKM_EDDSA};
  const auto session = pkcs11::Session::open(functions, 0, pkcs11::SessionMode::read_only);
  const auto keys = pkcs11::list_keys(*session, *mechanisms);
  if (!keys) return;
  for (const pkcs11::TokenKey& key : *keys) {
    check_token_key(key, *mechanisms);
    expect(!key.public_key || key.public_key->type() == key.type, "a key's public half is of its own type");
  }
}

}  // namespace signet::fuzz
