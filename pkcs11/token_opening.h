#pragma once

#include <mutex>
#include <string>

#include "pkcs11/after_call.h"
#include "pkcs11/login_record.h"
#include "pkcs11/pkcs11_signer.h"
#include "pkcs11/token_state.h"

namespace signet::pkcs11 {

struct OpeningFailure {
  TokenEvent event;
  Error error;
};

/// From a configured token to one that signs: module, survey, PIN flags, session, the one login of this process image,
/// sessions, mechanisms, keys. One thread, once at a time; after a failure with `pin_refused` or `lost` never again in
/// this process.
class TokenOpening {
 public:
  /// `found` is told of label and serial number as soon as the token is found.
  using Found = std::function<void(const TokenSurvey&)>;
  /// `credentials_directory`: of systemd, or empty. `attempt` is held while a PIN is being tried, from before the
  /// record of it until its outcome is recorded. The configuration and `attempt` outlive the object. `after_call` is
  /// called between any two calls into the module, but for those of one survey, which libp11 makes.
  TokenOpening(
      const TokenConfig& config, std::string credentials_directory, std::timed_mutex& attempt, Found found,
      AfterCall after_call = [] {});

  /// Blocks in the module. SoftHSM overlooks its token when another process opens the same store at the same moment: a
  /// token not found is looked for again, with a C_Finalize, a short wait and a C_Initialize between, before it is
  /// reported.
  Result<OpenedToken, OpeningFailure> run();

 private:
  template <class T>
  using Step = Result<T, OpeningFailure>;
  Step<OpenedToken> find();
  Step<OpenedToken> find_once() const;
  Step<void> log_in(const Session& session, const TokenSurvey& token) const;
  Step<void> check_record(const TokenSurvey& token, const host::Secret& pin, LoginRecord::Verdict& verdict) const;
  Step<void> fill(OpenedToken& token, Session first) const;

  const TokenConfig& config_;
  const std::string credentials_directory_;
  std::timed_mutex& attempt_;
  const Found found_;
  const AfterCall after_call_;
  const LoginRecord record_;
};

}  // namespace signet::pkcs11
