#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "pkcs11/survey.h"
#include "pkcs11/token_key.h"

namespace signet::pkcs11 {

/// The private keys of one listing, found by URI without a search on the token. Immutable; shared between threads.
class KeyCatalog {
 public:
  KeyCatalog(TokenSurvey token, std::vector<TokenKey> keys);

  /// The one key that fits the URI. Refusals: bad_request (not a URI of a private key), no_such_key, key_refused
  /// (several fit).
  Served<const TokenKey*> find(std::string_view object) const;
  const std::vector<TokenKey>& keys() const { return keys_; }
  /// As Signer::describe.
  std::vector<KeyView> describe(std::span<const std::string> objects) const;

 private:
  using Index = std::unordered_multimap<std::string, std::size_t>;
  std::vector<std::size_t> candidates(const Pkcs11Uri& uri) const;

  TokenSurvey token_;
  std::vector<TokenKey> keys_;
  Index by_id_;
  Index by_label_;
};

}  // namespace signet::pkcs11
