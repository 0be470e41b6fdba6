#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "cli/signet-admin/help.h"
#include "cli/signet-admin/key_commands.h"
#include "cli/signet-admin/key_file.h"
#include "cli/signet-admin/token_commands.h"
#include "cli/signet-admin/token_views.h"
#include "cli/signet-admin/unlock_command.h"
#include "pkcs11/key_import.h"
#include "pkcs11/key_wrap.h"
#include "proto/openssl_handles.h"
#include "tests/support/matchers.h"

namespace signet::admin {
namespace {

using pkcs11::TokenKey;
using pkcs11::TokenSurvey;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, FreeWith<EVP_CIPHER_CTX_free>>;

TokenSurvey token(std::string label, std::string serial, bool initialized) {
  return {
      .label = std::move(label), .serial = std::move(serial), .initialized = initialized, .user_pin_set = initialized};
}

PublicKey public_key_of(const EvpKey& key) {
  unsigned char* der = nullptr;
  const int length = i2d_PUBKEY(key.get(), &der);
  auto result = PublicKey::from_spki(std::as_bytes(std::span(der, static_cast<std::size_t>(length))));
  OPENSSL_free(der);
  REQUIRE_OK(result);
  return *result;
}

PublicKey some_key() { return public_key_of(EvpKey(EVP_EC_gen("P-256"))); }

// RFC 5649 backwards, by OpenSSL alone.
Bytes aes_unwrap_pad(BytesView key, BytesView wrapped) {
  const CipherContext context(EVP_CIPHER_CTX_new());
  EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
  Bytes plain(wrapped.size() + 8);
  int length = 0;
  REQUIRE(EVP_DecryptInit_ex(context.get(), EVP_aes_256_wrap_pad(), nullptr, octets(key), nullptr) == 1);
  REQUIRE(EVP_DecryptUpdate(context.get(), writable_octets(plain), &length, octets(wrapped),
                            static_cast<int>(wrapped.size())) == 1);
  plain.resize(static_cast<std::size_t>(length));
  return plain;
}

Bytes oaep_decrypt(EVP_PKEY* key, BytesView sealed) {
  const EvpKeyContext context(EVP_PKEY_CTX_new(key, nullptr));
  REQUIRE(EVP_PKEY_decrypt_init(context.get()) == 1);
  REQUIRE(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_OAEP_PADDING) == 1);
  REQUIRE(EVP_PKEY_CTX_set_rsa_oaep_md(context.get(), EVP_sha256()) == 1);
  Bytes plain(sealed.size());
  std::size_t length = plain.size();
  REQUIRE(EVP_PKEY_decrypt(context.get(), writable_octets(plain), &length, octets(sealed), sealed.size()) == 1);
  plain.resize(length);
  return plain;
}

TEST_CASE("a key wrapped for CKM_AES_KEY_WRAP_PAD comes out again, whatever its length") {
  const auto key = pkcs11::make_wrapping_key();
  REQUIRE_OK(key);
  for (const std::size_t size : {std::size_t{1}, std::size_t{8}, std::size_t{138}, std::size_t{1217}}) {
    const Bytes plain(size, std::byte{0x5a});
    const auto wrapped = pkcs11::aes_wrap_pad(*key, plain);
    REQUIRE_OK(wrapped);
    CHECK(wrapped->size() == (size + 7) / 8 * 8 + 8);
    CHECK(aes_unwrap_pad(key->bytes(), *wrapped) == plain);
  }
}

TEST_CASE("a key wrapped for CKM_RSA_AES_KEY_WRAP is OAEP of an AES key, then the key under it") {
  const EvpKey rsa(EVP_RSA_gen(2048));
  const Bytes plain(138, std::byte{0x5a});
  const auto wrapped = pkcs11::rsa_aes_wrap(public_key_of(rsa), plain);
  REQUIRE_OK(wrapped);
  const Bytes aes_key = oaep_decrypt(rsa.get(), BytesView(*wrapped).first(256));
  CHECK(aes_key.size() == 32);
  CHECK(aes_unwrap_pad(aes_key, BytesView(*wrapped).subspan(256)) == plain);
}

TEST_CASE("two wrapping keys are never the same") {
  const auto one = pkcs11::make_wrapping_key();
  const auto other = pkcs11::make_wrapping_key();
  REQUIRE_OK(one);
  REQUIRE_OK(other);
  CHECK(to_bytes(one->bytes()) != to_bytes(other->bytes()));
}

TEST_CASE("the default id begins like the pin") {
  const auto key = some_key();
  const auto id = pkcs11::default_key_id(key);
  CHECK(id.size() == 20);
  CHECK(key.pin().starts_with("sha256:" + hex(id)));
}

TEST_CASE("token init takes the one token that waits") {
  const std::vector<TokenSurvey> tokens{token("old", "1", true), token("", "2", false)};
  const auto chosen = slot_to_initialise(tokens, {.token = "new"}, false);
  REQUIRE(chosen);
  CHECK(chosen->serial == "2");
}

TEST_CASE("token init never guesses between several, and overwrites by force alone") {
  const std::vector<TokenSurvey> tokens{token("old", "1", true), token("", "2", false), token("", "3", false)};
  const auto several = slot_to_initialise(tokens, {.token = "new"}, true);
  REQUIRE_FALSE(several);
  CHECK(several.error().code == ExitCode::refused);
  const auto by_serial = slot_to_initialise(tokens, {.token = "new", .serial = "3"}, false);
  REQUIRE(by_serial);
  CHECK(by_serial->serial == "3");
  const auto kept = slot_to_initialise(tokens, {.token = "old"}, false);
  REQUIRE_FALSE(kept);
  CHECK(kept.error().code == ExitCode::refused);
  const auto forced = slot_to_initialise(tokens, {.token = "old"}, true);
  REQUIRE(forced);
  CHECK(forced->serial == "1");
  const auto none = slot_to_initialise({token("old", "1", true)}, {.token = "new"}, true);
  REQUIRE_FALSE(none);
  CHECK(none.error().code == ExitCode::unavailable);
}

TEST_CASE("a key is chosen by label before id, and never among several") {
  const std::vector<TokenKey> keys{{.id = Bytes{std::byte{1}}, .label = "twin"},
                                   {.id = Bytes{std::byte{2}}, .label = "twin"},
                                   {.id = Bytes{std::byte{3}}, .label = "01"}};
  CHECK(choose_key(keys, "01")->label == "01");
  CHECK(choose_key(keys, "02")->label == "twin");
  CHECK(choose_key(keys, "pkcs11:object=twin;id=%01")->id == Bytes{std::byte{1}});
  CHECK_FALSE(choose_key(keys, "twin"));
  CHECK_FALSE(choose_key(keys, "absent"));
  CHECK_FALSE(choose_key(keys, "pkcs11:slot-id=1"));
}

TEST_CASE("only Apple's own names give a key id") {
  CHECK(apple_key_id("AuthKey_2X9R4HXF34") == "2X9R4HXF34");
  CHECK(apple_key_id("AuthKey_2X9R4HXF3").empty());
  CHECK(apple_key_id("AuthKey_2x9r4hxf34").empty());
  CHECK(apple_key_id("SubscriptionKey_2X9R4HXF34").empty());
}

TEST_CASE("a key file says where something is missing, and keeps to one line per option") {
  const auto key = some_key();
  const KeyFileFacts facts{.link_name = "build", .label = "key one"};
  const auto text = key_file_text(facts, {}, key);
  REQUIRE(text);
  CHECK(text->text.find("object     = pkcs11:object=key%20one\n") != std::string::npos);
  CHECK(text->text.find("public-key = " + key.pin() + "\n") != std::string::npos);
  for (const std::string waiting : {"profile   ", "key-id    ", "issuer    ", "role      ", "allow     "})
    CHECK(text->text.find("\n" + waiting + " =   # ") != std::string::npos);
  CHECK_FALSE(text->complete);
  for (const std::string value : {"a\nb", "a # b", " a", "a\x7f"}) {
    const auto refused = key_file_text(facts, KeyFileOptions{.issuer = value}, key);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ExitCode::usage);
  }
}

