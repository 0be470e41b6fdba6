#include "pkcs11/key_decoding.h"

#include <cstring>
#include <optional>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

namespace signet::pkcs11 {
namespace {

Unexpected<Error> refuse(std::string message) {
  ERR_clear_error();
  return Unexpected(Error{.code = ErrorCode::bad_input, .message = std::move(message)});
}

/// One PEM block as OpenSSL hands it out: its octets are the key itself, so they are wiped. PEM_FLAG_SECURE makes
/// OpenSSL wipe its line buffer too, whether or not there is a secure heap.
class Block {
 public:
  Block() = default;
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;
  ~Block() { release(); }

  bool read(BIO* text) {
    release();
    return PEM_read_bio_ex(text, &name_, &header_, &data_, &length_, PEM_FLAG_SECURE | PEM_FLAG_EAY_COMPATIBLE) == 1;
  }
  std::string_view name() const { return name_; }
  char* header() const { return header_; }
  unsigned char* data() const { return data_; }
  long* length() { return &length_; }
  BytesView bytes() const { return std::as_bytes(std::span(data_, static_cast<std::size_t>(length_))); }

 private:
  void release() {
    if (data_ != nullptr) OPENSSL_secure_clear_free(data_, static_cast<std::size_t>(length_));
    OPENSSL_secure_free(name_);
    OPENSSL_secure_free(header_);
    name_ = header_ = nullptr;
    data_ = nullptr;
    length_ = 0;
  }
  char* name_ = nullptr;
  char* header_ = nullptr;
  unsigned char* data_ = nullptr;
  long length_ = 0;
};

bool is_private_key(std::string_view name) { return name.ends_with("PRIVATE KEY"); }

/// What OpenSSL's passphrase callback needs, and what it must tell us in return.
struct Asking {
  const PrivateKey::AskPassphrase& ask;
  std::optional<Error> error{};
};

// pem_password_cb: the length of the passphrase, or -1.
int give_passphrase(char* buffer, int size, int /*for_writing*/, void* context) {
  auto& asking = *static_cast<Asking*>(context);
  const auto passphrase = asking.ask();
  if (!passphrase) {
    asking.error = passphrase.error();
    return -1;
  }
  const auto bytes = passphrase->bytes();
  if (bytes.size() > static_cast<std::size_t>(size)) return -1;
  std::memcpy(buffer, bytes.data(), bytes.size());
  return static_cast<int>(bytes.size());
}

Unexpected<Error> not_decrypted(const Asking& asking) {
  if (asking.error) return Unexpected(*asking.error);
  return refuse("the key cannot be decrypted with this passphrase");
}

struct FreeSignature {
  void operator()(X509_SIG* object) const { X509_SIG_free(object); }
};

// RFC 5958 section 3: EncryptedPrivateKeyInfo.
Result<EvpKey> decrypt_pkcs8(BytesView der, const PrivateKey::AskPassphrase& ask) {
  const unsigned char* position = octets(der);
  const std::unique_ptr<X509_SIG, FreeSignature> sealed(
      d2i_X509_SIG(nullptr, &position, static_cast<long>(der.size())));
  if (!sealed) return refuse("the encrypted key in the file is damaged");
  SIGNET_TRY_ASSIGN(const host::Secret passphrase, ask());
  const auto bytes = passphrase.bytes();
  const Pkcs8 plain(
      PKCS8_decrypt(sealed.get(), reinterpret_cast<const char*>(bytes.data()), static_cast<int>(bytes.size())));
  if (!plain) return refuse("the key cannot be decrypted with this passphrase");
  EvpKey key(EVP_PKCS82PKEY(plain.get()));
  if (!key) return refuse("the file holds a private key of a type that no JOSE algorithm here uses");
  return key;
}

// PKCS#8, SEC 1 and PKCS#1 are told apart by their structure: there are files with the wrong label.
Result<EvpKey> decode_plain(BytesView der) {
  const unsigned char* position = octets(der);
  EvpKey key(d2i_AutoPrivateKey_ex(nullptr, &position, static_cast<long>(der.size()), nullptr, nullptr));
  if (!key) return refuse("the private key in the file is damaged, or of a type that no JOSE algorithm here uses");
  if (position != octets(der) + der.size()) return refuse("the private key in the file is followed by something else");
  return key;
}

Result<EvpKey> decode_block(Block& block, const PrivateKey::AskPassphrase& ask) {
  EVP_CIPHER_INFO cipher{};
  Asking asking{ask};
  // The older encryption of whole PEM texts (RFC 1421 headers, as `openssl ec -aes256` writes them); no header, nothing
  // to do.
  if (PEM_get_EVP_CIPHER_INFO(block.header(), &cipher) != 1) return refuse("the encrypted key in the file is damaged");
  if (PEM_do_header(&cipher, block.data(), block.length(), give_passphrase, &asking) != 1) return not_decrypted(asking);
  return decode_plain(block.bytes());
}

bool contains(BytesView text, std::string_view part) { return text_of(text).find(part) != std::string_view::npos; }

Unexpected<Error> no_key_in(const std::string& other) {
  if (!other.empty())
    return refuse("the file holds no private key but a " + other + "; name the file with the private key");
  return refuse(
      "the file is no private key in PEM (-----BEGIN PRIVATE KEY-----) or DER; name the .p8 or .pem file itself");
}

Result<EvpKey> decode_pem(BytesView pem, const PrivateKey::AskPassphrase& ask) {
  const Bio text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (!text) return Unexpected(make_error(ErrorCode::internal, "BIO_new_mem_buf"));
  std::string other;
  for (Block block; block.read(text.get());) {
    if (block.name() == "ENCRYPTED PRIVATE KEY") return decrypt_pkcs8(block.bytes(), ask);
    if (is_private_key(block.name())) return decode_block(block, ask);
    other = block.name();
  }
  return no_key_in(other);
}

/// X.690 section 8.1: the octets inside a SEQUENCE that fills `der`; empty where it is none.
BytesView content_of_sequence(BytesView der) {
  const unsigned char* position = octets(der);
  long length = 0;
  int tag = 0;
  int kind = 0;
  const int form = ASN1_get_object(&position, &length, &tag, &kind, static_cast<long>(der.size()));
  ERR_clear_error();
  if ((form & 0x80) != 0 || tag != V_ASN1_SEQUENCE || kind != V_ASN1_UNIVERSAL || length < 0) return {};
  if (position + length != octets(der) + der.size()) return {};
  return der.last(static_cast<std::size_t>(length));
}

// What is encrypted begins with an algorithm, a SEQUENCE; a plain key begins with a version number.
Result<EvpKey> decode_der(BytesView der, const PrivateKey::AskPassphrase& ask) {
  constexpr auto kSequence = std::byte{V_ASN1_SEQUENCE | V_ASN1_CONSTRUCTED};
  return content_of_sequence(der).front() == kSequence ? decrypt_pkcs8(der, ask) : decode_plain(der);
}

/// A variable of the environment, or JSON, carries a PEM text with "\n" where its lines end.
Result<host::Secret> with_line_breaks(BytesView text) {
  SIGNET_TRY_ASSIGN(auto lines, host::Secret::allocate(text.size()));
  lines.resize(text.size());
  std::size_t size = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escaped = text[i] == std::byte{'\\'} && i + 1 < text.size();
    const bool line_feed = escaped && text[i + 1] == std::byte{'n'};
    const bool carriage_return = escaped && text[i + 1] == std::byte{'r'};
    if (line_feed || carriage_return) ++i;
    if (!carriage_return) lines.bytes()[size++] = line_feed ? std::byte{'\n'} : text[i];
  }
  lines.resize(size);
  return lines;
}

}  // namespace

Result<EvpKey> decode_key(BytesView file, const PrivateKey::AskPassphrase& ask) {
  if (!content_of_sequence(file).empty()) return decode_der(file, ask);
  if (!contains(file, "-----BEGIN") || !contains(file, "\\n")) return decode_pem(file, ask);
  SIGNET_TRY_ASSIGN(const auto lines, with_line_breaks(file));
  return decode_pem(lines.bytes(), ask);
}

}  // namespace signet::pkcs11
