#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "cli/signet-admin/arguments.h"
#include "cli/signet-admin/failure.h"
#include "pkcs11/session.h"
#include "pkcs11/survey.h"
#include "pkcs11/token_config.h"

namespace signet::admin {

/// The module and token that are meant, whichever way they were named.
struct HsmTarget {
  pkcs11::ModuleSpec module{};
  Pkcs11Uri token{};
  std::string link_name{};  ///< `token` of a key file: the configuration file's name, else the token's label where it
                            ///< can be one
};

/// Reads the configuration file, if one was named; only what it says of module and token must be right. Failures:
/// failure.
Done<HsmTarget> resolve(const HsmOptions& options);

/// The configuration file of a signet-token. Users of `allow` and paths that only signet-token needs may be missing
/// where signet-admin runs, so that only what it says of module and token must be right, and the options that are named
/// besides. Failures: failure.
Done<pkcs11::TokenConfig> read_config(const std::string& file, std::initializer_list<std::string_view> more);
HsmTarget target_of(const pkcs11::TokenConfig& config, const std::string& file);

/// Failure: unavailable.
Done<std::unique_ptr<pkcs11::Module>> load_module(const pkcs11::ModuleSpec& spec);

/// A loaded module and the token in it. Members go in the reverse order: the module last.
struct OpenHsm {
  std::unique_ptr<pkcs11::Module> module;
  pkcs11::TokenSurvey token;
};
/// Loads the module and finds the token; tries the whole again for under a second when the token does not show, because
/// SoftHSM misses it while another process opens the same store. Failure: unavailable.
Done<OpenHsm> open_hsm(const HsmTarget& target);

/// What is said before a PIN of the token is asked for: failure refused where it is locked or not set; on stderr when a
/// wrong one would be the last.
Done<void> check_pin_state(const pkcs11::TokenSurvey& token);
/// The failure of a refused PIN, with what the token's flags say of the tries that are left.
Failure pin_refused(const OpenHsm& hsm, const Error& error);

/// A session on the token, logged in as its user with one C_Login, or without one where the token wants none. Asks for
/// the PIN, and says on stderr when a wrong one would be the last. The HSM must outlive it. Failures: refused (locked,
/// wrong PIN: with what the token's flags say of the tries that are left), unavailable, failure.
Done<pkcs11::Session> open_user_session(const OpenHsm& hsm, pkcs11::SessionMode mode, const SecretDescriptors& secrets);

}  // namespace signet::admin
