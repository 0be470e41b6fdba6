#include "proto/public_key.h"

#include <array>
#include <climits>
#include <string_view>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "proto/public_key_state.h"

namespace signet {
namespace {

using namespace std::string_view_literals;

constexpr int kMinRsaBits = 2048;
constexpr int kMaxRsaBits = 16384;  // OpenSSL verifies with none larger
constexpr std::size_t kEd25519Bytes = 32;
constexpr int kEd25519FieldBits = 255;
constexpr std::byte kUncompressedPoint{0x04};
constexpr const char* kNotAKey = "the public key's numbers are no key of its type";

// A SubjectPublicKeyInfo up to the point: the type's or the curve's OID, then a BIT STRING without unused bits (RFC
// 5480 section 2, RFC 8410 section 4).
constexpr std::string_view kEd25519Prefix = "\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00"sv;
constexpr std::array kCurves = {
    EcCurve{KeyType::ec_p256, "P-256", "prime256v1", 256,
            "\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"
            "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00"sv},
    EcCurve{KeyType::ec_p384, "P-384", "secp384r1", 384,
            "\x30\x76\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"
            "\x06\x05\x2b\x81\x04\x00\x22\x03\x62\x00"sv},
    EcCurve{KeyType::ec_p521, "P-521", "secp521r1", 521,
            "\x30\x81\x9b\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"
            "\x06\x05\x2b\x81\x04\x00\x23\x03\x81\x86\x00"sv},
};

Result<EvpKey> key_from_params(const char* openssl_type, OSSL_PARAM_BLD* builder) {
  const Params params(OSSL_PARAM_BLD_to_param(builder));
  const EvpKeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, openssl_type, nullptr));
  EVP_PKEY* key = nullptr;
  if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1) {
    return refuse_key(kNotAKey);
  }
  return EvpKey(key);
}

// The quick check leaves out only that the point's order is the curve's, which on curves of prime order it always is
// (SP 800-56A revision 3 section 5.6.2.3.4).
// An RSA key has passed are_rsa_numbers: OpenSSL's check of it draws random numbers, and takes or refuses an odd one as
// they fall.
bool passes_public_check(EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "RSA") == 1) return true;
  const EvpKeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  return context && EVP_PKEY_public_check_quick(context.get()) == 1;
}

Result<Bytes> encode_spki(const EVP_PKEY* key) {
  const int length = i2d_PUBKEY(key, nullptr);
  if (length <= 0) return refuse_key("the public key cannot be encoded");
  Bytes der(static_cast<std::size_t>(length));
  unsigned char* position = writable_octets(der);
  i2d_PUBKEY(key, &position);
  return der;
}

// The same as i2d_PUBKEY, which looks through all of OpenSSL's encoders each time: that took longer than everything
// else about a key, and a token may hold 10,000.
Bytes encode_spki(std::string_view prefix, BytesView public_octets) {
  Bytes der = to_bytes(bytes_of(prefix));
  der.insert(der.end(), public_octets.begin(), public_octets.end());
  return der;
}

const EcCurve* curve_of(const EVP_PKEY* key) {
  std::array<char, 64> group{};
  if (EVP_PKEY_get_group_name(key, group.data(), group.size(), nullptr) != 1) return nullptr;
  for (const EcCurve& curve : kCurves) {
    if (std::string_view(group.data()) == curve.openssl_name) return &curve;
  }
  return nullptr;
}

Bytes ec_point(const EVP_PKEY* key, const EcCurve& curve) {
  const Bytes x = key_number(key, OSSL_PKEY_PARAM_EC_PUB_X, curve.field_bytes());
  const Bytes y = key_number(key, OSSL_PKEY_PARAM_EC_PUB_Y, curve.field_bytes());
  Bytes point{kUncompressedPoint};
  point.insert(point.end(), x.begin(), x.end());
  point.insert(point.end(), y.begin(), y.end());
  return point;
}

EvpKey decode_spki(BytesView der) {
  if (der.size() > LONG_MAX) return nullptr;
  const unsigned char* position = octets(der);
  EvpKey key(d2i_PUBKEY_ex(nullptr, &position, static_cast<long>(der.size()), nullptr, nullptr));
  if (key && position != octets(der) + der.size()) key.reset();
  return key;
}

struct FreeOpenssl {
  void operator()(void* memory) const { OPENSSL_free(memory); }
};

}  // namespace

const EcCurve* ec_curve(KeyType type) {
  for (const EcCurve& curve : kCurves) {
    if (curve.type == type) return &curve;
  }
  return nullptr;
}

Unexpected<Error> refuse_key(std::string message) {
  ERR_clear_error();
  return Unexpected(Error{.code = ErrorCode::bad_input, .message = std::move(message)});
}

Bytes key_number(const EVP_PKEY* key, const char* param_name, std::size_t width) {
  BIGNUM* raw_number = nullptr;
  EVP_PKEY_get_bn_param(key, param_name, &raw_number);
  const BigNumber number(raw_number);
  if (!number) return {};
  if (width == 0) width = static_cast<std::size_t>(BN_num_bytes(number.get()));
  Bytes bytes(width);
  if (BN_bn2binpad(number.get(), writable_octets(bytes), static_cast<int>(width)) < 0) return {};
  return bytes;
}

