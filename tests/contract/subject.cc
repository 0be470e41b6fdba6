#include "tests/contract/subject.h"

#include <filesystem>
#include <mutex>

#include "tests/support/catch.h"

namespace signet::test {

using namespace signet::pkcs11;
using namespace std::chrono_literals;

TokenAbilities FakeSubject::abilities() const {
  TokenAbilities abilities{
      .key_types = {KeyType::ec_p256, KeyType::ec_p384, KeyType::ec_p521, KeyType::rsa, KeyType::ed25519},
      .imports = {},
      .algorithms = {},
      .makes_exportable_keys = true,
      .hides_public_halves = true,
      .tells_made_here = false,
      .shows_others_changes = true};
  for (const AlgorithmInfo& info : all_algorithms()) abilities.algorithms.push_back(info.algorithm);
  return abilities;
}

PublicKey FakeSubject::add_key(const KeySpec& spec) {
  return signer_.add_key(spec.label, spec.type, [&spec](TokenKey& key) {
    key.id = to_bytes(spec.id_hex);
    if (!spec.keep_public_object) key.public_key.reset();
    if (spec.flaw != KeyFlaw::none) key.unusable = "flawed on purpose";
  });
}

void FakeSubject::add_certificate(const std::string& label, const std::string& id_hex, BytesView der) {
  signer_.add_certificate(label, bytes_of(id_hex), der);
}

void FakeSubject::open(int) {
  signer_.forget();
  REQUIRE(signer_.refresh(std::chrono::steady_clock::now()).has_value());
}

void ModuleSubject::open(int sessions) {
  signer_.reset();  // one C_Initialize at a time
  config_.module = {.path = token_->module(), .init_args = token_->module_args()};
  config_.token = parse_pkcs11_uri(token_->token_uri()).value();
  config_.pin_file = token_->pin_file();
  config_.state_dir = token_->directory().file("state");
  config_.sessions = sessions;
  std::filesystem::create_directory(config_.state_dir);
  std::timed_mutex login_attempt;
  TokenOpening opening(config_, "", login_attempt, [](const TokenSurvey&) {});
  auto opened = opening.run();
  if (!opened) FAIL(opened.error().error.message << " " << opened.error().error.detail);
  CHECK(opened->sessions.size() == static_cast<std::size_t>(sessions));
  watch_ = std::make_unique<CallWatch>(opened->sessions.size(), 1s, [] {});
  signer_ = std::make_unique<Pkcs11Signer>(std::move(*opened), SigningPolicy{Verify::always, 60s}, *watch_, 0U,
                                           [](const CallFailure& failure) { FAIL(to_string(failure)); });
}

}  // namespace signet::test
