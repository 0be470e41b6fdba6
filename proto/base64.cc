#include "proto/base64.h"

#include <openssl/evp.h>

namespace signet {

std::string base64_encode(BytesView bytes) {
  // EVP_EncodeBlock ends its text with a NUL.
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), octets(bytes), static_cast<int>(bytes.size()));
  text.pop_back();
  return text;
}

}  // namespace signet
