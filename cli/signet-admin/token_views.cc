#include "cli/signet-admin/token_views.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "cli/terminal/table.h"

namespace signet::admin {
namespace {

using pkcs11::TokenSurvey;
using terminal::Tone;

std::string pin_in_words(const TokenSurvey& token) {
  if (token.user_pin_locked) return "user PIN LOCKED";
  if (!token.user_pin_set) return "no user PIN";
  if (token.user_pin_final_try) return "user PIN set, ONE TRY LEFT";
  return token.user_pin_count_low ? "user PIN set, tries used up by wrong PINs" : "user PIN set";
}

Tone tone_of(const TokenSurvey& token) {
  if (token.user_pin_locked || token.so_pin_locked) return Tone::bad;
  const bool doubtful =
      token.user_pin_final_try || token.user_pin_count_low || token.user_pin_to_be_changed || !token.user_pin_set;
  return doubtful ? Tone::doubtful : Tone::good;
}

std::string or_dash(const std::string& text) { return text.empty() ? "-" : text; }

boost::json::object json_of_one(const TokenSurvey& token) {
  return {{"label", token.label},
          {"serial", token.serial},
          {"model", token.model},
          {"manufacturer", token.manufacturer},
          {"slot_description", token.slot_description},
          {"initialized", token.initialized},
          {"login_required", token.login_required},
          {"pin_pad", token.pin_pad},
          {"read_only", token.read_only},
          {"user_pin_set", token.user_pin_set},
          {"user_pin_count_low", token.user_pin_count_low},
          {"user_pin_final_try", token.user_pin_final_try},
          {"user_pin_locked", token.user_pin_locked},
          {"user_pin_to_be_changed", token.user_pin_to_be_changed},
          {"so_pin_locked", token.so_pin_locked}};
}

}  // namespace

std::string flags_in_words(const TokenSurvey& token) {
  if (!token.initialized) return "not initialised";
  std::string words = "initialised, " + pin_in_words(token);
  if (token.user_pin_to_be_changed) words += ", user PIN must be changed";
  if (token.so_pin_locked) words += ", SO PIN LOCKED";
  if (token.read_only) words += ", read-only";
  if (token.pin_pad) words += ", own PIN pad";
  return words;
}

std::string view_tokens(const std::vector<TokenSurvey>& tokens, bool colour) {
  terminal::Table table({"LABEL", "SERIAL", "MODEL", "MANUFACTURER", "STATE"});
  for (const auto& token : tokens) {
    table.add({{or_dash(token.label)},
               {or_dash(token.serial)},
               {or_dash(token.model)},
               {or_dash(token.manufacturer)},
               {flags_in_words(token), tone_of(token)}});
  }
  return table.render(colour);
}

std::string json_of(const std::vector<TokenSurvey>& tokens) {
  boost::json::array list;
  for (const auto& token : tokens) list.push_back(json_of_one(token));
  return boost::json::serialize(boost::json::object{{"tokens", std::move(list)}}) + "\n";
}

}  // namespace signet::admin
