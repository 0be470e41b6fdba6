#pragma once

#include "cli/terminal/help_text.h"

namespace signet::admin {

inline constexpr terminal::CommandText kPolicyCheck{"policy check", "policy check FILE... [--json]",
                                                    "explain who may have which token, without the daemon",
                                                    R"(
FILE is a file of keys.d, or signetd.conf for all its keys. Says of each key in words which service it is for, who may use it, which claims
and scopes they may ask for, how long a token lives, and what is allowed and yet seldom meant. Every problem is told with file and line.

  --profiles-dir DIR  where profiles are read for files of keys.d; default: where they are installed
  --json              print it for a script

Example:
  signet-admin policy check /etc/signet/keys.d/apple.conf
)",
                                                    R"(
Common options:
  --help, --version
)"};

inline constexpr terminal::CommandText kPolicyTest{"policy test", "policy test KEY --as WHO [options]",
                                                   "say what signetd would answer to a request",
                                                   R"(
Takes the decision of signetd by its own code, from its files: the header and claims that would be signed and the allow line that admits, or
the client's answer, what the log would say, and the rule. Nothing is signed or recorded; rates are not counted. Where the state folder
cannot be read, a key counts as enabled.

  --as WORDS          the caller: user=NAME or uid=N, with what this machine knows of its groups; and group=NAME, gid=N, unit=NAME,
                      slice=NAME, as in --as user=ci,group=release,unit=gitlab-runner.service
  --claim NAME=JSON   a claim; may be repeated
  --scope S           a scope; repeat it for several
  --lifetime TIME     90s, 10min
  --fresh             as in a request
  --at TIME           at that time instead of now, in UTC: 2026-11-25T12:00:00Z
  --json              print it for a script

Example:
  signet-admin policy test apple --as user=ci --scope 'GET /v1/devices' --lifetime 5min
)",
                                                   R"(
Common options:
  --config FILE       the configuration of signetd; default: /etc/signet/signetd.conf
  --help, --version
)"};

}  // namespace signet::admin
