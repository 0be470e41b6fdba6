#include "cli/signet-admin/service_commands.h"

#include <boost/json/object.hpp>
#include <fmt/format.h>

#include "cli/signet-admin/daemon_call.h"
#include "cli/signet-admin/status_view.h"
#include "proto/json.h"
#include "proto/json_members.h"

namespace signet::admin {
namespace {

Result<std::int64_t> keys_in(const std::string& body) {
  SIGNET_TRY_ASSIGN(const auto value, parse_json(body));
  MemberReader answer(value, "$");
  const auto keys = answer.integer("keys", 0, 1'000'000'000);
  SIGNET_TRY(answer.finish());
  return keys;
}

}  // namespace

Done<std::string> reload_service(const Invocation& invocation) {
  SIGNET_TRY_ASSIGN(const auto body, ask_daemon(invocation, "POST", "/v1/reload"));
  if (invocation.json) return body + "\n";
  const auto keys = keys_in(body);
  if (!keys) return Unexpected(strange_answer());
  return fmt::format("The files are in force; keys: {}.\n", *keys);
}

Done<std::string> show_status(const Invocation& invocation, bool colour) {
  SIGNET_TRY_ASSIGN(const auto body, ask_daemon(invocation, "GET", "/v1/status"));
  if (invocation.json) return body + "\n";
  const auto text = view_status(body, colour);
  if (!text) return Unexpected(strange_answer());
  return *text;
}

}  // namespace signet::admin
