// signet-admin's import over each module we can run here: what goes in signs, and what does not is said.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/contract/subject.h"
#include "tests/support/catch.h"
#include "tests/support/jws_input.h"
#include "tests/support/run_program.h"

namespace signet::test {
namespace {

using namespace std::chrono_literals;

/// A key made by the openssl program, as a PEM file of PKCS#8, and its public half.
struct KeyFile {
  std::string path;
  PublicKey key;
};

std::vector<std::string> genpkey_options(KeyType type) {
  switch (type) {
    case KeyType::ec_p256:
      return {"EC", "-pkeyopt", "ec_paramgen_curve:P-256"};
    case KeyType::ec_p384:
      return {"EC", "-pkeyopt", "ec_paramgen_curve:P-384"};
    case KeyType::ec_p521:
      return {"EC", "-pkeyopt", "ec_paramgen_curve:P-521"};
    case KeyType::rsa:
      return {"RSA", "-pkeyopt", "rsa_keygen_bits:2048"};
    case KeyType::ed25519:
      return {"ED25519"};
  }
  return {};
}

KeyFile make_key_file(const TestToken& token, const std::string& label, KeyType type) {
  const std::string path = token.directory().file(label + ".pem");
  std::vector<std::string> words{"openssl", "genpkey", "-out", path, "-algorithm"};
  const auto options = genpkey_options(type);
  words.insert(words.end(), options.begin(), options.end());
  output_of(words);
  const std::string spki = output_of({"openssl", "pkey", "-in", path, "-pubout", "-outform", "DER"});
  return {path, PublicKey::from_spki(bytes_of(spki)).value()};
}

std::string write_configuration(const TestToken& token) {
  const std::string path = token.directory().file("import.conf");
  std::ofstream config(path);
  config << "module = " << token.module() << "\ntoken = " << token.token_uri() << "\nsocket = unused\nallow = uid:0\n"
         << "state-dir = " << token.directory().path() << "\n";
  if (!token.module_args().empty()) config << "module-args = " << token.module_args() << "\n";
  return path;
}

void import_key(const TestToken& token, const std::string& configuration, const std::string& file) {
  // The PIN comes on a descriptor, which takes a shell to open.
  output_of({"sh", "-c", R"(exec "$0" key import "$1" --config "$2" --pin-fd 3 3<"$3")", SIGNET_ADMIN_PROGRAM, file,
             configuration, token.pin_file()});
}

}  // namespace

TEMPLATE_TEST_CASE("signet-admin imports exactly the keys that a module takes, and they sign", "[contract]", SoftHsm,
                   P11KitRemoting, NssDatabase, SoftwareTpm) {
  auto owned = std::make_unique<TestType>();
  const TestToken& token = *owned;
  const auto imported = token.abilities().imports;
  const std::string configuration = write_configuration(token);
  std::vector<std::pair<std::string, PublicKey>> keys;
  for (const KeyType type : {KeyType::ec_p256, KeyType::ec_p384, KeyType::ec_p521, KeyType::rsa, KeyType::ed25519}) {
    const std::string label = "key-" + std::to_string(static_cast<int>(type));
    const KeyFile file = make_key_file(token, label, type);
    INFO(key_type_name(type));
    if (std::ranges::count(imported, type) == 0) {
      CHECK_THROWS(import_key(token, configuration, file.path));
      continue;
    }
    import_key(token, configuration, file.path);
    keys.emplace_back(label, file.key);
  }
  ModuleSubject subject(std::move(owned));
  subject.open(1);
  CHECK(subject.signer().describe({}).size() == keys.size());
  for (const auto& [label, key] : keys) {
    const Algorithm algorithm = default_algorithm(key.type());
    const std::string object = "pkcs11:object=" + label;
    const std::string message = jws_input(algorithm);
    const auto signature = subject.signer().sign({.object = object,
                                                  .algorithm = algorithm,
                                                  .message = message,
                                                  .expected_spki_sha256 = key.spki_sha256(),
                                                  .deadline = std::chrono::steady_clock::now() + 60s});
    INFO(label);
    REQUIRE(signature.has_value());
    CHECK(key.verify(algorithm, bytes_of(message), signature->value).has_value());
  }
}

}  // namespace signet::test
