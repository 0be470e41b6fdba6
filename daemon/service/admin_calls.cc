#include "daemon/service/admin_calls.h"

#include <algorithm>
#include <ctime>
#include <exception>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "daemon/rules/views.h"
#include "daemon/service/rotation_status.h"
#include "daemon/service/routing.h"
#include "host/log.h"
#include "proto/api.h"

namespace signet::service {
namespace {

namespace json = boost::json;

HttpResponse json_response(const json::object& body) { return {.body = json::serialize(body)}; }

// Its own code travels as invalid_request: bad_configuration never leaves our processes. The paths are for the officer
// alone.
HttpResponse reload_problem(const std::vector<ConfigProblem>& problems, std::string_view request_id) {
  Problem problem{.code = ErrorCode::invalid_request,
                  .detail = "the files have problems; the configuration that was in force stays",
                  .request_id = std::string(request_id)};
  for (const ConfigProblem& each : problems) problem.errors.push_back(to_string(each));
  return {.status = error_info(problem.code).http_status,
          .content_type = "application/problem+json",
          .body = write(problem)};
}

json::object tokens_of(const rules::LiveState& live) {
  json::object tokens;
  for (const auto& [name, health] : live.tokens) {
    tokens[name] = json::object{{"state", health.state}, {"message", health.message}, {"since", health.since}};
  }
  return tokens;
}

json::object keys_of(const ServiceState& state, std::int64_t started_at) {
  const rules::Configuration& configuration = *state.configuration;
  const rules::LiveState& live = state.live;
  json::object keys;
  for (const auto& [name, key] : configuration.keys) {
    json::object& entry = keys[name].emplace_object();
    entry["state"] = rules::key_state(key, live);
    entry["token"] = key.token;
    entry["rotation"] = rotation_status(key, live, {state.holders, started_at}, std::time(nullptr));
    const auto condition = live.keys.find(name);
    if (condition != live.keys.end() && !condition->second.message.empty())
      entry["message"] = condition->second.message;
    const auto reason = live.disabled.find(name);
    if (reason != live.disabled.end()) entry["disabled"] = reason->second;
  }
  for (const auto& [name, broken] : configuration.broken)
    keys[name] = json::object{{"state", "misconfigured"}, {"message", broken.message}};
  return keys;
}

json::array texts_of(const std::vector<ConfigProblem>& problems) {
  json::array texts;
  for (const ConfigProblem& problem : problems) texts.emplace_back(to_string(problem));
  return texts;
}

json::array problems_of(const rules::Configuration& configuration, const JwksFile& published) {
  json::array texts = texts_of(configuration.problems);
  for (const std::string& kid : published.shared_kids()) texts.emplace_back("publish: " + shared_kid_text(kid));
  return texts;
}

json::value reload_of(const std::optional<ReloadReport>& reload) {
  if (!reload) return nullptr;
  return json::object{{"at", reload->at}, {"problems", texts_of(reload->problems)}};
}

Error disabled_until_restart(const Error& why) {
  return {ErrorCode::internal,
          "the key is disabled, but only until signetd is restarted: that cannot be kept in its state directory; make "
          "room there, as the log says, and disable the key again",
          why.detail};
}

Error still_disabled(const Error& why) {
  return {ErrorCode::internal,
          "the key is disabled as before: its record in the state directory cannot be removed; mend what the log says, "
          "and enable the key again",
          why.detail};
}

}  // namespace

AdminHandler::AdminHandler(Parts parts, std::optional<gid_t> admin_group)
    : parts_(std::move(parts)), admin_group_(admin_group), started_at_(std::time(nullptr)) {}

Task<HttpResponse> AdminHandler::answer(const rules::Peer& peer, HttpRequest request, std::string_view request_id) {
  Error error;
  try {
    const auto route = route_of(rules::Listener::admin, request);
    if (!route) {
      parts_.failures.note(peer, request_id, route.error().error);
      co_return route_problem(route.error(), request_id);
    }
    Result<HttpResponse> response = co_await act(*route, request, peer, request_id);
    if (response) co_return *std::move(response);
    error = std::move(response.error());
  } catch (const std::exception& e) {
    error = make_error(ErrorCode::internal, e.what());
  }
  co_return refuse(peer, error, request_id);
}

HttpResponse AdminHandler::refuse(const rules::Peer& peer, const Error& error, std::string_view request_id) {
  parts_.failures.note(peer, request_id, error);
  return problem_response(error, request_id);
}

bool AdminHandler::is_officer(const rules::Peer& peer) const {
  if (peer.uid == 0) return true;
  return admin_group_ &&
         (peer.gid == *admin_group_ || std::ranges::find(peer.groups, *admin_group_) != peer.groups.end());
}

Task<Result<HttpResponse>> AdminHandler::act(const rules::Route& route, const HttpRequest& request,
                                             const rules::Peer& peer, std::string_view request_id) {
  rules::AuditRecord record{
      .time = audit_now(), .request_id = std::string(request_id), .peer = peer, .key = route.key, .outcome = {}};
  if (!is_officer(peer)) {
    record.outcome = error_info(ErrorCode::not_permitted).name;
    parts_.audit.record_refusal(record);
    co_return Unexpected(Error{ErrorCode::not_permitted, "administration is for root and the group signet-admin"});
  }
  switch (route.endpoint) {
    case rules::Endpoint::disable_key:
      co_return co_await disable(route.key, request.body, std::move(record));
    case rules::Endpoint::enable_key:
      co_return co_await enable(route.key, std::move(record));
    case rules::Endpoint::promote_key:
      co_return co_await promote(route.key, std::move(record));
    case rules::Endpoint::reload:
      co_return co_await reload(std::move(record));
    case rules::Endpoint::status:
      co_return status();
    default:
      co_return Unexpected(make_error(ErrorCode::not_found));
  }
}

// An officer may be told that a key does not exist.
Result<void> AdminHandler::check_key(const std::string& key) const {
  const rules::Configuration& configuration = *parts_.state.configuration;
  if (configuration.keys.contains(key) || configuration.broken.contains(key)) return {};
  return Unexpected(Error{ErrorCode::not_found, "no key file has this name"});
}

// An officer waits for the disk no longer than a caller does.
Task<Result<void>> AdminHandler::recorded(const rules::AuditRecord& record) {
  const Deadline deadline = SteadyClock::now() + parts_.state.configuration->daemon.deadline;
  co_return co_await parts_.audit.must_record(record, deadline);
}

Result<DisableRequest> AdminHandler::put_out_of_use(const std::string& key, const std::string& body) {
  SIGNET_TRY(check_key(key));
  SIGNET_TRY_ASSIGN(DisableRequest request, read_disable_request(body));
  if (being_enabled_ == key) being_enabled_.reset();
  parts_.state.live.disabled.insert_or_assign(key, request.reason);
  parts_.cache.drop_keys([&key](const std::string& name) { return name == key; });
  host::log(host::LogLevel::notice, "key " + key + ": disabled: " + request.reason);
  return request;
}

// Disabling takes effect even where neither its file nor its line can be written: it takes away, it gives nothing. Each
// of them is tried, whatever became of the other. For the same reason it waits for no turn.
Task<Result<HttpResponse>> AdminHandler::disable(const std::string& key, const std::string& body,
                                                 rules::AuditRecord record) {
  const Result<DisableRequest> request = put_out_of_use(key, body);
  if (!request) co_return Unexpected(request.error());
  const Result<void> kept = parts_.disabled_files.disable(key, request->reason);
  record.outcome = "disabled";
  const Result<void> written = co_await recorded(record);
  if (!kept) co_return Unexpected(disabled_until_restart(kept.error()));
  if (!written) co_return Unexpected(written.error());
  co_return json_response({{"key", key}, {"disabled", true}, {"reason", request->reason}});
}

// Its line is on the disk before the key can be used again, even after a crash between the two. Where the key cannot be
// enabled after all, a further line takes that one back. Another officer's disabling that came
// meanwhile counts, as the order of the lines says.
Task<Result<HttpResponse>> AdminHandler::enable(const std::string& key, rules::AuditRecord record) {
  const ChangeQueue::Turn turn = co_await parts_.changes.turn();
  if (!parts_.state.live.disabled.contains(key))
    if (Result<void> known = check_key(key); !known) co_return Unexpected(known.error());
  record.outcome = "enabled";
  being_enabled_ = key;
  const Result<void> written = co_await recorded(record);
  const bool still = std::exchange(being_enabled_, std::nullopt).has_value();
  if (!written) co_return Unexpected(written.error());
  if (!still)
    co_return Unexpected(Error{ErrorCode::invalid_request, "the key was disabled again meanwhile, and stays disabled"});
  if (const Result<void> enabled = parts_.disabled_files.enable(key); !enabled) {
    record.outcome = "disabled";
    record.time = audit_now();
    parts_.audit.record(record);
    co_return Unexpected(still_disabled(enabled.error()));
  }
  parts_.state.live.disabled.erase(key);
  host::log(host::LogLevel::notice, "key " + key + ": enabled");
  co_return json_response({{"key", key}, {"disabled", false}, {"reason", ""}});
}

Task<Result<HttpResponse>> AdminHandler::promote(std::string key, rules::AuditRecord record) {
  if (Result<void> known = check_key(key); !known) co_return Unexpected(known.error());
  const Result<rules::KeySwitch> made = co_await parts_.rotation.promote(key, std::move(record));
  if (!made) co_return Unexpected(made.error());
  const auto now = parts_.state.configuration->keys.find(key);
  const auto shown = parts_.state.live.keys.find(key);
  const bool known = now != parts_.state.configuration->keys.end() && shown != parts_.state.live.keys.end();
  co_return json_response({{"key", key},
                           {"kid", known ? rules::kid_of(now->second, &shown->second) : std::string()},
                           {"object", made->object},
                           {"former", made->former},
                           {"former_published_until", made->until.time_since_epoch().count()}});
}

Task<Result<HttpResponse>> AdminHandler::reload(rules::AuditRecord record) {
  const ChangeQueue::Turn turn = co_await parts_.changes.turn();
  const std::vector<ConfigProblem> problems = parts_.reload();
  record.outcome = problems.empty() ? "reloaded" : "reload_refused";
  if (Result<void> written = co_await recorded(record); !written) co_return Unexpected(written.error());
  if (!problems.empty()) co_return reload_problem(problems, record.request_id);
  co_return json_response({{"keys", parts_.state.configuration->keys.size()}});
}

HttpResponse AdminHandler::status() {
  parts_.tokens.refresh_health();
  parts_.state.live.audit_works = parts_.audit.works();
  const rules::Configuration& configuration = *parts_.state.configuration;
  const rules::LiveState& live = parts_.state.live;
  return json_response({{"version", SIGNET_VERSION},
                        {"started_at", started_at_},
                        {"audit", live.audit_works ? "ok" : "failing"},
                        {"connections", parts_.connections()},
                        {"cache", json::object{{"entries", parts_.cache.entries()}, {"bytes", parts_.cache.bytes()}}},
                        {"jwks_file", parts_.jwks_file.trouble()},
                        {"tokens", tokens_of(live)},
                        {"keys", keys_of(parts_.state, started_at_)},
                        {"holders_left_out", parts_.state.holders.left_out()},
                        {"problems", problems_of(configuration, parts_.jwks_file)},
                        {"last_reload", reload_of(parts_.state.last_reload)}});
}

}  // namespace signet::service
