#include "cli/signet-admin/help.h"

#include <array>

#include "cli/signet-admin/audit_help.h"
#include "cli/signet-admin/daemon_help.h"
#include "cli/signet-admin/policy_help.h"
#include "cli/terminal/help_text.h"

namespace signet::admin {
namespace {

// In the order of Command.
constexpr std::array kCommands{
    terminal::CommandText{"token list", "token list [--json]", "list the tokens a module shows, without a PIN",
                          R"(
  --json              print it for a script
)"},
    terminal::CommandText{"token init", "token init --token LABEL [--force]", "initialise a token and set its PINs",
                          R"(
Takes the one token that is not initialised yet (with SoftHSM: the free slot), gives it the label, and sets the SO PIN and the user PIN.
Where several wait, --token 'pkcs11:token=LABEL;serial=SERIAL' says which.

  --force             initialise a token again that has this label already; EVERYTHING ON IT IS DESTROYED. Its present SO PIN is needed
  --so-pin-fd N       read the SO PIN from descriptor N instead of asking on the terminal
  --pin-fd N          read the user PIN from descriptor N
)"},
    terminal::CommandText{"token change-pin", "token change-pin [options]", "change a token's user PIN",
                          R"(
The present PIN is tried once; where the token refuses it, nothing is changed. A running signet-token stays logged in; the new PIN has to be in
its pin-file or credential before its next start.

  --pin-fd N          read the present PIN from descriptor N instead of asking on the terminal
  --new-pin-fd N      read the new PIN from descriptor N
)"},
    terminal::CommandText{"token unlock-pin", "token unlock-pin --config FILE [options]",
                          "let signet-token try its PIN again",
                          R"(
signet-token never tries a PIN again that was refused, or whose login was cut off: it keeps a record of it in state-dir, and says "PIN
refused". Once the PIN is known to be right, this removes the record; signet-token must then be restarted. What the record says, and what
the token says of its PIN, is told on stderr first. No login is made. Refused while signet-token is trying the PIN, and where one try is
left or the PIN is locked.

  --reset             set a new user PIN by the SO PIN, as on a locked token, then remove the record; keys stay
  --so-pin-fd N       with --reset: read the SO PIN from descriptor N instead of asking on the terminal
  --pin-fd N          with --reset: read the new user PIN from descriptor N
  --force             also where one try is left
  --json              print what was done for a script

Example:
  signet-admin token unlock-pin --config /etc/signet/tokens.d/build.conf
  systemctl restart signet-token@build
)",
                          R"(
Common options:
  --config FILE       the configuration of that signet-token, a file of tokens.d: module, token and state-dir are taken from it
  --help, --version
A PIN is never an argument: it is asked on the terminal without echo, or read from an open descriptor (--pin-fd 3 3<file).
)"},
    terminal::CommandText{"key import", "key import FILE [options]", "import a private key from a PEM or DER file",
                          R"(
FILE is PEM or DER: PKCS#8 (Apple's .p8; also encrypted), SEC 1 or PKCS#1. The key is created sensitive and not extractable, read back, and must
sign something that can never be a JWT; else it is destroyed again. FILE is not touched.

  --label LABEL       CKA_LABEL; default: the file's name without its ending
  --id HEX            CKA_ID; default: the first 20 octets of the SHA-256 of the public key
  --pin-fd N          read the user PIN from descriptor N instead of asking on the terminal
  --passphrase-fd N   read the passphrase of an encrypted FILE from descriptor N
  --write-key-file PATH
                      write the lines for keys.d to PATH, a new NAME.conf, instead of printing them; needs --profile. What
                      signetd would find wrong with them is said before the PIN is asked for
  --profiles-dir DIR  where the profile is read for that; default: where profiles are installed
  --profile NAME, --key-id ID, --issuer ID, --role ROLE, --allow WORDS
                      what stands in these lines; --allow may be repeated
  --json              print what was done for a script

Example:
  signet-admin key import AuthKey_2X9R4HXF34.p8 --config /etc/signet/tokens.d/build.conf
)"},
    terminal::CommandText{"key generate", "key generate LABEL [options]",
                          "have a token make a key that never was outside it",
                          R"(
The token makes the pair. The private half is sensitive and not extractable from its first moment on, is read back, and must sign something that can
never be a JWT; else it is destroyed again. The public half is printed as PEM, JWK and for OpenSSH.

  --type TYPE         p256 (default), p384, p521, rsa2048, rsa3072, rsa4096 or ed25519
  --id HEX            CKA_ID; default: 20 random octets
  --pin-fd N          read the user PIN from descriptor N instead of asking on the terminal
  --write-key-file PATH, --profiles-dir DIR, --profile NAME, --key-id ID, --issuer ID, --role ROLE, --allow WORDS
                      as with key import
  --json              print what was done for a script

Example:
  signet-admin key generate reports-2026 --type rsa2048 --config /etc/signet/tokens.d/build.conf
)"},
    terminal::CommandText{"key list", "key list [--json]", "list the private keys on a token",
                          R"(
  --pin-fd N          read the user PIN from descriptor N instead of asking on the terminal
  --json              print it for a script
)"},
    terminal::CommandText{"key show", "key show KEY [--json]", "show one private key and what protects it",
                          R"(
KEY is a label, an id in hexadecimal, or a PKCS#11 URI. The token is also asked for the key's value, which it must refuse.

  --pin-fd N          read the user PIN from descriptor N instead of asking on the terminal
  --json              print it for a script
)"},
    kKeyPromote,
    kKeyDisable,
    kKeyEnable,
    terminal::CommandText{"cert csr", "cert csr KEY --subject NAME [options]",
                          "have a key sign a request for a certificate",
                          R"(
KEY is a label, an id in hexadecimal, or a PKCS#11 URI. The request (PKCS#10, PEM) is signed by the token and verified with the key's public
half before it is given out. SHA-256; SHA-384 for P-384, SHA-512 for P-521.

  --subject NAME      like "/CN=build/O=Example GmbH": C, ST, L, O, OU, CN, DC, serialNumber, emailAddress; a slash in a value is \/
  --dns HOST          a DNS name (subjectAltName); may be repeated
  --pss               sign with RSA-PSS instead of RSA PKCS#1 v1.5
  --out FILE          write it to FILE, a new one, instead of stdout
  --pin-fd N          read the user PIN from descriptor N instead of asking on the terminal
)"},
    terminal::CommandText{"cert self-signed", "cert self-signed KEY --subject NAME [options]",
                          "have a key sign a certificate for itself",
                          R"(
As cert csr, for a certificate (X.509, PEM) of an end entity that signs for itself.

  --days N            how long it is valid from now on, 1 to 36500; default: 365
  --subject NAME, --dns HOST, --pss, --out FILE, --pin-fd N
                      as for cert csr

Example:
  signet-admin cert self-signed apple --subject /CN=apple --days 90 --out apple.pem --config /etc/signet/tokens.d/build.conf
)"},
    terminal::CommandText{"cert import", "cert import FILE [--json]", "store a certificate beside its key",
                          R"(
FILE is PEM or DER. The token must have the private key that the certificate is for; the object gets its CKA_ID and label. JWTs of profiles that
name a certificate (x5t, x5t#S256) take it from there; of several the valid one that began last. The thumbprints are printed.

  --pin-fd N          read the user PIN from descriptor N instead of asking on the terminal
  --json              print what was done for a script
)"},
    kAuditVerify,
    kAuditWho,
    kAuditLive,
    kPolicyCheck,
    kPolicyTest,
    kReload,
    kStatus,
};

constexpr std::string_view kCommonOptions = R"(
Common options:
  --config FILE       take module and token from this file of tokens.d
  --module PATH       the PKCS#11 module
  --module-args TEXT  what the module wants at C_Initialize (NSS does)
  --token TOKEN       the token: its label, or a PKCS#11 URI
  --help, --version
A PIN is never an argument: it is asked on the terminal without echo, or read from an open descriptor (--pin-fd 3 3<file).
)";

constexpr std::string_view kExitCodes = R"(
Exit codes:
  0  done
  1  another failure
  2  the command line is wrong
  3  refused: wrong or locked PIN, a key, label or file that is there already, a token that is not to be overwritten, a record of a PIN
     that is not to be removed; policy test: signetd would refuse; what asks signetd: you may not
  4  the module does not load, or the token is not there; policy test: signetd would answer 503; what asks signetd: it does
     not answer; key promote: the next object cannot sign
  5  the audit log does not hold together, or tells of JWTs that were never signed
  6  signet-token signed a JWT that the audit log does not know
  7  no line of the audit log tells of that JWT
)";

constexpr terminal::ProgramText kProgram{.name = "signet-admin",
                                         .purpose =
                                             "Initialises tokens and puts keys into them, through PKCS#11; asks "
                                             "signetd; explains policy; reads the audit log.",
                                         .commands = kCommands,
                                         .usage_width = 48,
                                         .common_options = kCommonOptions,
                                         .exit_codes = kExitCodes};

const terminal::CommandText& text_of(Command command) { return kCommands[static_cast<std::size_t>(command)]; }

}  // namespace

std::optional<Command> command_from_name(std::string_view name) {
  const auto place = terminal::find_command(kProgram, name);
  if (!place) return std::nullopt;
  return static_cast<Command>(*place);
}

std::string_view command_name(Command command) { return text_of(command).name; }

std::vector<Command> all_commands() {
  std::vector<Command> commands;
  for (std::size_t i = 0; i < kCommands.size(); ++i) commands.push_back(static_cast<Command>(i));
  return commands;
}

std::string general_help() { return terminal::general_help(kProgram); }
std::string command_help(Command command) { return terminal::command_help(kProgram, text_of(command)); }

}  // namespace signet::admin
