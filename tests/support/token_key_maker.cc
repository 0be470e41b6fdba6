// Makes a key pair on a token, with flaws if asked, stores a certificate there, or removes either: what tests of
// signet-token need and no program of ours would do.
//
// token_key_maker MODULE MODULE-ARGS TOKEN-URI PIN-FILE make LABEL ID-HEX TYPE RSA-BITS FLAW keep|drop
//
// token_key_maker MODULE MODULE-ARGS TOKEN-URI PIN-FILE store LABEL ID-HEX DER-HEX
//
// token_key_maker MODULE MODULE-ARGS TOKEN-URI PIN-FILE remove LABEL
//
// FLAW: none, extractable, not-sensitive or no-sign. drop: without the public key's object. make prints the public
// key's SubjectPublicKeyInfo in hexadecimal. store makes a certificate object of whatever octets it is
// given.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "host/secret.h"
#include "pkcs11/module.h"
#include "pkcs11/objects.h"
#include "pkcs11/public_key_source.h"
#include "pkcs11/quirks.h"
#include "pkcs11/session.h"
#include "pkcs11/survey.h"

namespace {

using namespace signet;
using namespace signet::pkcs11;

template <class T>
T need(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message + " " + result.error().detail);
  return std::move(*result);
}
template <class T>
T need(CallResult<T> result) {
  if (!result) throw std::runtime_error(to_string(result.error()));
  return std::move(*result);
}
void need(CallResult<void> result) {
  if (!result) throw std::runtime_error(to_string(result.error()));
}

KeyType type_named(const std::string& name) {
  for (const KeyType type : {KeyType::ec_p256, KeyType::ec_p384, KeyType::ec_p521, KeyType::rsa, KeyType::ed25519}) {
    if (name == key_type_name(type)) return type;
  }
  throw std::runtime_error("no such key type: " + name);
}

std::string from_hex(const std::string& text) {
  std::string octets;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    octets.push_back(static_cast<char>(std::stoi(text.substr(i, 2), nullptr, 16)));
  return octets;
}

CK_MECHANISM_TYPE generator_of(KeyType type) {
  if (type == KeyType::rsa) return CKM_RSA_PKCS_KEY_PAIR_GEN;
  return type == KeyType::ed25519 ? CKM_EC_EDWARDS_KEY_PAIR_GEN : CKM_EC_KEY_PAIR_GEN;
}

class Template {
 public:
  void add(CK_ATTRIBUTE_TYPE type, std::string value) { entries_.emplace_back(type, std::move(value)); }
  void add(CK_ATTRIBUTE_TYPE type, bool flag) { add(type, std::string(1, flag ? '\1' : '\0')); }
  void add_number(CK_ATTRIBUTE_TYPE type, CK_ULONG number) {
    add(type, std::string(reinterpret_cast<const char*>(&number), sizeof number));
  }
  std::vector<CK_ATTRIBUTE> view() {
    std::vector<CK_ATTRIBUTE> attributes;
    for (auto& [type, value] : entries_) attributes.push_back({type, value.data(), value.size()});
    return attributes;
  }

 private:
  std::vector<std::pair<CK_ATTRIBUTE_TYPE, std::string>> entries_;
};

Template public_template(KeyType type, CK_ULONG rsa_bits, const std::string& label, const std::string& id) {
  Template attributes;
  attributes.add(CKA_TOKEN, true);
  attributes.add(CKA_VERIFY, true);
  attributes.add(CKA_LABEL, label);
  attributes.add(CKA_ID, id);
  if (type == KeyType::rsa) {
    attributes.add_number(CKA_MODULUS_BITS, rsa_bits);
    attributes.add(CKA_PUBLIC_EXPONENT, std::string("\x01\x00\x01", 3));
  } else {
    attributes.add(CKA_EC_PARAMS, std::string(text_of(ec_params_of(type))));
  }
  return attributes;
}

Template private_template(const std::string& flaw, const std::string& label, const std::string& id) {
  Template attributes;
  attributes.add(CKA_TOKEN, true);
  attributes.add(CKA_PRIVATE, true);
  attributes.add(CKA_SENSITIVE, flaw != "not-sensitive");
  attributes.add(CKA_EXTRACTABLE, flaw == "extractable");
  attributes.add(CKA_SIGN, flaw != "no-sign");
  attributes.add(CKA_LABEL, label);
  attributes.add(CKA_ID, id);
  return attributes;
}

