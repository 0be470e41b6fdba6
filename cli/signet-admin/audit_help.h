#pragma once

#include "cli/terminal/help_text.h"

// What --help says of the commands `audit …`.
namespace signet::admin {

inline constexpr std::string_view kAuditCommonOptions = R"(
Files:
  FILE                a file of the audit log; "-" is stdin. Files may be named in any order; with a pipe among them, oldest first.
                      Default: the audit-log of the configuration, and what was rotated away beside it (audit.jsonl.1, audit.jsonl-20261125)
  --config FILE       the configuration of signetd that says where the log is; default: /etc/signet/signetd.conf
Compressed files are left out, which is told. They are read through a pipe, oldest first: zcat -f LOG-* LOG | signet-admin audit ... -

Common options:
  --json              print it for a script
  --help, --version
)";

inline constexpr terminal::CommandText kAuditVerify{"audit verify", "audit verify [FILE...] [options]",
                                                    "find what was changed in an audit log",
                                                    R"(
Each line holds the hash of the one before it. Finds lines that were changed, deleted, moved, doubled or put in, and names them. A cut end, a
change to the last line and a log that was written anew as a whole show only where a head, kept outside of the file, is given.

  --head SEQ:HEX      the log must have exactly this line; signetd writes such heads to the journal. May be repeated
  --signed FILE       hold the log against signet-token's own record: its signed.jsonl and those rotated away, or its state-dir, which stands for
                      them. May be repeated. A signature without a line ends with exit code 6
  --grace TIME        a signature of the last TIME may not have its line yet; default: 30s

Example:
  signet-admin audit verify --head 1234:9f86d0... --signed /var/lib/signet-token/build
)",
                                                    kAuditCommonOptions};

inline constexpr terminal::CommandText kAuditWho{"audit who", "audit who TOKEN [FILE...] [--json]",
                                                 "tell who got a JWT",
                                                 R"(
TOKEN is "-" (the JWT on stdin), the name of a file that holds it, or its SHA-256 in hexadecimal (jwt_sha256). The JWT itself is never an
argument. Where nobody got it the exit code is 7.

  --jwt-fd N          read the JWT from descriptor N; then every argument is a FILE
)",
                                                 kAuditCommonOptions};

inline constexpr terminal::CommandText kAuditLive{"audit live", "audit live KEY [FILE...] [options]",
                                                  "list the JWTs of a key that are still valid, and who has them",
                                                  R"(
KEY is the name of a key, as in keys.d. One row for each JWT, the last to expire first; a JWT that says nothing of its end has "no expiry", one whose
answer was lost may have been signed and is "lost". A terminal gets 200 rows, a pipe and --json all. Where no line names the key the exit code is 7.

  --at TIME           valid at that time instead of now, in UTC: 2026-11-25T12:00:00Z
  --spki HEX          signed by the key with this public key alone (its SHA-256, as in public-key = sha256:...): who still has JWTs of the old key?
  --kid KID           with this key ID alone
  --max-age TIME      of those without expiry only the ones that were issued within TIME, as long as the other side takes them
)",
                                                  kAuditCommonOptions};

}  // namespace signet::admin
