#include "cli/signet-admin/hsm_arguments.h"

#include <set>

#include <fmt/format.h>

#include "cli/signet-admin/help.h"
#include "cli/signet-admin/key_import_arguments.h"
#include "cli/signet-admin/option_values.h"
#include "proto/config_values.h"

namespace signet::admin {
namespace {

namespace po = boost::program_options;

constexpr std::int64_t kMostDays = 36500;

bool is_certificate_command(Command command) {
  return command == Command::cert_csr || command == Command::cert_self_signed;
}

void add_certificate_options(po::options_description& options, Command command) {
  add_texts(options, {"pin-fd", "subject", "out"});
  add_lists(options, {"dns"});
  add_flags(options, {"pss"});
  if (command == Command::cert_self_signed) add_texts(options, {"days"});
}

Done<Pkcs11Uri> token_uri(const std::string& text) {
  if (!text.starts_with("pkcs11:")) return Pkcs11Uri{.token = text};
  auto uri = parse_pkcs11_uri(text);
  if (!uri) return usage(fmt::format("--token {}.", uri.error().message));
  return *uri;
}

Done<HsmOptions> hsm_options(const po::variables_map& values) {
  HsmOptions options{.config = text(values, "config"),
                     .module = {.path = text(values, "module"), .init_args = text(values, "module-args")}};
  const bool by_hand = values.contains("module") || values.contains("module-args") || values.contains("token");
  if (options.config.empty() == !by_hand)
    return usage("Name the token with --config FILE, or with --module PATH and --token TOKEN, not with both.");
  if (options.config.empty() && options.module.path.empty())
    return usage("--module wants the path of the vendor's PKCS#11 library.");
  if (values.contains("token")) {
    SIGNET_TRY_ASSIGN(options.token, token_uri(text(values, "token")));
  }
  return options;
}

Done<SecretDescriptors> secret_descriptors(const po::variables_map& values) {
  SecretDescriptors secrets;
  SIGNET_TRY_ASSIGN(secrets.pin, descriptor(values, "pin-fd"));
  SIGNET_TRY_ASSIGN(secrets.so_pin, descriptor(values, "so-pin-fd"));
  SIGNET_TRY_ASSIGN(secrets.new_pin, descriptor(values, "new-pin-fd"));
  SIGNET_TRY_ASSIGN(secrets.passphrase, descriptor(values, "passphrase-fd"));
  std::set<int> seen;
  for (const auto& each : {secrets.pin, secrets.so_pin, secrets.new_pin, secrets.passphrase}) {
    if (each && !seen.insert(*each).second)
      return usage("Each secret wants a descriptor of its own; it is read to its end.");
  }
  return secrets;
}

Done<CertificateOptions> certificate_options(Command command, const po::variables_map& values) {
  CertificateOptions options{
      .subject = text(values, "subject"), .out = text(values, "out"), .pss = values.contains("pss")};
  if (!is_certificate_command(command)) return options;
  if (options.subject.empty())
    return usage("--subject wants the name of who holds the key, like \"/CN=build/O=Example\".");
  if (values.contains("out") && options.out.empty()) return usage("--out wants the path of a new file.");
  options.dns = texts(values, "dns");
  if (!values.contains("days")) return options;
  const auto days = parse_integer(text(values, "days"), 1, kMostDays);
  if (!days) return usage(fmt::format("--days {}.", days.error().message));
  options.days = static_cast<int>(*days);
  return options;
}

Done<std::string> argument(Command command, const po::variables_map& values) {
  const auto words = words_of(values);
  const bool names_key = command == Command::key_show || is_certificate_command(command);
  const bool names_file = command == Command::key_import || command == Command::cert_import;
  const bool wanted = names_file || command == Command::key_generate || names_key;
  if (!wanted && words.empty()) return std::string();
  if (wanted && words.size() == 1 && !words.front().empty()) return words.front();
  const auto* what = names_file                         ? "one file"
                     : command == Command::key_generate ? "one label"
                     : names_key                        ? "one key"
                                                        : "no argument";
  return usage(fmt::format("The command {0} wants {1}; see signet-admin {0} --help.", command_name(command), what));
}

Done<void> check_token(const Invocation& invocation) {
  const bool needs_token = invocation.command != Command::token_list && invocation.hsm.config.empty();
  if (needs_token && !invocation.hsm.token)
    return usage("--token wants the token's label or PKCS#11 URI; signet-admin token list shows what there is.");
  return {};
}

// The record lies in the state-dir, which the configuration file alone names.
Done<void> check_unlock(const Invocation& invocation) {
  if (invocation.command != Command::token_unlock_pin) return {};
  if (invocation.hsm.config.empty())
    return usage("The command token unlock-pin wants --config FILE, the configuration of that signet-token.");
  if (!invocation.reset && (invocation.secrets.pin || invocation.secrets.so_pin))
    return usage("PINs are read with --reset alone; without it no PIN is needed.");
  return {};
}

}  // namespace

po::options_description hsm_command_options(Command command) {
  po::options_description options;
  add_texts(options, {"module", "module-args", "token"});
  if (is_certificate_command(command)) {
    add_certificate_options(options, command);
    return options;
  }
  if (command == Command::token_init) {
    add_texts(options, {"pin-fd", "so-pin-fd"});
    add_flags(options, {"force"});
    return options;
  }
  if (command == Command::token_change_pin) {
    add_texts(options, {"pin-fd", "new-pin-fd"});
    return options;
  }
  add_flags(options, {"json"});
  if (command == Command::token_unlock_pin) {
    add_texts(options, {"so-pin-fd"});
    add_flags(options, {"force", "reset"});
  }
  if (command != Command::token_list) add_texts(options, {"pin-fd"});
  if (command == Command::key_import) add_key_import_options(options);
  if (command == Command::key_generate) add_key_generate_options(options);
  return options;
}

Done<Invocation> hsm_invocation(Command command, const po::variables_map& values) {
  Invocation invocation{.command = command,
                        .json = values.contains("json"),
                        .force = values.contains("force"),
                        .reset = values.contains("reset")};
  SIGNET_TRY_ASSIGN(invocation.argument, argument(command, values));
  SIGNET_TRY_ASSIGN(invocation.hsm, hsm_options(values));
  SIGNET_TRY_ASSIGN(invocation.secrets, secret_descriptors(values));
  SIGNET_TRY_ASSIGN(invocation.key_file, key_file_options(values));
  SIGNET_TRY_ASSIGN(invocation.certificate, certificate_options(command, values));
  SIGNET_TRY_ASSIGN(invocation.label, label_option(values));
  SIGNET_TRY_ASSIGN(invocation.id, id_option(values));
  if (command == Command::key_generate) {
    SIGNET_TRY_ASSIGN(invocation.kind, kind_option(values));
    SIGNET_TRY(check_label(invocation.argument));
  }
  SIGNET_TRY(check_token(invocation));
  SIGNET_TRY(check_unlock(invocation));
  return invocation;
}

}  // namespace signet::admin
