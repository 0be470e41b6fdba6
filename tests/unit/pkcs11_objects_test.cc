#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "pkcs11/key_template.h"
#include "pkcs11/mechanisms.h"
#include "pkcs11/objects.h"
#include "pkcs11/survey.h"
#include "tests/support/matchers.h"
#include "tests/support/softhsm.h"

namespace signet::pkcs11 {
namespace {

constexpr std::array kAsked{CKA_LABEL, CKA_MODULUS, CKA_VALUE, CKA_APPLICATION, CKA_SENSITIVE};

// A module that answers in the order it is asked and, asked for values, gives up at the first attribute it does not
// have, without a word about the others.
CK_RV open_session(CK_SLOT_ID, CK_FLAGS, void*, CK_NOTIFY, CK_SESSION_HANDLE* session) {
  *session = 1;
  return CKR_OK;
}
CK_RV close_session(CK_SESSION_HANDLE) { return CKR_OK; }
CK_RV stop_at_the_first(CK_SESSION_HANDLE, CK_OBJECT_HANDLE, CK_ATTRIBUTE* wanted, CK_ULONG count) {
  const std::string_view label = "apple";
  bool complete = true;
  for (CK_ATTRIBUTE& attribute : std::span(wanted, count)) {
    if (attribute.type != CKA_LABEL) {
      complete = false;
      attribute.ulValueLen = CK_UNAVAILABLE_INFORMATION;
      if (attribute.pValue != nullptr) break;
      continue;
    }
    if (attribute.pValue != nullptr) std::memcpy(attribute.pValue, label.data(), label.size());
    attribute.ulValueLen = label.size();
  }
  return complete ? CKR_OK : CKR_ATTRIBUTE_TYPE_INVALID;
}

// A module whose numbers are all wrong.
CK_RV find_init(CK_SESSION_HANDLE, CK_ATTRIBUTE*, CK_ULONG) { return CKR_OK; }
CK_RV find_final(CK_SESSION_HANDLE) { return CKR_OK; }
CK_RV find_more_than_asked(CK_SESSION_HANDLE, CK_OBJECT_HANDLE*, CK_ULONG room, CK_ULONG* count) {
  *count = room + 1;
  return CKR_OK;
}
CK_RV endless_mechanisms(CK_SLOT_ID, CK_MECHANISM_TYPE*, CK_ULONG* count) {
  *count = 1UL << 60U;
  return CKR_OK;
}
CK_RV endless_values(CK_SESSION_HANDLE, CK_OBJECT_HANDLE, CK_ATTRIBUTE* wanted, CK_ULONG count) {
  for (CK_ATTRIBUTE& attribute : std::span(wanted, count)) attribute.ulValueLen = 1UL << 60U;
  return CKR_OK;
}

}  // namespace

TEST_CASE("a module's impossible numbers are failures of its own", "[pkcs11]") {
  CK_FUNCTION_LIST functions{};
  functions.C_OpenSession = open_session;
  functions.C_CloseSession = close_session;
  functions.C_FindObjectsInit = find_init;
  functions.C_FindObjects = find_more_than_asked;
  functions.C_FindObjectsFinal = find_final;
  functions.C_GetMechanismList = endless_mechanisms;
  functions.C_GetAttributeValue = endless_values;
  const auto session = Session::open(functions, 0, SessionMode::read_only);
  REQUIRE(session.has_value());
  const auto found = find_objects_of_class(*session, CKO_PRIVATE_KEY);
  REQUIRE_FALSE(found.has_value());
  CHECK(ckr_class(found.error().rv) == CkrClass::sick);
  CHECK_FALSE(signing_mechanisms(functions, 0).has_value());
  const auto read = read_attributes(*session, 1, kAsked);
  REQUIRE(read.has_value());
  for (const CK_ATTRIBUTE_TYPE type : kAsked) CHECK_FALSE(read->has(type));
}

TEST_CASE("attributes are read whatever their length, beside some that are not there", "[pkcs11]") {
  const test::SoftHsm hsm;
  const auto module = Module::load({.path = test::softhsm_module()});
  REQUIRE_OK(module);
  const auto token = find_token(**module, parse_pkcs11_uri(hsm.token_uri()).value());
  REQUIRE_OK(token);
  const auto session = Session::open((*module)->functions(), token->slot, SessionMode::read_only);
  REQUIRE(session.has_value());
  const auto [label_bytes, value_bytes] =
      GENERATE(table<std::size_t, std::size_t>({{5, 60}, {0, 0}, {1024, 4096}, {1023, 4095}, {5000, 60}, {5, 50'000}}));
  const Bytes label(label_bytes, std::byte{'l'});
  const Bytes value(value_bytes, std::byte{7});
  Template data;
  data.number(CKA_CLASS, CKO_DATA).flag(CKA_TOKEN, false).flag(CKA_PRIVATE, false);
  data.bytes(CKA_LABEL, label).bytes(CKA_VALUE, value);
  CK_OBJECT_HANDLE object = 0;
  REQUIRE(session->functions().C_CreateObject(session->handle(), data.attributes().data(), data.size(), &object) ==
          CKR_OK);

  const auto read = read_attributes(*session, object, kAsked);
  REQUIRE(read.has_value());
  CHECK(to_bytes(read->bytes(CKA_LABEL)) == label);
  CHECK(to_bytes(read->bytes(CKA_VALUE)) == value);
  CHECK(read->has(CKA_APPLICATION));
  CHECK_FALSE(read->has(CKA_MODULUS));
  CHECK_FALSE(read->has(CKA_SENSITIVE));
}

TEST_CASE("what a module left untouched is asked for again and never taken for a value", "[pkcs11]") {
  CK_FUNCTION_LIST functions{};
  functions.C_OpenSession = open_session;
  functions.C_CloseSession = close_session;
  functions.C_GetAttributeValue = stop_at_the_first;
  const auto session = Session::open(functions, 0, SessionMode::read_only);
  REQUIRE(session.has_value());
  auto asked = kAsked;
  std::rotate(asked.begin(), asked.begin() + 1, asked.end());  // the label last
  const auto read = read_attributes(*session, 1, asked);
  REQUIRE(read.has_value());
  CHECK(read->text(CKA_LABEL) == "apple");
  for (const CK_ATTRIBUTE_TYPE other : {CKA_MODULUS, CKA_VALUE, CKA_APPLICATION, CKA_SENSITIVE})
    CHECK_FALSE(read->has(other));
}

}  // namespace signet::pkcs11
