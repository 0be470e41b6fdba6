#include <algorithm>
#include <ranges>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "cli/signet-admin/audit_views.h"
#include "cli/terminal/table.h"
#include "proto/utf8.h"

namespace signet::admin {
namespace {

namespace json = boost::json;
using terminal::Cell;
using terminal::Tone;

constexpr std::size_t kShortDigest = 12;
constexpr std::size_t kMostHolders = 3;
constexpr std::size_t kMostClaims = 60;

std::string or_dash(const std::string& text) { return text.empty() ? "-" : text; }
std::string number_or_dash(const std::optional<std::int64_t>& number) {
  return number ? std::to_string(*number) : std::string("-");
}
json::value or_null(const std::string& text) { return text.empty() ? json::value(nullptr) : json::value(text); }
json::value or_null(const std::optional<std::int64_t>& number) {
  return number ? json::value(*number) : json::value(nullptr);
}
json::value or_null(const std::optional<Sha256Digest>& digest) {
  return digest ? json::value(hex(*digest)) : json::value(nullptr);
}

std::string time_of(std::int64_t second) {
  auto text = utc_timestamp(UtcTime(std::chrono::seconds(second)));
  return text.erase(text.size() - 5, 4);  // the milliseconds
}

// The two largest units: 2d 3h, 14min 5s.
std::string left_of(const std::optional<std::int64_t>& expires_at, UtcTime at) {
  if (!expires_at) return "no expiry";
  const auto seconds =
      std::max<std::int64_t>(0, *expires_at - std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count());
  if (seconds >= 86400) return fmt::format("{}d {}h", seconds / 86400, seconds % 86400 / 3600);
  if (seconds >= 3600) return fmt::format("{}h {}min", seconds / 3600, seconds % 3600 / 60);
  if (seconds >= 60) return fmt::format("{}min {}s", seconds / 60, seconds % 60);
  return fmt::format("{}s", seconds);
}

std::string name_of(const rules::JwtRecipient& holder) {
  auto name = holder.user.empty() ? "uid " + number_or_dash(holder.uid) : holder.user;
  if (!holder.unit.empty()) name += " (" + holder.unit + ")";
  return name;
}

std::string holders_of(const rules::LiveJwt& jwt) {
  std::string names;
  for (std::size_t i = 0; i < std::min(jwt.holders.size(), kMostHolders); ++i)
    names += (i == 0 ? "" : ", ") + name_of(*jwt.holders[i]);
  if (jwt.holders.size() > kMostHolders) names += fmt::format(" and {} more", jwt.holders.size() - kMostHolders);
  if (names.empty()) return jwt.lost ? "unknown (lost)" : "nobody";
  return names;
}

std::string claims_of(const rules::LiveJwt& jwt) {
  auto text = jwt.claims_json.empty() ? std::string(jwt.scoped ? "scoped" : "-") : jwt.claims_json;
  if (text.size() <= kMostClaims) return text;
  return std::string(utf8_prefix(text, kMostClaims)) + "…";
}

json::value claims_json_of(const rules::LiveJwt& jwt) {
  return jwt.claims_json.empty() ? json::object() : json::parse(jwt.claims_json);
}

json::object json_of(const rules::LiveJwt& jwt) {
  json::array holders;
  for (const auto& holder : jwt.holders)
    holders.push_back(
        {{"uid", or_null(holder->uid)}, {"user", or_null(holder->user)}, {"unit", or_null(holder->unit)}});
  return {{"jwt_sha256", jwt.lost ? json::value(nullptr) : json::value(hex(jwt.sha256))},
          {"input_sha256", jwt.lost ? json::value(hex(jwt.sha256)) : json::value(nullptr)},
          {"lost", jwt.lost},
          {"kid", or_null(jwt.kid)},
          {"spki_sha256", or_null(jwt.spki_sha256)},
          {"issued_at", or_null(jwt.issued_at)},
          {"expires_at", or_null(jwt.expires_at)},
          {"scoped", jwt.scoped},
          {"claims", claims_json_of(jwt)},
          {"times_given", jwt.times_given},
          {"last_given", jwt.times_given > 0 ? json::value(utc_timestamp(jwt.last_given)) : json::value(nullptr)},
          {"holders", std::move(holders)}};
}

json::object json_of(const FileNames& files, const rules::LinePlace& place, const rules::AuditEntry& entry) {
  return {{"time", utc_timestamp(entry.time)},
          {"outcome", entry.outcome},
          {"cached", entry.cached},
          {"uid", or_null(entry.uid)},
          {"user", or_null(entry.user)},
          {"unit", or_null(entry.unit)},
          {"pid", or_null(entry.pid)},
          {"request_id", or_null(entry.request_id)},
          {"key", or_null(entry.key)},
          {"kid", or_null(entry.kid)},
          {"expires_at", or_null(entry.expires_at)},
          {"seq", entry.seq},
          {"file", files[place.file]},
          {"line", place.line}};
}

}  // namespace

std::string view(const WhoResult& result, bool colour) {
  if (result.lines.empty()) return {};
  terminal::Table table({"TIME", "USER", "UID", "UNIT", "PID", "KEY", "OUTCOME", "CACHED", "REQUEST"});
  for (const auto& [place, entry] : result.lines) {
    table.add({{utc_timestamp(entry.time)},
               {or_dash(entry.user)},
               {number_or_dash(entry.uid)},
               {or_dash(entry.unit)},
               {number_or_dash(entry.pid)},
               {or_dash(entry.key)},
               {entry.outcome},
               {entry.cached ? "yes" : "no"},
               {or_dash(entry.request_id)}});
  }
  return table.render(colour);
}

std::string json_of(const WhoResult& result) {
  json::array lines;
  for (const auto& [place, entry] : result.lines) lines.push_back(json_of(result.files, place, entry));
  return json::serialize(json::object{
             {"jwt_sha256", hex(result.jwt_sha256)}, {"altered", result.altered}, {"lines", std::move(lines)}}) +
         "\n";
}

std::string view(const LiveResult& result, bool colour, std::size_t most_rows) {
  if (result.jwts.empty())
    return fmt::format("No JWT of key \"{}\" is valid at {}.\n", result.key, utc_timestamp(result.at));
  terminal::Table table({"JWT", "KID", "PUBLIC KEY", "EXPIRES", "LEFT", "CLAIMS", "HOLDERS"});
  for (const auto& jwt : result.jwts | std::views::take(most_rows)) {
    table.add({{jwt.lost ? "lost" : hex(jwt.sha256).substr(0, kShortDigest), jwt.lost ? Tone::doubtful : Tone::plain},
               {or_dash(jwt.kid)},
               {jwt.spki_sha256 ? hex(*jwt.spki_sha256).substr(0, kShortDigest) : "-"},
               {jwt.expires_at ? time_of(*jwt.expires_at) : "-"},
               {left_of(jwt.expires_at, result.at), jwt.expires_at ? Tone::plain : Tone::doubtful},
               {claims_of(jwt)},
               {holders_of(jwt)}});
  }
  auto text = table.render(colour);
  if (result.jwts.size() > most_rows)
    text += fmt::format("and {} more; --json lists all {}\n", result.jwts.size() - most_rows, result.jwts.size());
  return text;
}

std::string json_of(const LiveResult& result) {
  json::array jwts;
  for (const auto& jwt : result.jwts) jwts.push_back(json_of(jwt));
  return json::serialize(
             json::object{{"key", result.key}, {"at", utc_timestamp(result.at)}, {"jwts", std::move(jwts)}}) +
         "\n";
}

}  // namespace signet::admin
