#include "pkcs11/provider/signature_context.h"

#include <algorithm>
#include <array>
#include <new>

#include <openssl/evp.h>

#include "proto/openssl_digest.h"

namespace signet::provider {
namespace {

constexpr std::size_t kShortestDigest = 32;
constexpr std::size_t kLongestDigest = 64;

// FIPS 186-5 section 6.4.1: the leftmost bits of a digest that is longer than the order. P-521's order is longer than
// any digest, and the others are whole octets.
BytesView cut_to_order(KeyType type, BytesView digest) {
  return digest.first(std::min(digest.size(), order_bytes(type)));
}

std::size_t plain_signature_bytes(const KeyParts& key) {
  if (key.type() == KeyType::rsa) return static_cast<std::size_t>(key.bits() + 7) / 8;
  return key.type() == KeyType::ed25519 ? 64 : 2 * order_bytes(key.type());
}

}  // namespace

SignatureContext::SignatureContext(const SignatureContext& other)
    : core_(other.core_), key_(other.key_), settings_(other.settings_), input_(other.input_), message_(other.message_) {
  if (!other.hashing_) return;
  hashing_.reset(EVP_MD_CTX_new());
  if (!hashing_ || EVP_MD_CTX_copy_ex(hashing_.get(), other.hashing_.get()) != 1) throw std::bad_alloc();
}

bool SignatureContext::fail(Reason reason, const std::string& text) const {
  core_.raise(reason, text);
  return false;
}

bool SignatureContext::begin(std::shared_ptr<const KeyParts> key) {
  if (key) key_ = std::move(key);
  input_.reset();
  message_.clear();
  return key_ ? true : fail(Reason::key_missing);
}

std::optional<SigningInput> SignatureContext::wanted_input() const {
  if (!key_) {
    core_.raise(Reason::key_missing);
    return std::nullopt;
  }
  if (const auto refused = settings_.check()) {
    core_.raise(*refused);
    return std::nullopt;
  }
  auto input = key_->signer().input_of(settings_.kind());
  if (!input) core_.raise(Reason::kind_unsupported);
  return input;
}

bool SignatureContext::update(BytesView piece) {
  if (settings_.kind().scheme == Scheme::ed25519) return fail(Reason::one_shot_only);
  if (!input_) {
    input_ = wanted_input();
    if (!input_) return false;
    const EVP_MD* digest = openssl_digest(settings_.kind().hash);
    if (digest == nullptr) return fail(Reason::digest_missing);
    if (!hashing_) hashing_.reset(EVP_MD_CTX_new());
    if (!hashing_ || EVP_DigestInit_ex2(hashing_.get(), digest, nullptr) != 1) return fail(Reason::out_of_memory);
  }
  if (*input_ == SigningInput::digest) return EVP_DigestUpdate(hashing_.get(), piece.data(), piece.size()) == 1;
  message_.insert(message_.end(), piece.begin(), piece.end());
  return true;
}

bool SignatureContext::finish(std::span<std::byte> out, std::size_t& length) {
  if (!input_ && !update({})) return false;
  if (*input_ == SigningInput::message) return sign(message_, out, length);
  std::array<std::byte, EVP_MAX_MD_SIZE> digest;
  unsigned digest_length = 0;
  if (EVP_DigestFinal_ex(hashing_.get(), writable_octets(digest), &digest_length) != 1)
    return fail(Reason::out_of_memory);
  return sign(BytesView(digest).first(digest_length), out, length);
}

bool SignatureContext::sign_message(BytesView message, std::span<std::byte> out, std::size_t& length) {
  const auto input = wanted_input();
  if (!input) return false;
  if (*input == SigningInput::message) return sign(message, out, length);
  std::array<std::byte, EVP_MAX_MD_SIZE> digest;
  unsigned digest_length = 0;
  const EVP_MD* hash = openssl_digest(settings_.kind().hash);
  if (hash == nullptr) return fail(Reason::digest_missing);
  if (EVP_Digest(message.data(), message.size(), writable_octets(digest), &digest_length, hash, nullptr) != 1)
    return fail(Reason::out_of_memory);
  return sign(BytesView(digest).first(digest_length), out, length);
}

bool SignatureContext::sign_digest(BytesView digest, std::span<std::byte> out, std::size_t& length) {
  if (settings_.kind().hash == Hash::none && settings_.kind().scheme != Scheme::ecdsa)
    return fail(Reason::digest_missing);
  const auto input = wanted_input();
  if (!input) return false;
  if (*input != SigningInput::digest) return fail(Reason::whole_message_only);
  return fits(digest) ? sign(digest, out, length) : fail(Reason::digest_length);
}

// Without a named hash the length alone is left to say that it is none of SHA-1 or MD5.
bool SignatureContext::fits(BytesView digest) const {
  const Hash hash = settings_.kind().hash;
  if (hash != Hash::none) return digest.size() == digest_bytes(hash);
  return digest.size() >= kShortestDigest && digest.size() <= kLongestDigest;
}

bool SignatureContext::tell_length(std::size_t& length) const {
  if (!key_) return fail(Reason::key_missing);
  length = static_cast<std::size_t>(key_->max_signature_bytes());
  return true;
}

bool SignatureContext::sign(BytesView input, std::span<std::byte> out, std::size_t& length) const {
  // Before the token is asked: a signature that cannot be handed over is one too many in its records.
  const bool length_known = key_->bits() != 0;
  if (length_known && out.size() < static_cast<std::size_t>(key_->max_signature_bytes()))
    return fail(Reason::buffer_too_small);
  const SignatureKind kind = settings_.kind();
  const bool cut = kind.scheme == Scheme::ecdsa && key_->signer().input_of(kind) == SigningInput::digest;
  auto signature = key_->signer().sign(kind, cut ? cut_to_order(key_->type(), input) : input);
  if (!signature) return fail(Reason::signer_failed, signature.error().text);
  if (length_known && signature->size() != plain_signature_bytes(*key_)) return fail(Reason::signature_malformed);
  return write(std::move(*signature), out, length);
}

bool SignatureContext::write(Bytes signature, std::span<std::byte> out, std::size_t& length) const {
  if (settings_.kind().scheme == Scheme::ecdsa) {
    auto der = ecdsa_raw_to_der(signature);
    if (!der) return fail(Reason::signature_malformed);
    signature = std::move(*der);
  }
  if (out.size() < signature.size()) return fail(Reason::buffer_too_small);
  std::ranges::copy(signature, out.begin());
  length = signature.size();
  return true;
}

}  // namespace signet::provider
