#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "daemon/service/io.h"
#include "daemon/service/wake_up.h"
#include "proto/bytes.h"
#include "proto/result.h"
#include "proto/sha256.h"

namespace signet::service {

/// What a token is asked to sign.
struct SignOrder {
  std::string object;     ///< canonical PKCS#11 URI
  std::string algorithm;  ///< JOSE name
  std::string signing_input;
  Sha256Digest spki_sha256{};  ///< the pinned public key
  Bytes spki{};                ///< the key itself where its file carries it
  /// Hears of each signature that the token made, or may have made, and that nobody gets: with its value where it came
  /// after the deadline or from another key, without where its connection broke. Every signature shall have its audit
  /// line.
  std::function<void(const std::optional<Bytes>& signature)> on_stray{};
};

/// One signature on its way: queued, in flight on a connection, back in the queue after a cut, done. Shared by the
/// waiting request and the link, because either may be gone first.
struct SignJob {
  SignJob(Executor executor, SignOrder what, Deadline until)
      : order(std::move(what)), deadline(until), done(executor) {}

  SignOrder order;
  Deadline deadline;
  int cuts = 0;            ///< how many connections broke under it
  int failures = 0;        ///< how often the token said that this call failed
  bool abandoned = false;  ///< nobody waits any more
  WakeUp done;
  std::optional<Result<Bytes>> outcome{};

  void finish(Result<Bytes> result) {
    if (outcome) return;
    outcome = std::move(result);
    done.notify();
  }
  void stray(const std::optional<Bytes>& signature) const {
    if (order.on_stray) order.on_stray(signature);
  }
};
using SignJobPtr = std::shared_ptr<SignJob>;

}  // namespace signet::service