Bytes ed25519_octets(const EVP_PKEY* key) {
  Bytes bytes(kEd25519Bytes);
  std::size_t length = bytes.size();
  if (EVP_PKEY_get_raw_public_key(key, writable_octets(bytes), &length) != 1) return {};
  return bytes;
}

PublicKey::PublicKey(std::shared_ptr<const State> state) : state_(std::move(state)) {}

Result<PublicKey> PublicKey::checked(State state) {
  if (!passes_public_check(state.key.get())) return refuse_key(kNotAKey);
  state.spki_sha256 = sha256(state.spki);
  return PublicKey(std::make_shared<const State>(std::move(state)));
}

// Rebuilt from its numbers, so that equal keys have equal encodings whatever form (compressed point, explicit curve)
// they came in.
Result<PublicKey> PublicKey::from_spki(BytesView der) {
  const EvpKey key = decode_spki(der);
  if (!key) return refuse_key("the public key is not one DER SubjectPublicKeyInfo");
  if (EVP_PKEY_is_a(key.get(), "ED25519") == 1) return from_ed25519(ed25519_octets(key.get()));
  if (EVP_PKEY_is_a(key.get(), "RSA") == 1) {
    return from_rsa(key_number(key.get(), OSSL_PKEY_PARAM_RSA_N, 0), key_number(key.get(), OSSL_PKEY_PARAM_RSA_E, 0));
  }
  if (EVP_PKEY_is_a(key.get(), "EC") != 1) return refuse_key("the public key is none of EC, RSA and Ed25519");
  const EcCurve* curve = curve_of(key.get());
  if (curve == nullptr) return refuse_key("the public key is on a curve other than P-256, P-384 and P-521");
  return from_ec_point(curve->type, ec_point(key.get(), *curve));
}

Result<PublicKey> PublicKey::from_ec_point(KeyType type, BytesView point) {
  const EcCurve* curve = ec_curve(type);
  if (curve == nullptr) return refuse_key("a key of this type is no point on a curve");
  if (point.size() != 1 + 2 * curve->field_bytes() || point.front() != kUncompressedPoint) {
    return refuse_key("the public key is not an uncompressed point of its curve");
  }
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  if (!builder ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve->openssl_name, 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) != 1) {
    return refuse_key(kNotAKey);
  }
  SIGNET_TRY_ASSIGN(EvpKey key, key_from_params("EC", builder.get()));
  return checked(
      State{.type = type, .bits = curve->bits, .key = std::move(key), .spki = encode_spki(curve->spki_prefix, point)});
}

Result<PublicKey> PublicKey::from_rsa(BytesView modulus, BytesView exponent) {
  if (modulus.size() > kMaxRsaBits / 8 + 1 || exponent.size() > modulus.size()) return refuse_key(kNotAKey);
  const BigNumber n(BN_bin2bn(octets(modulus), static_cast<int>(modulus.size()), nullptr));
  const BigNumber e(BN_bin2bn(octets(exponent), static_cast<int>(exponent.size()), nullptr));
  const int bits = n ? BN_num_bits(n.get()) : 0;
  if (bits < kMinRsaBits) return refuse_key("an RSA key needs at least 2048 bits");
  if (bits > kMaxRsaBits) return refuse_key("an RSA key may have at most 16384 bits");
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  if (!e || !are_rsa_numbers(n.get(), e.get())) return refuse_key(kNotAKey);
  if (!builder || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1) {
    return refuse_key(kNotAKey);
  }
  SIGNET_TRY_ASSIGN(EvpKey key, key_from_params("RSA", builder.get()));
  SIGNET_TRY_ASSIGN(Bytes spki, encode_spki(key.get()));
  return checked(State{.type = KeyType::rsa, .bits = bits, .key = std::move(key), .spki = std::move(spki)});
}

Result<PublicKey> PublicKey::from_ed25519(BytesView public_octets) {
  if (public_octets.size() != kEd25519Bytes) return refuse_key("an Ed25519 public key has 32 octets");
  EvpKey key(EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, octets(public_octets), public_octets.size()));
  if (!key) return refuse_key(kNotAKey);
  return checked(State{.type = KeyType::ed25519,
                       .bits = kEd25519FieldBits,
                       .key = std::move(key),
                       .spki = encode_spki(kEd25519Prefix, public_octets)});
}

Result<PublicKey> PublicKey::from_pem(std::string_view pem) {
  if (pem.size() > INT_MAX) return refuse_key("the PEM text is too long");
  const Bio source(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  char* name = nullptr;
  char* header = nullptr;
  unsigned char* data = nullptr;
  long length = 0;
  if (!source || PEM_read_bio(source.get(), &name, &header, &data, &length) != 1) {
    return refuse_key("the text holds no PEM block");
  }
  const std::unique_ptr<char, FreeOpenssl> name_owner(name);
  const std::unique_ptr<char, FreeOpenssl> header_owner(header);
  const std::unique_ptr<unsigned char, FreeOpenssl> data_owner(data);
  if (std::string_view(name) != "PUBLIC KEY") return refuse_key("the PEM block is not a PUBLIC KEY");
  return from_spki(std::as_bytes(std::span(data, static_cast<std::size_t>(length))));
}

}  // namespace signet
