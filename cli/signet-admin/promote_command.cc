#include "cli/signet-admin/promote_command.h"

#include <chrono>

#include <boost/json/object.hpp>
#include <fmt/format.h>

#include "cli/signet-admin/daemon_call.h"
#include "proto/json.h"
#include "proto/json_members.h"
#include "proto/timestamp.h"

namespace signet::admin {
namespace {

Result<std::string> view(const std::string& body) {
  SIGNET_TRY_ASSIGN(const auto value, parse_json(body));
  MemberReader answer(value, "$");
  const auto key = answer.text("key");
  const auto kid = answer.text("kid");
  const auto object = answer.text("object");
  const auto former = answer.text("former");
  const auto until = answer.integer("former_published_until", 0, 253'402'300'799);
  SIGNET_TRY(answer.finish());
  return fmt::format(
      "{}: {}{} signs from now on.\n{} stays published until {}, when the last of its tokens has expired.\n", key,
      object, kid.empty() ? "" : fmt::format(" (kid {})", kid), former,
      utc_timestamp(std::chrono::sys_seconds(std::chrono::seconds(until))));
}

}  // namespace

Done<std::string> promote_key(const Invocation& invocation) {
  SIGNET_TRY_ASSIGN(const auto body,
                    ask_daemon(invocation, "POST", fmt::format("/v1/keys/{}/promote", invocation.argument)));
  if (invocation.json) return body + "\n";
  const auto text = view(body);
  if (!text) return Unexpected(strange_answer());
  return *text;
}

}  // namespace signet::admin
