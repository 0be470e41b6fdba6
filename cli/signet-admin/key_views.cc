#include "cli/signet-admin/key_views.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

#include "cli/terminal/table.h"

namespace signet::admin {
namespace {

using pkcs11::TokenKey;
using terminal::Cell;
using terminal::Tone;

Cell yes_no(bool value) { return {value ? "yes" : "no"}; }
Cell wanted(bool value, bool good) { return {value ? "yes" : "no", value == good ? Tone::good : Tone::bad}; }

Cell usable(const TokenKey& key) {
  if (key.unusable.empty()) return {"yes", Tone::good};
  return {"no: " + key.unusable, Tone::bad};
}

std::string type_of(const TokenKey& key) {
  if (!key.type) return "unknown";
  const std::string name(key_type_name(*key.type));
  return *key.type == KeyType::rsa && key.public_key ? fmt::format("{} {}", name, key.public_key->bits()) : name;
}

std::string algorithms_of(const TokenKey& key) {
  std::string names;
  for (const Algorithm algorithm : key.algorithms)
    names += (names.empty() ? "" : " ") + std::string(jose_name(algorithm));
  return names.empty() ? "none" : names;
}

std::string history(const TokenKey& key) {
  if (key.local) return "made in the token";
  return "imported: it was outside the token once";
}

std::string or_unknown(const std::string& text) { return text.empty() ? "not shown by the token" : text; }

}  // namespace

std::string value_answer(CK_RV rv) {
  if (rv == CKR_OK) return "HANDED OUT by the token";
  return "refused by the token (" + pkcs11::ckr_name(rv) + ")";
}

std::string view_keys(const std::vector<TokenKey>& keys, bool colour) {
  terminal::Table table({"LABEL", "ID", "TYPE", "SENSITIVE", "EXTRACTABLE", "LOCAL", "USABLE"});
  for (const auto& key : keys) {
    table.add({{key.label},
               {hex(key.id)},
               {type_of(key)},
               wanted(key.sensitive, true),
               wanted(key.extractable, false),
               yes_no(key.local),
               usable(key)});
  }
  return table.render(colour);
}

std::string view_key(const TokenKey& key, const std::string& value_answer, bool colour) {
  return terminal::render_fields({{"label", {key.label}},
                                  {"id", {hex(key.id)}},
                                  {"object", {pkcs11::canonical_uri(key)}},
                                  {"type", {type_of(key)}},
                                  {"algorithms", {algorithms_of(key)}},
                                  {"sensitive", wanted(key.sensitive, true)},
                                  {"extractable", wanted(key.extractable, false)},
                                  {"always_sensitive", yes_no(key.always_sensitive)},
                                  {"never_extractable", yes_no(key.never_extractable)},
                                  {"local", yes_no(key.local)},
                                  {"always_authenticate", yes_no(key.always_authenticate)},
                                  {"value", {value_answer}},
                                  {"history", {history(key)}},
                                  {"public-key", {or_unknown(key.public_key ? key.public_key->pin() : "")}},
                                  {"thumbprint", {or_unknown(key.public_key ? key.public_key->thumbprint() : "")}},
                                  {"usable", usable(key)}},
                                 colour);
}

boost::json::object json_of(const TokenKey& key) {
  boost::json::array algorithms;
  for (const Algorithm algorithm : key.algorithms) algorithms.emplace_back(jose_name(algorithm));
  boost::json::object json{{"label", key.label},
                           {"id", hex(key.id)},
                           {"uri", pkcs11::canonical_uri(key)},
                           {"type", type_of(key)},
                           {"alg", std::move(algorithms)},
                           {"sensitive", key.sensitive},
                           {"extractable", key.extractable},
                           {"always_sensitive", key.always_sensitive},
                           {"never_extractable", key.never_extractable},
                           {"local", key.local},
                           {"always_authenticate", key.always_authenticate},
                           {"usable", key.unusable.empty()},
                           {"reason", key.unusable},
                           {"public_key", nullptr},
                           {"thumbprint", nullptr}};
  if (key.public_key) {
    json["public_key"] = key.public_key->pin();
    json["thumbprint"] = key.public_key->thumbprint();
  }
  return json;
}

}  // namespace signet::admin
