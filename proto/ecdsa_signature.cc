#include <algorithm>

#include <openssl/ecdsa.h>

#include "proto/openssl_handles.h"
#include "proto/public_key.h"

namespace signet {
namespace {

using Signature = std::unique_ptr<ECDSA_SIG, FreeWith<ECDSA_SIG_free>>;

Unexpected<Error> refuse(const char* rule) { return Unexpected(Error{.code = ErrorCode::bad_input, .message = rule}); }

bool is_field_size(std::size_t bytes) { return bytes == 32 || bytes == 48 || bytes == 66; }

Result<Bytes> encode(const ECDSA_SIG* signature) {
  const int length = i2d_ECDSA_SIG(signature, nullptr);
  if (length <= 0) return refuse("the signature cannot be encoded");
  Bytes der(static_cast<std::size_t>(length));
  unsigned char* position = writable_octets(der);
  i2d_ECDSA_SIG(signature, &position);
  return der;
}

// Nothing for anything but one whole DER value with r and s of at least zero. OpenSSL reads longer forms of a length as
// well, of which DER has one.
Signature decode(BytesView der) {
  const unsigned char* position = octets(der);
  Signature signature(d2i_ECDSA_SIG(nullptr, &position, static_cast<long>(der.size())));
  const auto encoded = signature ? encode(signature.get()) : Result<Bytes>(Bytes());
  if (!encoded || !std::ranges::equal(*encoded, der)) signature.reset();
  return signature;
}

}  // namespace

Result<Bytes> ecdsa_der_to_raw(BytesView der, std::size_t field_bytes) {
  if (!is_field_size(field_bytes)) return refuse("the ECDSA field has no size of ours");
  const Signature signature = decode(der);
  if (!signature) return refuse("the ECDSA signature is not one DER value");
  const auto width = static_cast<int>(field_bytes);
  Bytes raw(2 * field_bytes);
  unsigned char* r = writable_octets(raw);
  if (BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), r, width) != width ||
      BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), r + field_bytes, width) != width) {
    return refuse("the ECDSA signature is wider than its curve");
  }
  return raw;
}

Result<Bytes> ecdsa_raw_to_der(BytesView raw) {
  if (raw.size() % 2 != 0 || !is_field_size(raw.size() / 2)) return refuse("the ECDSA signature has the wrong length");
  const auto width = static_cast<int>(raw.size() / 2);
  const Signature signature(ECDSA_SIG_new());
  BIGNUM* r = BN_bin2bn(octets(raw), width, nullptr);
  BIGNUM* s = BN_bin2bn(octets(raw) + width, width, nullptr);
  if (!signature || r == nullptr || s == nullptr || ECDSA_SIG_set0(signature.get(), r, s) != 1) {
    BN_free(r);
    BN_free(s);
    return refuse("the ECDSA signature cannot be encoded");
  }
  return encode(signature.get());
}

}  // namespace signet
