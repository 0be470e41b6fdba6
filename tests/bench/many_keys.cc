#include "tests/bench/many_keys.h"

#include <fmt/format.h>

#include "pkcs11/key_template.h"
#include "pkcs11/quirks.h"

namespace signet::bench {
namespace {

pkcs11::KeyName name_of(std::uint32_t number) {
  const auto octet = [number](unsigned shift) { return static_cast<std::byte>((number >> shift) & 0xffU); };
  return {.label = many_keys_label(number), .id = {octet(24), octet(16), octet(8), octet(0)}};
}

pkcs11::Template public_template(const pkcs11::KeyName& name) {
  pkcs11::Template wanted;
  wanted.flag(CKA_TOKEN, true).flag(CKA_PRIVATE, false).flag(CKA_VERIFY, true);
  wanted.bytes(CKA_EC_PARAMS, pkcs11::ec_params_of(KeyType::ec_p256));
  wanted.bytes(CKA_LABEL, bytes_of(name.label)).bytes(CKA_ID, name.id);
  return wanted;
}

Result<void> make_key(const pkcs11::Session& session, const pkcs11::KeyName& name) {
  auto for_public = public_template(name);
  auto for_private = pkcs11::private_key_template(KeyType::ec_p256, name, pkcs11::Strictness::plain);
  CK_MECHANISM mechanism{CKM_EC_KEY_PAIR_GEN, nullptr, 0};
  CK_OBJECT_HANDLE public_key = 0;
  CK_OBJECT_HANDLE private_key = 0;
  return named(pkcs11::check("C_GenerateKeyPair",
                             session.functions().C_GenerateKeyPair(
                                 session.handle(), &mechanism, for_public.attributes().data(), for_public.size(),
                                 for_private.attributes().data(), for_private.size(), &public_key, &private_key)));
}

}  // namespace

std::string many_keys_label(std::uint32_t number) { return fmt::format("key-{}", number); }

Result<void> make_keys(const TokenName& name, BytesView pin, std::uint32_t first, std::uint32_t last) {
  SIGNET_TRY_ASSIGN(const RawToken token, open_raw_token(name, pkcs11::SessionMode::read_write, pin));
  for (std::uint32_t number = first; number <= last; ++number) SIGNET_TRY(make_key(token.session, name_of(number)));
  return {};
}

}  // namespace signet::bench
