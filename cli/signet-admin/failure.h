#pragma once

#include <string>

#include "proto/error.h"
#include "proto/result.h"

namespace signet::admin {

/// What the shell gets; in --help and in docs/cli.md.
enum class ExitCode : int {
  ok = 0,
  failure = 1,
  usage = 2,
  refused = 3,  ///< a wrong or locked PIN, a label or key that is there already, a token that is not to be overwritten,
                ///< a record of a PIN that is not to be removed; a request that signetd would refuse
  unavailable =
      4,  ///< the module does not load, or the token is not there; a request that signetd would answer with 503
  log_broken = 5,              ///< an audit log does not hold together, or tells of JWTs that were never signed
  signature_without_line = 6,  ///< signet-token signed a JWT that the audit log does not know
  nothing_found = 7            ///< no line of the audit log tells of that JWT, or of that key
};

/// A failure as `signet-admin` ends with it. The sentence is for the person at the terminal and may name call and CKR,
/// never a PIN.
struct Failure {
  ExitCode code = ExitCode::failure;
  std::string sentence;
};
template <class T>
using Done = Result<T, Failure>;

/// The error's message as a sentence, its detail in parentheses. Any thread.
Failure failure_of(ExitCode code, const Error& error);
/// The same with the code that the error itself stands for: refused for not_permitted, else failure.
Failure failure_of(const Error& error);
inline Failure usage_failure(std::string sentence) { return {ExitCode::usage, std::move(sentence)}; }

}  // namespace signet::admin
