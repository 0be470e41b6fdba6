#include "cli/signet-admin/disable_commands.h"

#include <fmt/format.h>

#include "cli/signet-admin/daemon_call.h"
#include "proto/api.h"

namespace signet::admin {

Done<std::string> disable_key(const Invocation& invocation) {
  SIGNET_TRY_ASSIGN(const auto body,
                    ask_daemon(invocation, "POST", fmt::format("/v1/keys/{}/disable", invocation.argument),
                               write(DisableRequest{invocation.reason})));
  if (invocation.json) return body + "\n";
  return fmt::format(
      "{0}: disabled, also over restarts. Tokens that were handed out stay valid until they expire: "
      "signet-admin audit live {0}\n",
      invocation.argument);
}

Done<std::string> enable_key(const Invocation& invocation) {
  SIGNET_TRY_ASSIGN(const auto body,
                    ask_daemon(invocation, "POST", fmt::format("/v1/keys/{}/enable", invocation.argument)));
  return invocation.json ? body + "\n" : fmt::format("{}: enabled.\n", invocation.argument);
}

}  // namespace signet::admin
