#pragma once

#include "cli/terminal/help_text.h"

// The commands that go to signetd.
namespace signet::admin {

inline constexpr std::string_view kDaemonCommonOptions = R"(
Common options:
  --socket PATH       signetd's admin socket; default: /run/signet/admin.sock
  --help, --version
Run it as root or as a member of the group signet-admin.
)";

inline constexpr terminal::CommandText kKeyPromote{"key promote", "key promote NAME [options]",
                                                   "have a key's next object sign from now on",
                                                   R"(
NAME is the key's name for callers: its file in keys.d without .conf. That file names the object that follows (next = …); signetd must have
seen that it can sign. No request is refused meanwhile. The former public key stays published until the last token signed with it has expired.

  --json              print the answer for a script

Example:
  signet-admin key promote store
)",
                                                   kDaemonCommonOptions};

inline constexpr terminal::CommandText kKeyDisable{"key disable", "key disable NAME --reason TEXT",
                                                   "stop a key at once, until it is enabled",
                                                   R"(
NAME is the key's name for callers: its file in keys.d without .conf. Its cached tokens are dropped, and the key stays disabled over restarts.
Tokens that were handed out stay valid until they expire; signet-admin audit live NAME lists them.

  --reason TEXT       why, 1 to 500 characters; for the log and for status, callers do not see it
  --json              print the answer for a script

Example:
  signet-admin key disable store --reason "seen in the log of build 4711"
)",
                                                   kDaemonCommonOptions};

inline constexpr terminal::CommandText kKeyEnable{"key enable", "key enable NAME [options]",
                                                  "let a disabled key sign again",
                                                  R"(
NAME is the key's name for callers: its file in keys.d without .conf.

  --json              print the answer for a script

Example:
  signet-admin key enable store
)",
                                                  kDaemonCommonOptions};

inline constexpr terminal::CommandText kReload{"reload", "reload [--json]", "have signetd read its files again",
                                               R"(
All or nothing: with one problem the configuration that was in force stays, each problem is printed with file and line, and the exit code is 1.

  --json              print the answer for a script

Example:
  signet-admin reload
)",
                                               kDaemonCommonOptions};

inline constexpr terminal::CommandText kStatus{"status", "status [--json]", "show signetd, its tokens and its keys",
                                               R"(
Tokens and keys with their states, what is wrong with files in force, and the last reload.

  --json              print the answer for a script, with what is left out here

Example:
  signet-admin status
)",
                                               kDaemonCommonOptions};

}  // namespace signet::admin
