#pragma once

#include "daemon/rules/peer.h"
#include "proto/result.h"

namespace signet::service {

/// Who is at the other end of a connected socket. Errors as host::peer_credentials. The user's name is looked up once
/// per uid and minute: name services may be slow, and the name is for records only. Unit and slice are those of the
/// moment of the call; a peer that has gone has none.
Result<rules::Peer> identify_peer(int fd);

}  // namespace signet::service
