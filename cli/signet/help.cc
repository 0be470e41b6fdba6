#include "cli/signet/help.h"

#include <algorithm>
#include <array>

namespace signet::cli {
namespace {

struct CommandText {
  Command command;
  std::string_view name;
  std::string_view usage;  // after "signet "
  std::string_view summary;
  std::string_view details;  // options of its own and an example
};

constexpr std::array kCommands{
    CommandText{Command::token, "token", "token KEY [options]", "print a token (JWT) signed with a key",
                R"(
Prints the JWT and a newline. A token that was handed out before may be printed again while enough of its lifetime is left.

  --scope S           ask for this scope; repeat it for several ("GET /v1/apps")
  --claim NAME=JSON   ask for this claim; repeat it for several. A text keeps its quotes: --claim 'sub="user"'
  --lifetime TIME     how long the token shall be valid, in whole seconds or more: 90s, 10min, 1h
  --fresh             have it signed now instead of taking one that was handed out before
  --json              print the whole answer: token, key, kid, alg, issued_at, expires_at, reusable_until, cached
  --header            print "Authorization: Bearer JWT" for curl -H @-

Example:
  signet token apple --header | curl -H @- https://api.enterprise.developer.apple.com/v1/devices
)"},
    CommandText{Command::keys, "keys", "keys [--json]", "list the keys you may use",
                R"(
  --json              print the service's answer for a script
)"},
    CommandText{Command::show, "show", "show KEY [--json]", "show one key and what you may ask of it",
                R"(
  --json              print the service's answer for a script, the public key (JWK) included
)"},
    CommandText{Command::whoami, "whoami", "whoami [--json]", "show who the service takes you for",
                R"(
Rules of a key (user:, group:, unit:) are compared with exactly these values.

  --json              print the service's answer for a script
)"},
    CommandText{Command::jwks, "jwks", "jwks", "print the published public keys (RFC 7517 set)",
                R"(
Always JSON. A key is in it when its file says publish = yes.
)"},
    CommandText{Command::health, "health", "health [--json]", "show the state of the tokens behind your keys",
                R"(
Ends with 0 for "ok" and "degraded", with 4 for "down".

  --json              print the service's answer for a script
)"},
};

constexpr std::string_view kCommonOptions = R"(
Common options:
  --socket PATH       the service's socket; default $SIGNET_SOCKET, else /run/signet/signet.sock
  --timeout TIME      give up after this time (default 30s)
  --help, --version
)";

constexpr std::string_view kExitCodes = R"(
Exit codes:
  0  done
  1  another failure
  2  the command line is wrong
  3  refused: the key is not yours to use, unknown or disabled, or the socket is closed to you
  4  unavailable for now: no service at the socket, no usable token behind it, or too late an answer
  5  the request's content is not allowed: a claim, scope or lifetime
  6  too many requests; wait and ask again
)";

const CommandText& text_of(Command command) {
  return *std::find_if(kCommands.begin(), kCommands.end(), [&](const auto& entry) { return entry.command == command; });
}

std::string padded(std::string_view text, std::size_t width) {
  std::string result(text);
  result.resize(std::max(width, result.size() + 1), ' ');
  return result;
}

}  // namespace

std::optional<Command> command_from_name(std::string_view name) {
  const auto* found =
      std::find_if(kCommands.begin(), kCommands.end(), [&](const auto& entry) { return entry.name == name; });
  if (found == kCommands.end()) return std::nullopt;
  return found->command;
}

std::string_view command_name(Command command) { return text_of(command).name; }

std::string general_help() {
  std::string text =
      "Usage: signet COMMAND [options]\n\nAsks signetd for short-lived tokens (JWTs) over a Unix "
      "socket.\n\nCommands:\n";
  for (const auto& entry : kCommands) text += "  " + padded(entry.usage, 20) + std::string(entry.summary) + "\n";
  text += "\n\"signet COMMAND --help\" says more about one of them.\n";
  return text + std::string(kCommonOptions) + std::string(kExitCodes);
}

std::string command_help(Command command) {
  const auto& entry = text_of(command);
  return "Usage: signet " + std::string(entry.usage) + "\n\n" + std::string(entry.name) + ": " +
         std::string(entry.summary) + "\n" + std::string(entry.details) + std::string(kCommonOptions) +
         std::string(kExitCodes);
}

}  // namespace signet::cli