TEST_CASE("a key file has the lines that its profile wants") {
  rules::Profile profile;
  profile.name = "other";
  profile.variables["account"] = {};
  const KeyFileFacts facts{.link_name = "build", .label = "one", .source = "AuthKey_2X9R4HXF34"};
  const auto text = key_file_text(facts, {.profile = "other", .allow = {"uid:1"}}, some_key(), &profile);
  REQUIRE(text);
  CHECK(text->text.find("account    =   # ") != std::string::npos);
  for (const std::string foreign : {"key-id", "issuer", "role"}) CHECK(text->text.find(foreign) == std::string::npos);
  CHECK_FALSE(text->complete);
  profile.variables.clear();
  const auto whole = key_file_text(facts, {.profile = "other", .allow = {"uid:1"}}, some_key(), &profile);
  REQUIRE(whole);
  CHECK(whole->complete);
}

TEST_CASE("a token's flags are told in words") {
  CHECK(flags_in_words({}) == "not initialised");
  CHECK(flags_in_words(token("a", "1", true)) == "initialised, user PIN set");
  auto tried = token("a", "1", true);
  tried.user_pin_count_low = true;
  CHECK(flags_in_words(tried) == "initialised, user PIN set, tries used up by wrong PINs");
  tried.user_pin_final_try = true;
  CHECK(flags_in_words(tried) == "initialised, user PIN set, ONE TRY LEFT");
  tried.user_pin_locked = true;
  tried.so_pin_locked = true;
  CHECK(flags_in_words(tried) == "initialised, user PIN LOCKED, SO PIN LOCKED");
}

