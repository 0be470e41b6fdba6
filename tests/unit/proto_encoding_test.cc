#include <string>

#include "proto/algorithm.h"
#include "proto/base64url.h"
#include "proto/frame.h"
#include "proto/hex_digit.h"
#include "proto/sha256.h"
#include "proto/sha256_text.h"
#include "proto/trimmed.h"
#include "proto/utf8.h"
#include "tests/support/catch.h"
#include "tests/support/matchers.h"

using namespace signet;

TEST_CASE("base64url follows the test vectors of RFC 4648 section 10, without padding") {
  const std::pair<const char*, const char*> vectors[] = {
      {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},         {"foo", "Zm9v"},
      {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : vectors) {
    CHECK(base64url_encode(bytes_of(plain)) == encoded);
    const Result<Bytes> decoded = base64url_decode(encoded);
    REQUIRE_OK(decoded);
    CHECK(text_of(*decoded) == plain);
  }
}

TEST_CASE("base64url encodes the octets of RFC 7515 appendix C with - and _") {
  const Bytes octets_of_example{std::byte{3}, std::byte{236}, std::byte{255}, std::byte{224}, std::byte{193}};
  CHECK(base64url_encode(octets_of_example) == "A-z_4ME");
  CHECK(*base64url_decode("A-z_4ME") == octets_of_example);
}

TEST_CASE("base64url gives every octet its way back") {
  Bytes all;
  for (int i = 0; i < 256; ++i) all.push_back(static_cast<std::byte>(i));
  for (std::size_t length = 0; length <= all.size(); ++length) {
    const Bytes some(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(length));
    REQUIRE(*base64url_decode(base64url_encode(some)) == some);
  }
}

TEST_CASE("base64url refuses every text but the one") {
  const std::string refused = GENERATE(as<std::string>{}, "Zg==", "Zg=", "Zm8=", "A", "Zm9vY", "Zm9v\n", " Zm9v",
                                       "Zm 9v", "A+z/4ME", "Zh", "Zm9", std::string("Zg\0g", 4), "Zm9\xc3\xa4");
  REQUIRE_ERROR(base64url_decode(refused), ErrorCode::bad_input);
}

TEST_CASE("SHA-256 follows FIPS 180-4") {
  CHECK(hex(sha256(bytes_of("abc"))) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hex(sha256({})) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("each hash has its length, and none leaves the message alone") {
  CHECK(hash_message(Hash::sha256, bytes_of("abc")).size() == 32);
  CHECK(hash_message(Hash::sha384, bytes_of("abc")).size() == 48);
  CHECK(hash_message(Hash::sha512, bytes_of("abc")).size() == 64);
  CHECK(hex(hash_message(Hash::sha384, bytes_of("abc"))).substr(0, 16) == "cb00753f45a35e8b");
  CHECK(hex(hash_message(Hash::sha512, bytes_of("abc"))).substr(0, 16) == "ddaf35a193617aba");
  CHECK(hash_message(Hash::none, bytes_of("abc")) == to_bytes("abc"));
}

TEST_CASE("every algorithm is found under its own name and no other") {
  for (const AlgorithmInfo& info : all_algorithms()) {
    CHECK(algorithm_from_name(info.name) == info.algorithm);
    CHECK(jose_name(info.algorithm) == info.name);
  }
  for (const char* name : {"none", "HS256", "HS384", "HS512", "es256", "ES256K", "", "ES256 ", "Ed448"}) {
    CHECK_FALSE(algorithm_from_name(name).has_value());
  }
}

TEST_CASE("each key type has its default algorithm") {
  CHECK(default_algorithm(KeyType::ec_p256) == Algorithm::es256);
  CHECK(default_algorithm(KeyType::ec_p384) == Algorithm::es384);
  CHECK(default_algorithm(KeyType::ec_p521) == Algorithm::es512);
  CHECK(default_algorithm(KeyType::rsa) == Algorithm::rs256);
  CHECK(default_algorithm(KeyType::ed25519) == Algorithm::eddsa);
  CHECK(algorithm_info(Algorithm::es512).signature_bytes == 132);
}

TEST_CASE("every error code is found under its name") {
  for (int i = 0; i <= static_cast<int>(ErrorCode::token_failure); ++i) {
    const auto code = static_cast<ErrorCode>(i);
    CHECK(error_code_from_name(error_info(code).name) == code);
    CHECK_FALSE(error_info(code).sentence.empty());
    CHECK((error_info(code).http_status != 0) == (code <= ErrorCode::deadline_exceeded));
  }
  CHECK_FALSE(error_code_from_name("teapot").has_value());
  CHECK(make_error(ErrorCode::overloaded, "queue").detail == "queue");
  CHECK(make_error(ErrorCode::overloaded).message == error_info(ErrorCode::overloaded).sentence);
}

TEST_CASE("a frame's header is its length, big-endian") {
  const FrameHeader header = encode_frame_header(0x01020304);
  CHECK(hex(header) == "01020304");
  CHECK(*decode_frame_header(header, 0x01020304) == 0x01020304);
}

TEST_CASE("a frame of no octets or too many is refused") {
  REQUIRE_ERROR(decode_frame_header(FrameHeader{}, kMaxRequestFrameBytes), ErrorCode::bad_input);
  REQUIRE_ERROR(decode_frame_header(encode_frame_header(kMaxRequestFrameBytes + 1), kMaxRequestFrameBytes),
                ErrorCode::bad_input);
  REQUIRE_OK(decode_frame_header(encode_frame_header(kMaxRequestFrameBytes), kMaxRequestFrameBytes));
}

TEST_CASE("UTF-8 takes the shortest forms of Unicode characters") {
  for (const char* text :
       {"", "plain", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x94\x91", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"}) {
    CHECK(is_utf8(text));
  }
}

TEST_CASE("UTF-8 refuses overlong forms, surrogates, strays and what lies beyond U+10FFFF") {
  for (const char* text : {"\x80", "\xc0\xaf", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
                           "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xe2\x82", "\xc3", "a\xe2\x28\xa1"}) {
    CHECK_FALSE(is_utf8(text));
  }
}

TEST_CASE("a UTF-8 text is cut between characters") {
  CHECK(utf8_prefix("a\xe2\x82\xac", 3) == "a");
  CHECK(utf8_prefix("a\xe2\x82\xac", 4) == "a\xe2\x82\xac");
  CHECK(utf8_prefix("abc", 2) == "ab");
}

TEST_CASE("hexadecimal digits are read in either case or in lower case alone, and nothing else is one") {
  for (int octet = 0; octet < 256; ++octet) {
    const char c = static_cast<char>(octet);
    const auto lower = std::string_view("0123456789abcdef").find(c);
    const auto upper = std::string_view("ABCDEF").find(c);
    INFO(octet);
    CHECK(lower_hex_digit(c) == (lower != std::string_view::npos ? std::optional<unsigned>(lower) : std::nullopt));
    CHECK(hex_digit(c) == (upper != std::string_view::npos ? std::optional<unsigned>(upper + 10) : lower_hex_digit(c)));
  }
}

TEST_CASE("a SHA-256 digest is read back from the text that hex makes of it, and from no other") {
  const Sha256Digest digest = sha256(bytes_of("abc"));
  const std::string text = hex(digest);
  CHECK(sha256_from_hex(text) == digest);
  CHECK_FALSE(sha256_from_hex(text + "0"));
  CHECK_FALSE(sha256_from_hex(text.substr(1)));
  CHECK_FALSE(sha256_from_hex("B" + text.substr(1)));
  CHECK_FALSE(sha256_from_hex(""));
}

TEST_CASE("blanks and tabs are cut off at both ends of a text, not within it") {
  CHECK(trimmed(" \ta \tb\t ") == "a \tb");
  CHECK(trimmed("a\n") == "a\n");
  CHECK(trimmed(" \t").empty());
  CHECK(trimmed("").empty());
}

TEST_CASE("control characters are those of ASCII") {
  for (const char c : {'\0', '\t', '\n', '\x1b', '\x1f', '\x7f'}) CHECK(is_control(c));
  for (const char c : {' ', '~', '\x80', '\xff'}) CHECK_FALSE(is_control(c));
}
