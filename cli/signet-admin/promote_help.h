#pragma once

#include "cli/terminal/help_text.h"

namespace signet::admin {

inline constexpr terminal::CommandText kKeyPromote{"key promote", "key promote NAME [options]",
                                                   "have a key's next object sign from now on",
                                                   R"(
NAME is the key's name for callers: its file in keys.d without .conf. That file names the object that follows (next = …); signetd must have
seen that it can sign. No request is refused meanwhile. The former public key stays published until the last token signed with it has expired.
Run it as root or as a member of the group signet-admin.

  --socket PATH       signetd's admin socket; default: /run/signet/admin.sock
  --json              print the answer for a script

Example:
  signet-admin key promote store
)",
                                                   R"(
Common options:
  --help, --version
)"};

}  // namespace signet::admin
