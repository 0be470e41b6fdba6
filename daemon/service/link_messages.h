#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "proto/bytes.h"
#include "proto/result.h"

// The frames of the token link (proto/token.proto) as plain values, so that one .cc file knows protobuf. Pure; any
// thread.
namespace signet::service {

enum class TokenState { unreachable, opening, ready, degraded, absent, pin_refused, misconfigured };
/// The name in /v1/health: "ready", "pin-refused", …
std::string_view state_name(TokenState state);

/// One key as its token describes it.
struct KeyDescription {
  std::string object;  ///< the URI that was asked for
  bool usable = false;
  std::string message;  ///< why not; may be shown to clients
  Bytes spki;           ///< empty where the token shows no public key
  std::vector<std::string> algorithms;
  Bytes certificate{};  ///< DER; empty where the token has none for this key
};

struct TokenDescription {
  TokenState state = TokenState::unreachable;
  std::string message;
  std::int64_t since = 0;  ///< Unix seconds
  std::vector<KeyDescription> keys;
};

struct LinkHello {
  std::uint32_t version = 0;
  std::string program;
};
struct LinkSignature {
  Bytes value;  ///< JOSE form
  Bytes spki_sha256;
};

enum class LinkFailureCode {
  unspecified,
  version_unsupported,
  bad_request,
  token_opening,
  token_unavailable,
  no_such_key,
  key_refused,
  key_changed,
  message_refused,
  busy,
  signature_bad,
  token_failed,
  rate_exceeded,
  record_unavailable
};
struct LinkFailure {
  LinkFailureCode code = LinkFailureCode::unspecified;
  TokenState state = TokenState::unreachable;
  std::string message;
  std::chrono::seconds retry_after{0};  ///< 0: not known
};

struct LinkReply {
  std::uint64_t id = 0;
  std::variant<LinkHello, TokenDescription, LinkSignature, LinkFailure> result{};
};

/// What signetd asks to have signed; views live until encode_sign returns.
struct SignCall {
  std::string_view object;     ///< PKCS#11 URI
  std::string_view algorithm;  ///< JOSE name
  std::string_view signing_input;
  BytesView expected_spki_sha256;
  BytesView spki;  ///< the pinned key itself where the key file has it; else empty
};

/// The keys that signetd wants to know of.
struct WantedKeys {
  std::vector<std::string> objects{};   ///< PKCS#11 URIs
  std::vector<std::string> unprobed{};  ///< those of them that must not sign probes
};

enum class Listing { as_known, anew };  ///< anew: the token's objects are listed again (RefreshRequest)

/// Whole frames, length included, ready to be sent.
std::string encode_hello(std::uint64_t id, std::string_view program);
std::string encode_describe(std::uint64_t id, const WantedKeys& keys, Listing listing);
std::string encode_sign(std::uint64_t id, const SignCall& call, std::uint32_t deadline_ms);

/// One payload without its length. Error bad_input: not a Reply of ours.
Result<LinkReply> decode_reply(BytesView payload);

}  // namespace signet::service
