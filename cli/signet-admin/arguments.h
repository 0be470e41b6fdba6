#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cli/signet-admin/audit_options.h"
#include "cli/signet-admin/failure.h"
#include "cli/signet-admin/policy_options.h"
#include "pkcs11/key_generation.h"
#include "pkcs11/module.h"
#include "proto/bytes.h"
#include "proto/pkcs11_uri.h"

namespace signet::admin {

enum class Command {
  token_list,
  token_init,
  token_change_pin,
  token_unlock_pin,
  key_import,
  key_generate,
  key_list,
  key_show,
  key_promote,
  key_disable,
  key_enable,
  cert_csr,
  cert_self_signed,
  cert_import,
  audit_verify,
  audit_who,
  audit_live,
  policy_check,
  policy_test,
  reload,
  status
};

/// Which module and token are meant, as given: a configuration file of signet-token, or module and token by hand.
struct HsmOptions {
  std::string config{};
  pkcs11::ModuleSpec module{};
  std::optional<Pkcs11Uri> token{};
};

/// Descriptors that hold secrets; without one the terminal is asked.
struct SecretDescriptors {
  std::optional<int> pin{};
  std::optional<int> so_pin{};
  std::optional<int> new_pin{};     ///< of token change-pin
  std::optional<int> passphrase{};  ///< of an encrypted key file
};

/// What goes into a file of keys.d beyond what the token tells.
struct KeyFileOptions {
  std::string path{};          ///< empty: the lines are only printed
  std::string profiles_dir{};  ///< empty: where they are installed
  std::string profile{};
  std::string key_id{};
  std::string issuer{};
  std::string role{};
  std::vector<std::string> allow{};
};

/// What a request for a certificate, or a certificate, says.
struct CertificateOptions {
  std::string subject{};
  std::vector<std::string> dns{};
  int days = 365;     ///< of cert self-signed
  std::string out{};  ///< empty: stdout
  bool pss = false;
};

struct Invocation {
  Command command = Command::token_list;
  HsmOptions hsm{};
  SecretDescriptors secrets{};
  KeyFileOptions key_file{};
  CertificateOptions certificate{};
  AuditOptions audit{};
  PolicyOptions policy{};
  bool json = false;
  bool force = false;                             ///< of token init and token unlock-pin
  bool reset = false;                             ///< of token unlock-pin: a new user PIN, by the SO PIN
  std::string socket = "/run/signet/admin.sock";  ///< of the commands that go to signetd
  std::string reason{};                           ///< of key disable
  std::string argument{};  ///< the file of key import, the label of key generate, the key of key show and cert …
  std::optional<std::string> label{};  ///< of key import
  std::optional<Bytes> id{};           ///< of key import and key generate
  pkcs11::KeyKind kind{};              ///< of key generate
};

/// What --help and --version print.
struct Notice {
  std::string text;
};

/// The command line without the program's name. Every failure is ExitCode::usage. Any thread.
Done<std::variant<Invocation, Notice>> parse_arguments(const std::vector<std::string>& arguments);

}  // namespace signet::admin
