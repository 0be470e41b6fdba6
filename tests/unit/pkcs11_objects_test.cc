#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "pkcs11/key_template.h"
#include "pkcs11/objects.h"
#include "pkcs11/survey.h"
#include "tests/support/matchers.h"
#include "tests/support/softhsm.h"

namespace signet::pkcs11 {
namespace {

// NSS: a number only into a buffer of exactly its length, and of two complaints the one about a missing attribute.
CK_RV insist_on_exact_numbers(CK_SESSION_HANDLE, CK_OBJECT_HANDLE, CK_ATTRIBUTE* wanted, CK_ULONG count) {
  constexpr CK_ULONG kType = CKK_EC;
  for (CK_ATTRIBUTE& attribute : std::span(wanted, count)) {
    const bool fits = attribute.pValue == nullptr || attribute.ulValueLen == sizeof kType;
    if (attribute.type != CKA_KEY_TYPE || !fits) {
      attribute.ulValueLen = CK_UNAVAILABLE_INFORMATION;
      continue;
    }
    if (attribute.pValue != nullptr) std::memcpy(attribute.pValue, &kType, sizeof kType);
    attribute.ulValueLen = sizeof kType;
  }
  return CKR_ATTRIBUTE_TYPE_INVALID;
}

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

}  // namespace

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

TEST_CASE("a number is read from a module that wants its buffer exact", "[pkcs11]") {
  CK_FUNCTION_LIST functions{};
  functions.C_OpenSession = open_session;
  functions.C_CloseSession = close_session;
  functions.C_GetAttributeValue = insist_on_exact_numbers;
  const auto session = Session::open(functions, 0, SessionMode::read_only);
  REQUIRE(session.has_value());
  const auto read = read_attributes(*session, 1, std::array{CKA_SENSITIVE, CKA_KEY_TYPE});
  REQUIRE(read.has_value());
  CHECK(read->number(CKA_KEY_TYPE) == CKK_EC);
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
  std::ranges::rotate(asked, asked.begin() + 1);  // the label last
  std::vector<CK_ATTRIBUTE_TYPE> with_number(asked.begin(), asked.end());
  with_number.push_back(CKA_KEY_TYPE);
  const auto read = read_attributes(*session, 1, with_number);
  REQUIRE(read.has_value());
  CHECK(read->text(CKA_LABEL) == "apple");
  for (const CK_ATTRIBUTE_TYPE other : {CKA_MODULUS, CKA_VALUE, CKA_APPLICATION, CKA_SENSITIVE, CKA_KEY_TYPE})
    CHECK_FALSE(read->has(other));
}

}  // namespace signet::pkcs11
