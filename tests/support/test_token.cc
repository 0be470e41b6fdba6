#include "tests/support/test_token.h"

#include <fstream>
#include <stdexcept>

#include "proto/bytes.h"
#include "proto/pkcs11_uri.h"
#include "proto/sha256.h"
#include "tests/support/run_program.h"

namespace signet::test {
namespace {

Bytes from_hex(std::string_view text) {
  Bytes octets;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    octets.push_back(static_cast<std::byte>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
  }
  return octets;
}

const char* flaw_name(KeyFlaw flaw) {
  switch (flaw) {
    case KeyFlaw::none:
      return "none";
    case KeyFlaw::extractable:
      return "extractable";
    case KeyFlaw::not_sensitive:
      return "not-sensitive";
    case KeyFlaw::no_sign:
      return "no-sign";
  }
  return "";
}

std::string run_key_maker(const TestToken& token, const std::vector<std::string>& order) {
  std::vector<std::string> words{SIGNET_TOKEN_KEY_MAKER, token.module(), token.module_args(), token.token_uri(),
                                 token.pin_file()};
  words.insert(words.end(), order.begin(), order.end());
  return output_of(words);
}

}  // namespace

TestToken::TestToken(std::string module, std::string label, std::string pin)
    : module_(std::move(module)), label_(std::move(label)), pin_(std::move(pin)) {
  std::ofstream(pin_file()) << pin_ << "\n";
}

std::string TestToken::token_uri() const {
  Pkcs11Uri uri;
  uri.token = label_;
  return to_string(uri);
}

void TestToken::set_variable(const std::string& name, const std::string& value) {
  environment_[name] = value;
  set_here_.emplace_back(name, value);
}

std::optional<PublicKey> TestToken::try_make_key(const KeySpec& spec) const {
  const std::string hex = run_key_maker(
      *this, {"make", spec.label, spec.id_hex, std::string(key_type_name(spec.type)), std::to_string(spec.rsa_bits),
              flaw_name(spec.flaw), spec.keep_public_object ? "keep" : "drop"});
  auto key = PublicKey::from_spki(from_hex(hex));
  if (!key) return std::nullopt;
  return std::move(*key);
}

PublicKey TestToken::make_key(const KeySpec& spec) const {
  auto key = try_make_key(spec);
  if (!key) throw std::runtime_error("the key made on the token has no public half");
  return *key;
}

void TestToken::store_certificate(const std::string& label, const std::string& id_hex, BytesView der) const {
  run_key_maker(*this, {"store", label, id_hex, hex(der)});
}

void TestToken::remove_key(const std::string& label) const { run_key_maker(*this, {"remove", label}); }

}  // namespace signet::test