Done<std::variant<Invocation, Notice>> unlock_words(std::vector<std::string> words) {
  words.insert(words.begin(), {"token", "unlock-pin"});
  return parse_arguments(words);
}

TEST_CASE("the help of unlock-pin names no option that is refused") {
  const std::string help = command_help(Command::token_unlock_pin);
  CHECK(help.find("--config FILE") != std::string::npos);
  CHECK(help.find("--module") == std::string::npos);
  CHECK(help.find("--token ") == std::string::npos);
  CHECK(command_help(Command::key_list).find("--module") != std::string::npos);
}

TEST_CASE("unlock-pin wants the configuration, and PINs with --reset alone") {
  const auto parsed =
      unlock_words({"--config", "/c/build.conf", "--reset", "--force", "--json", "--so-pin-fd", "3", "--pin-fd", "4"});
  REQUIRE(parsed);
  const auto* invocation = std::get_if<Invocation>(&*parsed);
  REQUIRE(invocation != nullptr);
  CHECK(invocation->command == Command::token_unlock_pin);
  CHECK(invocation->reset);
  CHECK(invocation->force);
  CHECK(invocation->json);
  CHECK(invocation->secrets.so_pin == 3);
  CHECK(invocation->secrets.pin == 4);
  for (const auto& words : std::vector<std::vector<std::string>>{{},
                                                                 {"--module", "/m.so", "--token", "build"},
                                                                 {"--config", "/c", "--pin-fd", "3"},
                                                                 {"--config", "/c", "--so-pin-fd", "3"},
                                                                 {"--config", "/c", "--reset=yes"},
                                                                 {"--config", "/c", "build"}}) {
    const auto refused = unlock_words(words);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ExitCode::usage);
  }
  CHECK_FALSE(parse_arguments({"token", "list", "--config", "/c", "--reset"}));
  CHECK_FALSE(parse_arguments({"key", "list", "--config", "/c", "--force"}));
}

RecordView record_of(std::string serial) {
  return {.note = pkcs11::LoginNote{.serial = std::move(serial), .salt_hex = "", .tag = ""}, .since = 1'700'000'000};
}

TEST_CASE("a record is not removed against the token's word, unless told to") {
  auto plain = token("build", "1", true);
  CHECK(may_try(plain, false));
  plain.user_pin_count_low = true;
  CHECK(may_try(plain, false));
  plain.user_pin_final_try = true;
  CHECK_FALSE(may_try(plain, false));
  CHECK(may_try(plain, true));
  plain.user_pin_locked = true;
  const auto refused = may_try(plain, true);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ExitCode::refused);
}

TEST_CASE("a record is told with its time, and nothing in it reaches the terminal as a command") {
  CHECK(
      record_in_words(record_of("4711")) ==
      "the record of 2023-11-14 22:13:20 UTC is of the token with serial \"4711\": its PIN was tried, and was refused "
      "or the answer never seen.");
  CHECK(record_in_words(record_of("\x1b]0;x\x07")).find("\"?]0;x?\"") != std::string::npos);
  CHECK(printable("é\xc3\xa9") == "éé");
  CHECK(printable("a\xff") == "a?");
  CHECK(json_of(UnlockReport{.link_name = "build", .record = record_of("\xff")}).find("\"serial\":\"?\"") !=
        std::string::npos);
}

}  // namespace
}  // namespace signet::admin
