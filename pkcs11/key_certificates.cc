#include "pkcs11/key_certificates.h"

#include <algorithm>
#include <mutex>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>

#include "host/log.h"
#include "pkcs11/object_tie.h"
#include "pkcs11/public_key_source.h"
#include "proto/pkcs11_uri.h"
#include "proto/utf8.h"

namespace signet::pkcs11 {
namespace {

using KeysByTie = std::unordered_multimap<std::string, TokenKey*>;

KeysByTie by_tie(std::vector<TokenKey>& keys) {
  KeysByTie index;
  for (TokenKey& key : keys) index.emplace(tie_name(key.id, key.label), &key);
  return index;
}

/// Once in each process image: while a key waits for its certificate, the token is listed every ten seconds.
void tell_once(const std::string& line) {
  constexpr std::size_t kMost = 1000;
  static std::mutex mutex;
  static std::set<std::string> told;
  const std::scoped_lock lock(mutex);
  if (told.size() < kMost && told.insert(line).second) host::log(host::LogLevel::warning, line);
}

void tell_passed_over(const Attributes& object, const Error& why) {
  Pkcs11Uri uri{.type = "cert"};
  if (const std::string label = object.text(CKA_LABEL); !label.empty() && is_utf8(label)) uri.object = label;
  if (const BytesView id = object.bytes(CKA_ID); !id.empty()) uri.id = to_bytes(id);
  tell_once("a certificate on the token is passed over: " + why.message + "; remove " + to_string(uri) +
            " or store it anew");
}

// Certificates of authorities lie on many tokens, and are of no key there: they are not even looked into.
void give(const Attributes& object, const KeysByTie& keys) {
  const auto [begin, end] = keys.equal_range(tie_name(object.bytes(CKA_ID), object.text(CKA_LABEL)));
  if (begin == end) return;
  const auto certificate = certificate_of_object(object);
  if (!certificate) return tell_passed_over(object, certificate.error());
  for (auto key = begin; key != end; ++key)
    if (key->second->type == certificate->public_key().type()) key->second->certificates.push_back(*certificate);
}

bool are_of_one_key(const std::vector<X509Certificate>& certificates) {
  return std::ranges::all_of(certificates, [&](const X509Certificate& each) {
    return each.public_key().spki_sha256() == certificates.front().public_key().spki_sha256();
  });
}

void take_public_half(TokenKey& key) {
  if (key.public_key || key.certificates.empty()) return;
  if (are_of_one_key(key.certificates))
    key.public_key = key.certificates.front().public_key();
  else if (key.unusable.empty())
    key.unusable = kSeveralPublicKeys;
}

// A certificate of another key under this key's id is somebody's mistake, and its thumbprint would name that key.
void drop_those_of_others(TokenKey& key) {
  std::erase_if(key.certificates, [&key](const X509Certificate& each) {
    return !key.public_key || each.public_key().spki_sha256() != key.public_key->spki_sha256();
  });
}

/// 2: valid, 1: expired, 0: not yet valid.
int standing(const X509Certificate& certificate, std::chrono::sys_seconds now) {
  if (certificate.is_valid_at(now)) return 2;
  return certificate.not_after() < now ? 1 : 0;
}

}  // namespace

CallResult<void> take_certificates(const Session& session, const AfterCall& after_call, std::vector<TokenKey>& keys) {
  if (keys.empty()) return {};
  SIGNET_TRY_ASSIGN(const auto handles, find_objects_of_class(session, CKO_CERTIFICATE, after_call));
  std::vector<Attributes> objects;
  for (const CK_OBJECT_HANDLE handle : handles) {
    SIGNET_TRY_ASSIGN(Attributes object, read_attributes(session, handle, certificate_attributes(), after_call));
    objects.push_back(std::move(object));
  }
  give_certificates(objects, keys);
  return {};
}

void give_certificates(std::span<const Attributes> objects, std::vector<TokenKey>& keys) {
  const KeysByTie index = by_tie(keys);
  for (const Attributes& object : objects) give(object, index);
  for (TokenKey& key : keys) {
    take_public_half(key);
    drop_those_of_others(key);
  }
}

const X509Certificate* choose_certificate(std::span<const X509Certificate> certificates, std::chrono::sys_seconds now) {
  const auto rank = [now](const X509Certificate& each) {
    // The octets decide between two that begin and end together, so that each listing chooses the same.
    return std::tuple(standing(each, now), each.not_before(), each.not_after(), each.der());
  };
  const auto best = std::ranges::max_element(certificates, {}, rank);
  return best == certificates.end() ? nullptr : &*best;
}

}  // namespace signet::pkcs11
