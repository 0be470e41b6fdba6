#include "cli/signet-admin/status_view.h"

#include <chrono>
#include <limits>
#include <vector>

#include <boost/json/object.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/terminal/table.h"
#include "proto/json.h"
#include "proto/json_members.h"
#include "proto/timestamp.h"

namespace signet::admin {
namespace {

using terminal::Cell;
using terminal::Tone;
using Fields = std::vector<std::pair<std::string, Cell>>;

constexpr std::int64_t kMostSeconds = 253'402'300'799;  // 9999-12-31T23:59:59Z
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

std::string when(std::int64_t unix_seconds) {
  return utc_timestamp(std::chrono::sys_seconds(std::chrono::seconds(unix_seconds)));
}

Tone tone_of(std::string_view state) {
  if (state == "ready" || state == "ok") return Tone::good;
  return state == "opening" || state == "degraded" ? Tone::doubtful : Tone::bad;
}

Result<std::string> view_tokens(const boost::json::object& tokens, bool colour) {
  terminal::Table table({"TOKEN", "STATE", "SINCE", "MESSAGE"});
  for (const auto& [name, value] : tokens) {
    MemberReader token(value, fmt::format("$.tokens.{}", std::string_view(name)));
    const auto state = token.text("state");
    const auto message = token.text("message");
    const auto since = token.integer("since", 0, kMostSeconds);
    SIGNET_TRY(token.finish_tolerant());
    table.add({{std::string(name)}, {state, tone_of(state)}, {since == 0 ? "-" : when(since)}, {message}});
  }
  return table.empty() ? std::string() : "\n" + table.render(colour);
}

/// "next: build pkcs11:object=b from 2026-12-01T00:00:00Z, usable"
Result<std::string> next_of(const boost::json::value& rotation, const std::string& path) {
  MemberReader members(rotation, path);
  const auto* next = members.optional_value("next");
  SIGNET_TRY(members.finish_tolerant());
  if (next == nullptr || next->is_null()) return std::string();
  MemberReader object(*next, path + ".next");
  auto text = "next: " + object.text("object");
  if (const auto from = object.nullable_integer("from", 0, kMostSeconds)) text += " from " + when(*from);
  const auto message = object.text("message");
  text += object.boolean("usable") ? ", usable" : ", not usable yet" + (message.empty() ? "" : ": " + message);
  SIGNET_TRY(object.finish_tolerant());
  return text;
}

/// Why the key was disabled, what keeps it from serving, which object follows.
Result<std::string> notes_of(MemberReader& key, const std::string& path) {
  std::vector<std::string> notes;
  if (const auto reason = key.optional_text("disabled")) notes.push_back("disabled: " + *reason);
  if (const auto message = key.optional_text("message"); message && !message->empty()) notes.push_back(*message);
  if (const auto* rotation = key.optional_value("rotation")) {
    SIGNET_TRY_ASSIGN(auto next, next_of(*rotation, path + ".rotation"));
    if (!next.empty()) notes.push_back(std::move(next));
  }
  return fmt::format("{}", fmt::join(notes, "; "));
}

Result<std::string> view_keys(const boost::json::object& keys, bool colour) {
  terminal::Table table({"KEY", "STATE", "TOKEN", "NOTES"});
  for (const auto& [name, value] : keys) {
    const auto path = fmt::format("$.keys.{}", std::string_view(name));
    MemberReader key(value, path);
    const auto state = key.text("state");
    const auto token = key.optional_text("token").value_or("-");
    SIGNET_TRY_ASSIGN(auto notes, notes_of(key, path));
    SIGNET_TRY(key.finish_tolerant());
    table.add({{std::string(name)}, {state, tone_of(state)}, {token}, {std::move(notes)}});
  }
  return table.empty() ? std::string() : "\n" + table.render(colour);
}

/// The field, and the problems of the last reload.
Result<Cell> reload_cell(const boost::json::value* reload, std::vector<std::string>& problems) {
  if (reload == nullptr || reload->is_null()) return Cell{"none since the start"};
  MemberReader members(*reload, "$.last_reload");
  const auto at = when(members.integer("at", 0, kMostSeconds));
  problems = members.texts("problems");
  SIGNET_TRY(members.finish_tolerant());
  if (problems.empty()) return Cell{at + ", in force", Tone::good};
  return Cell{at + ", refused", Tone::bad};
}

std::string cache_text(const boost::json::value* cache) {
  if (cache == nullptr) return "-";
  MemberReader members(*cache, "$.cache");
  const auto entries = members.integer("entries", 0, kMost);
  const auto bytes = members.integer("bytes", 0, kMost);
  return fmt::format("{} tokens, {} octets", entries, bytes);
}

std::string view_problems(std::string_view kind, const std::vector<std::string>& problems, bool colour) {
  std::string text;
  for (const auto& problem : problems)
    text += fmt::format("{}  {}\n", terminal::paint(kind, Tone::bad, colour), terminal::printable(problem));
  return text.empty() ? text : "\n" + text;
}

}  // namespace

Result<std::string> view_status(std::string_view body, bool colour) {
  SIGNET_TRY_ASSIGN(const auto value, parse_json(body));
  MemberReader status(value, "$");
  std::vector<std::string> reload_problems;
  const auto version = status.text("version");
  const auto started = when(status.integer("started_at", 0, kMostSeconds));
  const auto audit = status.text("audit");
  Fields fields{{"signetd", {fmt::format("{}, since {}", version, started)}},
                {"audit log", {audit, tone_of(audit)}},
                {"connections", {std::to_string(status.integer("connections", 0, kMost))}},
                {"cache", {cache_text(status.optional_value("cache"))}}};
  if (auto trouble = status.text("jwks_file"); !trouble.empty())
    fields.push_back({"jwks-file", {std::move(trouble), Tone::bad}});
  SIGNET_TRY_ASSIGN(auto reload, reload_cell(status.optional_value("last_reload"), reload_problems));
  fields.push_back({"last reload", std::move(reload)});
  const auto problems = status.texts("problems");
  const auto* tokens = status.object("tokens");
  const auto* keys = status.object("keys");
  SIGNET_TRY(status.finish_tolerant());
  SIGNET_TRY_ASSIGN(const auto token_table, view_tokens(*tokens, colour));
  SIGNET_TRY_ASSIGN(const auto key_table, view_keys(*keys, colour));
  return terminal::render_fields(fields, colour) + token_table + key_table +
         view_problems("problem", problems, colour) + view_problems("last reload", reload_problems, colour);
}

}  // namespace signet::admin
