#include "cli/signet-admin/key_commands.h"

#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "cli/signet-admin/hsm_access.h"
#include "cli/signet-admin/key_views.h"
#include "pkcs11/key_proof.h"
#include "pkcs11/mechanisms.h"
#include "pkcs11/object_listing.h"

namespace signet::admin {
namespace {

using pkcs11::Session;
using pkcs11::TokenKey;

Unexpected<Failure> no_listing(const pkcs11::CallFailure& failure) {
  return Unexpected(failure_of(pkcs11::token_error(failure, "the token does not list its keys")));
}

std::string json_of_all(const std::vector<TokenKey>& keys) {
  boost::json::array list;
  for (const auto& key : keys) list.push_back(json_of(key));
  return boost::json::serialize(boost::json::object{{"keys", std::move(list)}}) + "\n";
}

bool fits(const Pkcs11Uri& uri, const TokenKey& key) {
  return (!uri.object || *uri.object == key.label) && (!uri.id || *uri.id == key.id);
}

Done<std::vector<TokenKey>> keys_named(const std::vector<TokenKey>& keys, const std::string& name) {
  std::vector<TokenKey> found;
  if (name.starts_with("pkcs11:")) {
    const auto uri = parse_pkcs11_uri(name);
    if (!uri) return Unexpected(usage_failure(fmt::format("The key's URI {}.", uri.error().message)));
    std::ranges::copy_if(keys, std::back_inserter(found), [&](const auto& key) { return fits(*uri, key); });
    return found;
  }
  std::ranges::copy_if(keys, std::back_inserter(found), [&](const auto& key) { return key.label == name; });
  if (found.empty())
    std::ranges::copy_if(keys, std::back_inserter(found), [&](const auto& key) { return hex(key.id) == name; });
  return found;
}

}  // namespace

Done<std::vector<TokenKey>> keys_of(const Session& session, CK_SLOT_ID slot) {
  const auto mechanisms = pkcs11::signing_mechanisms(session.functions(), slot);
  if (!mechanisms) return no_listing(mechanisms.error());
  auto keys = pkcs11::list_keys(session, *mechanisms);
  if (!keys) return no_listing(keys.error());
  return std::move(*keys);
}

Done<TokenKey> choose_key(const std::vector<TokenKey>& keys, const std::string& name) {
  SIGNET_TRY_ASSIGN(const auto found, keys_named(keys, name));
  if (found.size() == 1) return found.front();
  if (found.empty())
    return Unexpected(Failure{ExitCode::failure,
                              fmt::format("The token has no private key \"{}\"; see signet-admin key list.", name)});
  return Unexpected(
      Failure{ExitCode::failure, fmt::format("Several keys are called \"{}\"; name one by its id.", name)});
}

Done<std::string> list_keys(const Invocation& invocation, bool colour) {
  SIGNET_TRY_ASSIGN(const auto target, resolve(invocation.hsm));
  SIGNET_TRY_ASSIGN(const auto hsm, open_hsm(target));
  SIGNET_TRY_ASSIGN(const auto session, open_user_session(hsm, pkcs11::SessionMode::read_only, invocation.secrets));
  SIGNET_TRY_ASSIGN(const auto keys, keys_of(session, hsm.token.slot));
  return invocation.json ? json_of_all(keys) : view_keys(keys, colour);
}

Done<std::string> show_key(const Invocation& invocation, bool colour) {
  SIGNET_TRY_ASSIGN(const auto target, resolve(invocation.hsm));
  SIGNET_TRY_ASSIGN(const auto hsm, open_hsm(target));
  SIGNET_TRY_ASSIGN(const auto session, open_user_session(hsm, pkcs11::SessionMode::read_only, invocation.secrets));
  SIGNET_TRY_ASSIGN(const auto keys, keys_of(session, hsm.token.slot));
  SIGNET_TRY_ASSIGN(const auto key, choose_key(keys, invocation.argument));
  const auto answer = pkcs11::try_to_read_value(session, key);
  if (!answer) return Unexpected(failure_of(answer.error()));
  if (!invocation.json) return view_key(key, value_answer(*answer), colour);
  auto json = json_of(key);
  json["value_refused"] = *answer == CKR_ATTRIBUTE_SENSITIVE;
  return boost::json::serialize(json) + "\n";
}

}  // namespace signet::admin
