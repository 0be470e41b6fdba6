#include "tests/fuzz/token_key_promises.h"

#include "pkcs11/mechanisms.h"
#include "pkcs11/provider/signature_kind.h"
#include "proto/pkcs11_uri.h"
#include "proto/utf8.h"
#include "tests/fuzz/expect.h"

namespace signet::fuzz {
namespace {

void check_usable(const pkcs11::TokenKey& key) {
  expect(key.sensitive, "a usable key is sensitive");
  expect(!key.extractable, "a usable key cannot be extracted");
  expect(!key.always_authenticate, "a usable key wants no PIN per signature");
  expect(key.type.has_value() && !key.algorithms.empty(), "a usable key has an algorithm");
}

void check_name(const pkcs11::TokenKey& key) {
  const std::string name = pkcs11::canonical_uri(key);
  expect(is_utf8(name), "a key's name can travel in a frame");
  const auto uri = parse_pkcs11_uri(name);
  expect(uri.has_value(), "the name we give a key is one we take");
  expect(!uri->id || *uri->id == key.id, "the name has the key's id");
  expect(!uri->object || *uri->object == key.label, "the name has the key's label");
  expect(key.id.empty() || uri->id.has_value(), "an id is part of the name");
}

}  // namespace

void check_token_key(const pkcs11::TokenKey& key, const std::set<CK_MECHANISM_TYPE>& mechanisms) {
  for (const Algorithm algorithm : key.algorithms) {
    expect(algorithm_info(algorithm).key_type == key.type, "an algorithm is of the key's type");
    const auto mechanism = pkcs11::choose_mechanism(provider::kind_of(algorithm), mechanisms);
    expect(mechanism && mechanisms.contains(mechanism->type), "an algorithm has a mechanism of the token");
  }
  if (key.unusable.empty()) check_usable(key);
  check_name(key);
  const pkcs11::KeyView view = pkcs11::view_of(key, "object");
  expect(view.usable == key.unusable.empty() && view.message == key.unusable, "what describe tells is what was judged");
  expect(view.spki.empty() == !key.public_key.has_value(), "describe has the public half where there is one");
}

}  // namespace signet::fuzz
