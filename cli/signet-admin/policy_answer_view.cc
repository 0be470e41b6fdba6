#include "cli/signet-admin/policy_answer_view.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/terminal/table.h"
#include "proto/base64url.h"
#include "proto/config_values.h"

namespace signet::admin {
namespace {

namespace json = boost::json;

std::string when(std::int64_t unix_seconds) {
  return fmt::format("{:%Y-%m-%d %H:%M:%S}Z", std::chrono::sys_seconds(std::chrono::seconds(unix_seconds)));
}

/// The payload as it would be signed (RFC 7515 section 7.1: after the dot).
std::string claims_json(const rules::UnsignedJwt& jwt) {
  const auto bytes = base64url_decode(std::string_view(jwt.signing_input).substr(jwt.signing_input.find('.') + 1));
  if (!bytes) return "{}";
  return {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
}

std::string lifetime_of(const PolicyAnswer& answer) {
  if (!answer.jwt.expires_at) return "no expiry";
  return fmt::format("{}, until {}", format_duration(*answer.plan.lifetime), when(*answer.jwt.expires_at));
}

}  // namespace

std::string view_answer(const PolicyAnswer& answer, bool colour) {
  std::vector<std::pair<std::string, terminal::Cell>> fields{
      {"answer", {"200, a token", terminal::Tone::good}},
      {"key", {fmt::format("{} (profile {})", answer.plan.key, answer.plan.profile->name)}},
      {"admitted by", {fmt::format("allow line {}: {}", answer.allow_line, answer.allow)}},
      {"header", {answer.plan.header_json}},
      {"claims", {claims_json(answer.jwt)}},
      {"lifetime", {lifetime_of(answer)}},
      {"reused until", {when(answer.jwt.reusable_until)}}};
  if (!answer.plan.would_refuse.empty())
    fields.push_back({"only recorded",
                      {fmt::format("broken, and in audit mode: {}", fmt::join(answer.plan.would_refuse, ", ")),
                       terminal::Tone::doubtful}});
  return terminal::render_fields(fields, colour);
}

std::string view_answer(const Error& error, bool colour) {
  const auto& info = error_info(error.code);
  return terminal::render_fields({{"answer", {fmt::format("{} {}", info.http_status, info.name), terminal::Tone::bad}},
                                  {"the client reads", {error.message}},
                                  {"the log says", {error.detail.empty() ? "-" : error.detail}},
                                  {"rule", {error.rule.empty() ? "-" : error.rule}}},
                                 colour);
}

std::string answer_json(const PolicyAnswer& answer) {
  const auto& jwt = answer.jwt;
  json::object object{{"admitted", true},
                      {"status", 200},
                      {"key", answer.plan.key},
                      {"profile", answer.plan.profile->name},
                      {"allow_line", answer.allow_line},
                      {"allow", answer.allow},
                      {"header", json::parse(answer.plan.header_json)},
                      {"claims", json::parse(claims_json(jwt))},
                      {"issued_at", jwt.issued_at},
                      {"reusable_until", jwt.reusable_until}};
  object.emplace("lifetime", answer.plan.lifetime ? json::value(answer.plan.lifetime->count()) : json::value());
  object.emplace("expires_at", jwt.expires_at ? json::value(*jwt.expires_at) : json::value());
  object.emplace("would_refuse", json::array(answer.plan.would_refuse.begin(), answer.plan.would_refuse.end()));
  return json::serialize(object) + "\n";
}

std::string answer_json(const Error& error) {
  const auto& info = error_info(error.code);
  return json::serialize(json::object{{"admitted", false},
                                      {"status", info.http_status},
                                      {"code", info.name},
                                      {"detail", error.message},
                                      {"log", error.detail},
                                      {"rule", error.rule}}) +
         "\n";
}

}  // namespace signet::admin
