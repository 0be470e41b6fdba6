#include "cli/signet/views.h"

#include <algorithm>
#include <chrono>

#include <boost/json/serialize.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "cli/terminal/may_ask_text.h"
#include "cli/terminal/table.h"

namespace signet::cli {
namespace {

using terminal::Cell;
using terminal::Tone;

Tone tone_of(const std::string& state) {
  if (state == "ready" || state == "ok") return Tone::good;
  return state == "opening" || state == "degraded" ? Tone::doubtful : Tone::bad;
}

Cell state_cell(const std::string& state) { return {state, tone_of(state)}; }
Cell or_dash(const std::string& text) { return {text.empty() ? "-" : text}; }

std::string when(std::int64_t unix_seconds) {
  if (unix_seconds <= 0) return "-";
  return fmt::format("{:%Y-%m-%d %H:%M:%S}Z", std::chrono::sys_seconds(std::chrono::seconds(unix_seconds)));
}

std::string claims_text(const MayAsk& may_ask) {
  std::vector<std::string> texts;
  for (const auto& claim : may_ask.claims)
    texts.push_back(fmt::format("{} ({})", claim.name, terminal::claim_text(claim)));
  auto text = fmt::format("{}", fmt::join(texts, ", "));
  if (!may_ask.exactly_one_of.empty())
    text += fmt::format("; exactly one of {}", fmt::join(may_ask.exactly_one_of, ", "));
  return text;
}

std::string group_list(const std::vector<std::uint32_t>& groups) { return fmt::format("{}", fmt::join(groups, " ")); }

using Fields = std::vector<std::pair<std::string, Cell>>;

void append_what_may_be_asked(Fields& fields, const MayAsk& may_ask) {
  fields.insert(fields.end(), {{"claims you may give", or_dash(claims_text(may_ask))},
                               {"claims set by the key", or_dash(fmt::format("{}", fmt::join(may_ask.forced, ", ")))},
                               {"scope", {terminal::scope_text(may_ask)}},
                               {"lifetime", {terminal::lifetime_text(may_ask.default_lifetime)}},
                               {"longest lifetime", {terminal::lifetime_text(may_ask.max_lifetime)}},
                               {"rules", {terminal::mode_text(may_ask)}}});
}

}  // namespace

std::string view_keys(const std::vector<KeySummary>& keys, bool colour) {
  terminal::Table table({"NAME", "PROFILE", "ALG", "KEY ID", "STATE"});
  for (const auto& key : keys)
    table.add({{key.name}, {key.profile}, or_dash(key.alg), or_dash(key.kid), state_cell(key.state)});
  return table.render(colour);
}

std::string view_key(const KeyDetail& detail, bool colour) {
  const auto& key = detail.summary;
  Fields fields{{"name", {key.name}},
                {"profile", {key.profile}},
                {"algorithm", or_dash(key.alg)},
                {"key id", or_dash(key.kid)},
                {"state", state_cell(key.state)}};
  append_what_may_be_asked(fields, detail.may_ask);
  fields.push_back({"public key (JWK)", {detail.jwk ? boost::json::serialize(*detail.jwk) : "not known yet"}});
  return terminal::render_fields(fields, colour);
}

std::string view_why(const KeyDetail& detail, bool colour) {
  Fields fields{{"key", {detail.summary.name}}, {"admitted by", {detail.admitted_by}}};
  append_what_may_be_asked(fields, detail.may_ask);
  return terminal::render_fields(fields, colour);
}

std::string view_who_am_i(const WhoAmI& who, bool colour) {
  return terminal::render_fields({{"uid", {std::to_string(who.uid)}},
                                  {"user", or_dash(who.user)},
                                  {"gid", {std::to_string(who.gid)}},
                                  {"groups", or_dash(group_list(who.groups))},
                                  {"unit", or_dash(who.unit.value_or(""))},
                                  {"slice", or_dash(who.slice.value_or(""))}},
                                 colour);
}

std::string view_health(const Health& health, bool colour) {
  auto text = "status: " + terminal::paint(terminal::printable(health.status), tone_of(health.status), colour) + "\n";
  if (health.audit != "ok")
    text += "audit: " + terminal::paint(terminal::printable(health.audit), terminal::Tone::bad, colour) +
            ": no token is handed out until the operator mends the audit log\n";
  terminal::Table tokens({"TOKEN", "STATE", "SINCE", "MESSAGE"});
  for (const auto& [name, token] : health.tokens)
    tokens.add({{name}, state_cell(token.state), {when(token.since)}, {token.message}});
  if (!tokens.empty()) text += "\n" + tokens.render(colour);
  terminal::Table keys({"KEY", "STATE", "MESSAGE"});
  for (const auto& [name, key] : health.keys) keys.add({{name}, state_cell(key.state), {key.message}});
  if (!keys.empty()) text += "\n" + keys.render(colour);
  return text;
}

}  // namespace signet::cli
