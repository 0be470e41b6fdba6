#include "daemon/rules/jwk_set.h"
#include "daemon/rules/rotation.h"
#include "tests/unit/rules_fixture.h"

using namespace signet;
using namespace signet::rules;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::sys_seconds kNow{std::chrono::seconds(1'800'000'000)};  // 2027-01-15T08:00:00Z

/// RFC 8037 appendix A.2, and one bit of it turned.
PublicKey some_public_key(std::string_view x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo") {
  return PublicKey::from_ed25519(base64url_decode(x).value()).value();
}

Configuration with(const KeyPolicy& key) {
  Configuration built;
  built.keys.emplace(key.name, key);
  return built;
}

/// As if the token had shown all of the key's objects.
LiveState shown(const KeyPolicy& key) {
  LiveState live;
  for (const KeyPolicy* object : objects_of(key)) live.objects[object_id(*object)].public_key = some_public_key();
  return live;
}

std::vector<std::string> kids(const std::vector<boost::json::object>& keys) {
  std::vector<std::string> found;
  for (const auto& key : keys) found.emplace_back(key.at("kid").as_string());
  return found;
}
using Kids = std::vector<std::string>;

const std::string kRotating = kStoreKey + "publish = yes\nnext = pkcs11:object=K2 key-id=AAAAAAAAA2\n" +
                              "retiring = pkcs11:object=K0 key-id=AAAAAAAAA0 until=2027-01-15T08:00:10Z\n";

}  // namespace

TEST_CASE("Published keys are those marked so whose public key is known, with kid, use and alg") {
  const KeyPolicy key = key_of(kStoreKey + "publish = yes\n");
  Configuration built = with(key);
  KeyPolicy unpublished = key_of(kAppleKey);
  unpublished.name = "other";
  built.keys.emplace("other", unpublished);
  CHECK(published_keys(built, {}, kNow).empty());
  LiveState live = shown(key);
  live.objects.merge(shown(unpublished).objects);
  const auto keys = published_keys(built, live, kNow);
  REQUIRE(keys.size() == 1);
  CHECK(
      keys.front() ==
      parse_json(
          R"({"crv":"Ed25519","kty":"OKP","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":"ABCDEFGH12","use":"sig","alg":"ES256"})")
          .value()
          .as_object());
}

TEST_CASE("A kid that several published keys have is found, and one key under two names is none") {
  Configuration built = with(key_of(kStoreKey + "publish = yes\n"));
  KeyPolicy same = key_of(kStoreKey + "publish = yes\n");
  same.name = "same";
  built.keys.emplace("same", same);
  LiveState live = shown(built.keys.at("apple"));
  live.objects.merge(shown(same).objects);
  CHECK(shared_kids(published_keys(built, live, kNow)).empty());
  live.objects[object_id(same)].public_key = some_public_key("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURk");
  CHECK(shared_kids(published_keys(built, live, kNow)) == Kids{"ABCDEFGH12"});
}

TEST_CASE("Without a kid of the profile the thumbprint names the published key") {
  const auto profile = profile_of(
      R"({"language":1,"title":"t","source":"https://e.test/","algorithms":["EdDSA"],"lifetime":{"default":60,"cap":60}})");
  const auto key =
      key_of("token = build\nobject = pkcs11:object=x\nprofile = test\npublish = yes\n", {{"test", profile}});
  CHECK(kids(published_keys(with(key), shown(key), kNow)) ==
        Kids{"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"});  // RFC 8037 appendix A.3
}

TEST_CASE("The next object is published before it signs, and a retiring one until its time is over") {
  const auto key = key_of(kRotating);
  CHECK(kids(published_keys(with(key), shown(key), kNow + 9s)) == Kids{"ABCDEFGH12", "AAAAAAAAA2", "AAAAAAAAA0"});
  CHECK(kids(published_keys(with(key), shown(key), kNow + 10s)) == Kids{"ABCDEFGH12", "AAAAAAAAA2"});
}

TEST_CASE("What signed before the switch is published until the last of its JWTs has expired, shown or not") {
  auto key = key_of(kStoreKey + "publish = yes\n");
  key.rotation.former.push_back({"build pkcs11:object=K0", {{"kid", "AAAAAAAAA0"}}, kNow + 10s});
  CHECK(kids(published_keys(with(key), shown(key), kNow + 9s)) == Kids{"ABCDEFGH12", "AAAAAAAAA0"});
  CHECK(kids(published_keys(with(key), {}, kNow + 9s)) == Kids{"AAAAAAAAA0"});
  CHECK(kids(published_keys(with(key), shown(key), kNow + 10s)) == Kids{"ABCDEFGH12"});
}

TEST_CASE("Two names for one key stand in the set once") {
  const auto key = key_of(kStoreKey + "publish = yes\n");
  KeyPolicy other = key;
  other.name = "other";
  Configuration built = with(key);
  built.keys.emplace("other", other);
  LiveState live = shown(key);
  live.objects.merge(shown(other).objects);
  CHECK(published_keys(built, live, kNow).size() == 1);
}

TEST_CASE("A whole public key in the key file needs no token to be published") {
  KeyPolicy key = key_of(kStoreKey + "publish = yes\n");
  key.pin = PublicKeyPin{some_public_key().spki_sha256(), some_public_key().spki()};
  CHECK(published_keys(with(key), {}, kNow).size() == 1);
  CHECK(awaited_keys(with(key), {}, kNow).empty());
}

TEST_CASE("A set that is kept waits for every key of which no token has spoken") {
  const auto key = key_of(kRotating);
  CHECK(awaited_keys(with(key), {}, kNow) == std::vector<std::string>{"apple"});
  LiveState live = shown(key);
  CHECK(awaited_keys(with(key), live, kNow).empty());
  live.objects.erase(object_id(*key.rotation.next->key));
  CHECK(awaited_keys(with(key), live, kNow) == std::vector<std::string>{"apple"});
  live.objects[object_id(*key.rotation.next->key)] = {.usable = false, .message = "not on the token"};
  CHECK(awaited_keys(with(key), live, kNow).empty());
  CHECK(awaited_keys(with(key_of(kAppleKey)), {}, kNow).empty());
}
