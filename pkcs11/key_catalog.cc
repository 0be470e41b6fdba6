#include "pkcs11/key_catalog.h"

#include <chrono>
#include <numeric>

#include "pkcs11/key_certificates.h"

namespace signet::pkcs11 {
namespace {

bool fits(const Pkcs11Uri& uri, const TokenKey& key) {
  return (!uri.id || *uri.id == key.id) && (!uri.object || *uri.object == key.label);
}

Refusal no_such_key() {
  return {.reason = RefusalReason::no_such_key,
          .message =
              "the token holds no private key that fits the key file's `object`; import the key, or correct the URI"};
}

Refusal several_keys() {
  return {.reason = RefusalReason::key_refused,
          .message = "several keys on the token fit the key file's `object`; add id=… or object=… to the URI"};
}

// Chosen at each description: one certificate follows the other while nobody lists the token's objects.
KeyView view_now(const TokenKey& key, std::string object) {
  KeyView view = view_of(key, std::move(object));
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  if (const X509Certificate* certificate = choose_certificate(key.certificates, now))
    view.certificate = certificate->der();
  return view;
}

KeyView view_of_missing(std::string object, const Refusal& refusal) {
  return {.object = std::move(object), .usable = false, .message = refusal.message};
}

}  // namespace

KeyCatalog::KeyCatalog(TokenSurvey token, std::vector<TokenKey> keys)
    : token_(std::move(token)), keys_(std::move(keys)) {
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    by_id_.emplace(text_of(keys_[i].id), i);
    by_label_.emplace(keys_[i].label, i);
  }
}

std::vector<std::size_t> KeyCatalog::candidates(const Pkcs11Uri& uri) const {
  std::vector<std::size_t> found;
  if (!uri.id && !uri.object) {
    found.resize(keys_.size());
    std::iota(found.begin(), found.end(), std::size_t{0});
    return found;
  }
  const Index& index = uri.id ? by_id_ : by_label_;
  const auto [begin, end] = index.equal_range(uri.id ? std::string(text_of(*uri.id)) : *uri.object);
  for (auto entry = begin; entry != end; ++entry) found.push_back(entry->second);
  return found;
}

Served<const TokenKey*> KeyCatalog::find(std::string_view object) const {
  const auto uri = parse_pkcs11_uri(object);
  if (!uri)
    return Unexpected(Refusal{RefusalReason::bad_request, "the key's URI is malformed: " + uri.error().message});
  if (uri->type && *uri->type != "private") {
    return Unexpected(Refusal{RefusalReason::bad_request, "the key's URI names no private key; leave out type=…"});
  }
  if (!matches(*uri, token_)) return Unexpected(no_such_key());
  const TokenKey* match = nullptr;
  for (const std::size_t i : candidates(*uri)) {
    if (!fits(*uri, keys_[i])) continue;
    if (match != nullptr) return Unexpected(several_keys());
    match = &keys_[i];
  }
  if (match == nullptr) return Unexpected(no_such_key());
  return match;
}

std::vector<KeyView> KeyCatalog::describe(std::span<const std::string> objects) const {
  std::vector<KeyView> views;
  for (const std::string& object : objects) {
    const auto key = find(object);
    views.push_back(key ? view_now(**key, object) : view_of_missing(object, key.error()));
  }
  if (!objects.empty()) return views;
  for (const TokenKey& key : keys_) views.push_back(view_now(key, canonical_uri(key)));
  return views;
}

}  // namespace signet::pkcs11