void print_public_key(const Session& session, CK_OBJECT_HANDLE object) {
  const auto key = public_key_of_object(need(read_attributes(session, object, public_key_attributes())));
  if (key) std::printf("%s", hex(key->spki()).c_str());
}

/// A session in which the user is logged in, and what it stands on.
struct Login {
  std::unique_ptr<Module> module;
  Session session;
};

Login log_in(const std::vector<std::string>& words) {
  auto module = need(Module::load({.path = words[1], .init_args = words[2]}));
  const TokenSurvey token = need(find_token(*module, need(parse_pkcs11_uri(words[3]))));
  Session session = need(Session::open(module->functions(), token.slot, SessionMode::read_write));
  if (token.login_required) {
    const host::Secret pin = need(host::read_secret_file(words[4], 256));
    need(login(session, CKU_USER, pin.bytes()));
  }
  return {std::move(module), std::move(session)};
}

void make(const Session& session, std::span<const std::string> words) {
  const KeyType type = type_named(words[2]);
  Template for_public = public_template(type, std::stoul(words[3]), words[0], from_hex(words[1]));
  Template for_private = private_template(words[4], words[0], from_hex(words[1]));
  auto public_view = for_public.view();
  auto private_view = for_private.view();
  CK_MECHANISM mechanism{generator_of(type), nullptr, 0};
  CK_OBJECT_HANDLE public_key = 0;
  CK_OBJECT_HANDLE private_key = 0;
  const CK_FUNCTION_LIST& functions = session.functions();
  need(check("C_GenerateKeyPair",
             functions.C_GenerateKeyPair(session.handle(), &mechanism, public_view.data(), public_view.size(),
                                         private_view.data(), private_view.size(), &public_key, &private_key)));
  print_public_key(session, public_key);
  if (words[5] == "drop") need(check("C_DestroyObject", functions.C_DestroyObject(session.handle(), public_key)));
}

/// DER of the name "CN=test"; the octets themselves give the serial number, which tells the objects of one issuer
/// apart.
constexpr std::string_view kSubject = "\x30\x0f\x31\x0d\x30\x0b\x06\x03\x55\x04\x03\x0c\x04test";
std::string serial_of(const std::string& octets) {
  const Sha256Digest digest = sha256(bytes_of(octets));
  return "\x02\x08\x01" + std::string(text_of(digest).substr(0, 7));
}

void store(const Session& session, std::span<const std::string> words) {
  Template attributes;
  attributes.add_number(CKA_CLASS, CKO_CERTIFICATE);
  attributes.add_number(CKA_CERTIFICATE_TYPE, CKC_X_509);
  attributes.add(CKA_TOKEN, true);
  attributes.add(CKA_PRIVATE, false);
  attributes.add(CKA_LABEL, words[0]);
  attributes.add(CKA_ID, from_hex(words[1]));
  const std::string octets = from_hex(words[2]);
  attributes.add(CKA_SUBJECT, std::string(kSubject));
  attributes.add(CKA_ISSUER, std::string(kSubject));
  attributes.add(CKA_SERIAL_NUMBER, serial_of(octets));
  attributes.add(CKA_VALUE, octets);
  auto view = attributes.view();
  CK_OBJECT_HANDLE object = 0;
  need(
      check("C_CreateObject", session.functions().C_CreateObject(session.handle(), view.data(), view.size(), &object)));
}

void remove(const Session& session, std::string label) {
  const std::array wanted{CK_ATTRIBUTE{CKA_LABEL, label.data(), label.size()}};
  const auto objects = need(find_objects(session, wanted));
  if (objects.empty()) throw std::runtime_error("no object has the label " + label);
  for (const CK_OBJECT_HANDLE object : objects)
    need(check("C_DestroyObject", session.functions().C_DestroyObject(session.handle(), object)));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::vector<std::string> words(argv, argv + argc);
    const bool makes = words.size() == 12 && words[5] == "make";
    const bool stores = words.size() == 9 && words[5] == "store";
    const bool removes = words.size() == 7 && words[5] == "remove";
    if (!makes && !stores && !removes) throw std::runtime_error("wrong arguments; see the head of this file");
    const Login login = log_in(words);
    if (makes) make(login.session, std::span(words).subspan(6));
    if (stores) store(login.session, std::span(words).subspan(6));
    if (removes) remove(login.session, words[6]);
    return EXIT_SUCCESS;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "token_key_maker: %s\n", error.what());
    return EXIT_FAILURE;
  }
}
