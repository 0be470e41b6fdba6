#include "cli/signet/help.h"

#include <array>

#include "cli/terminal/help_text.h"

namespace signet::cli {
namespace {

// In the order of Command.
constexpr std::array kCommands{
    terminal::CommandText{"token", "token KEY [options]", "print a token (JWT) signed with a key",
                          R"(
Prints the JWT and a newline. A token that was handed out before may be printed again while enough of its lifetime is left.

  --scope S           ask for this scope; repeat it for several ("GET /v1/apps")
  --claim NAME=JSON   ask for this claim; repeat it for several. A text keeps its quotes: --claim 'sub="user"'
  --lifetime TIME     how long the token shall be valid, in whole seconds or more: 90s, 10min, 1h
  --fresh             have it signed now instead of taking one that was handed out before
  --json              print the whole answer: token, key, kid, alg, issued_at, expires_at, reusable_until, cached
  --header            print "Authorization: Bearer JWT" for curl -H @-
  --file FILE         write it to FILE instead, mode 0600, replaced whole; only a regular file is ever replaced
  --watch             with --file: stay, and keep the file fresh until SIGTERM, SIGINT or SIGHUP; the file is then gone.
                      Prints "ready" once it is there first, and tells systemd (Type=notify)
  --while PID         with --watch: end as well when that process ends

Examples:
  signet token apple --header | curl -H @- https://api.enterprise.developer.apple.com/v1/devices
  coproc signet token apple --watch --file "$PWD/jwt" --while $$; read -r -u "${COPROC[0]}"
)"},
    terminal::CommandText{"exec", "exec KEY [options] -- COMMAND…", "run a command with a token",
                          R"(
Asks for a token and runs COMMAND with it. The token is never among the arguments, which every user of the machine can read.
One of these says how COMMAND gets it:

  --env NAME          in this variable; not one that the loader or a shell acts on
  --fd N              to be read from this descriptor, 3 or above; --header makes it an Authorization line
  --header-file FILE  as an Authorization line in FILE, mode 0600, for curl -H @FILE; gone when COMMAND ends. It must be new

and these are asked for as by token:

  --scope S, --claim NAME=JSON, --lifetime TIME, --fresh

The exit code is COMMAND's own; 125 where it was not run (a wrong command line, no token, no place for it), 126 where it cannot be run, 127 where there is none.

Examples:
  signet exec apple --header-file jwt.header -- curl -H @jwt.header https://api.enterprise.developer.apple.com/v1/devices
  signet exec store --env ASC_JWT -- ./release.sh
)"},
    terminal::CommandText{"keys", "keys [--json]", "list the keys you may use",
                          R"(
  --json              print the service's answer for a script
)"},
    terminal::CommandText{"show", "show KEY [--json]", "show one key and what you may ask of it",
                          R"(
  --json              print the service's answer for a script, the public key (JWK) included
)"},
    terminal::CommandText{"why", "why KEY [--json]", "show which rule lets you use a key, and for what",
                          R"(
Shows the allow line of the key's owner that admits you, and what it lets you ask for. Why a key is refused stands in the service's
log alone, beside the request's ID, for those who run it.

  --json              print the service's answer for a script
)"},
    terminal::CommandText{"whoami", "whoami [--json]", "show who the service takes you for",
                          R"(
The words of a key's allow lines (user:, uid:, group:, gid:, unit:, slice:) are compared with exactly these values.

  --json              print the service's answer for a script
)"},
    terminal::CommandText{"jwks", "jwks", "print the published public keys (RFC 7517 set)",
                          R"(
Always JSON. A key is in it when its file says publish = yes.
)"},
    terminal::CommandText{"health", "health [--json]", "show the state of the tokens behind your keys",
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
  2  the command line is wrong (exec: 125)
  3  refused: the key is not yours to use, unknown or disabled, or the socket is closed to you
  4  unavailable for now: no service at the socket, no usable token behind it, or too late an answer
  5  the request's content is not allowed: a claim, scope or lifetime
  6  too many requests; wait and ask again
)";

constexpr terminal::ProgramText kProgram{.name = "signet",
                                         .purpose = "Asks signetd for short-lived tokens (JWTs) over a Unix socket.",
                                         .commands = kCommands,
                                         .usage_width = 34,
                                         .common_options = kCommonOptions,
                                         .exit_codes = kExitCodes};

const terminal::CommandText& text_of(Command command) { return kCommands[static_cast<std::size_t>(command)]; }

}  // namespace

std::optional<Command> command_from_name(std::string_view name) {
  const auto place = terminal::find_command(kProgram, name);
  if (!place) return std::nullopt;
  return static_cast<Command>(*place);
}

std::string_view command_name(Command command) { return text_of(command).name; }
std::string general_help() { return terminal::general_help(kProgram); }
std::string command_help(Command command) { return terminal::command_help(kProgram, text_of(command)); }

}  // namespace signet::cli
