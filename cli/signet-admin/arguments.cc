#include "cli/signet-admin/arguments.h"

#include <algorithm>
#include <set>

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <fmt/format.h>

#include "cli/signet-admin/help.h"
#include "cli/terminal/parse_options.h"
#include "proto/config_values.h"

namespace signet::admin {
namespace {

namespace po = boost::program_options;
using Words = std::vector<std::string>;
using Parsed = Done<std::variant<Invocation, Notice>>;

constexpr std::size_t kLongestLabel = 255;
constexpr std::size_t kLongestId = 64;
constexpr std::int64_t kHighestDescriptor = 65535;
constexpr std::int64_t kMostDays = 36500;

Unexpected<Failure> usage(std::string sentence) { return Unexpected(usage_failure(std::move(sentence))); }

void add_texts(po::options_description& options, std::initializer_list<const char*> names) {
  for (const char* name : names) options.add_options()(name, po::value<std::string>());
}

void add_flags(po::options_description& options, std::initializer_list<const char*> names) {
  for (const char* name : names) options.add_options()(name, "");
}

po::options_description common_options() {
  po::options_description options;
  add_flags(options, {"help,h", "version"});
  add_texts(options, {"config", "module", "module-args", "token"});
  options.add_options()("argument", po::value<Words>());
  return options;
}

bool is_certificate_command(Command command) {
  return command == Command::cert_csr || command == Command::cert_self_signed;
}

void add_certificate_options(po::options_description& options, Command command) {
  add_texts(options, {"pin-fd", "subject", "out"});
  options.add_options()("dns", po::value<Words>());
  add_flags(options, {"pss"});
  if (command == Command::cert_self_signed) add_texts(options, {"days"});
}

po::options_description options_of(Command command) {
  auto options = common_options();
  if (is_certificate_command(command)) {
    add_certificate_options(options, command);
    return options;
  }
  if (command == Command::token_init) {
    add_texts(options, {"pin-fd", "so-pin-fd"});
    add_flags(options, {"force"});
    return options;
  }
  add_flags(options, {"json"});
  if (command == Command::token_unlock_pin) {
    add_texts(options, {"so-pin-fd"});
    add_flags(options, {"force", "reset"});
  }
  if (command != Command::token_list) add_texts(options, {"pin-fd"});
  if (command == Command::key_import) {
    add_texts(options, {"label", "id", "passphrase-fd", "write-key-file", "profiles-dir", "profile", "key-id", "issuer",
                        "role"});
    options.add_options()("allow", po::value<Words>());
  }
  return options;
}

// Every option there is: which words are a command shows before it is known which options the command has.
po::options_description all_options() {
  auto options = options_of(Command::key_import);
  add_texts(options, {"so-pin-fd", "subject", "out", "days"});
  options.add_options()("dns", po::value<Words>());
  add_flags(options, {"pss"});
  add_flags(options, {"force", "reset"});
  return options;
}

Done<po::variables_map> parse_options(const Words& words, const po::options_description& options) {
  auto values = terminal::parse_options(words, options);
  if (!values) return usage(values.error() + "; see signet-admin --help.");
  return std::move(*values);
}

std::string text(const po::variables_map& values, const char* name) {
  return values.contains(name) ? values[name].as<std::string>() : std::string();
}

bool has_control_character(std::string_view value) {
  return std::ranges::any_of(value, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
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

Done<std::optional<int>> descriptor(const po::variables_map& values, const char* name) {
  if (!values.contains(name)) return std::optional<int>();
  const auto number = parse_integer(text(values, name), 0, kHighestDescriptor);
  if (!number) return usage(fmt::format("--{} {}; a PIN itself is never an argument.", name, number.error().message));
  return std::optional<int>(static_cast<int>(*number));
}

Done<SecretDescriptors> secret_descriptors(const po::variables_map& values) {
  SecretDescriptors secrets;
  SIGNET_TRY_ASSIGN(secrets.pin, descriptor(values, "pin-fd"));
  SIGNET_TRY_ASSIGN(secrets.so_pin, descriptor(values, "so-pin-fd"));
  SIGNET_TRY_ASSIGN(secrets.passphrase, descriptor(values, "passphrase-fd"));
  std::set<int> seen;
  for (const auto& each : {secrets.pin, secrets.so_pin, secrets.passphrase}) {
    if (each && !seen.insert(*each).second)
      return usage("Each secret wants a descriptor of its own; it is read to its end.");
  }
  return secrets;
}

Done<KeyFileOptions> key_file_options(const po::variables_map& values) {
  KeyFileOptions options{.path = text(values, "write-key-file"),
                         .profiles_dir = text(values, "profiles-dir"),
                         .profile = text(values, "profile"),
                         .key_id = text(values, "key-id"),
                         .issuer = text(values, "issuer"),
                         .role = text(values, "role")};
  if (values.contains("allow")) options.allow = values["allow"].as<Words>();
  if (values.contains("write-key-file") && options.path.empty())
    return usage("--write-key-file wants the path of a new file.");
  if (!options.path.empty() && options.profile.empty())
    return usage("--write-key-file needs --profile, the service that the key is for.");
  if (options.path.empty() && values.contains("profiles-dir"))
    return usage("--profiles-dir is used with --write-key-file alone; leave it out.");
  return options;
}

Done<CertificateOptions> certificate_options(Command command, const po::variables_map& values) {
  CertificateOptions options{
      .subject = text(values, "subject"), .out = text(values, "out"), .pss = values.contains("pss")};
  if (!is_certificate_command(command)) return options;
  if (options.subject.empty())
    return usage("--subject wants the name of who holds the key, like \"/CN=build/O=Example\".");
  if (values.contains("out") && options.out.empty()) return usage("--out wants the path of a new file.");
  if (values.contains("dns")) options.dns = values["dns"].as<Words>();
  if (!values.contains("days")) return options;
  const auto days = parse_integer(text(values, "days"), 1, kMostDays);
  if (!days) return usage(fmt::format("--days {}.", days.error().message));
  options.days = static_cast<int>(*days);
  return options;
}

Done<std::optional<std::string>> label_option(const po::variables_map& values) {
  if (!values.contains("label")) return std::optional<std::string>();
  auto label = text(values, "label");
  if (label.empty() || label.size() > kLongestLabel || has_control_character(label)) {
    return usage(fmt::format("--label wants 1 to {} octets without control characters.", kLongestLabel));
  }
  return std::optional(std::move(label));
}

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

std::optional<Bytes> from_hex(std::string_view digits) {
  if (digits.empty() || digits.size() % 2 != 0 || digits.size() > 2 * kLongestId) return std::nullopt;
  Bytes octets;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const auto high = hex_digit(digits[i]);
    const auto low = hex_digit(digits[i + 1]);
    if (!high || !low) return std::nullopt;
    octets.push_back(static_cast<std::byte>(*high * 16 + *low));
  }
  return octets;
}

Done<std::optional<Bytes>> id_option(const po::variables_map& values) {
  if (!values.contains("id")) return std::optional<Bytes>();
  auto id = from_hex(text(values, "id"));
  if (!id) return usage(fmt::format("--id wants 1 to {} octets in hexadecimal, as in --id 0102.", kLongestId));
  return id;
}

Done<std::string> argument(Command command, const po::variables_map& values) {
  const auto words = values.contains("argument") ? values["argument"].as<Words>() : Words();
  const bool names_key = command == Command::key_show || is_certificate_command(command);
  const bool wanted = command == Command::key_import || names_key;
  if (!wanted && words.empty()) return std::string();
  if (wanted && words.size() == 1 && !words.front().empty()) return words.front();
  const auto* what = command == Command::key_import ? "one file" : names_key ? "one key" : "no argument";
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

Parsed invocation_of(Command command, const po::variables_map& values) {
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
  SIGNET_TRY(check_token(invocation));
  SIGNET_TRY(check_unlock(invocation));
  return std::variant<Invocation, Notice>(std::move(invocation));
}

Words without(const Words& words, std::size_t first, std::size_t second) {
  Words rest;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i != first && i != second) rest.push_back(words[i]);
  }
  return rest;
}

Parsed notice(std::string text) { return std::variant<Invocation, Notice>(Notice{std::move(text)}); }

Parsed without_command(const Words& words) {
  SIGNET_TRY_ASSIGN(const auto values, parse_options(words, all_options()));
  if (values.contains("version")) return notice("signet-admin " SIGNET_VERSION "\n");
  if (values.contains("help")) return notice(general_help());
  return usage(
      "Name a command: token list, token init, token unlock-pin, key import, key list, key show, cert csr or cert "
      "self-signed; see signet-admin --help.");
}

}  // namespace

Parsed parse_arguments(const Words& arguments) {
  const auto options = all_options();
  const auto first = terminal::find_argument(arguments, options);
  if (first == arguments.size()) return without_command(arguments);
  const auto second = terminal::find_argument(arguments, options, first + 1);
  auto name = arguments[first];
  if (second < arguments.size()) name += " " + arguments[second];
  const auto command = command_from_name(name);
  if (!command) return usage(fmt::format("There is no command \"{}\"; see signet-admin --help.", name));
  SIGNET_TRY_ASSIGN(const auto values, parse_options(without(arguments, first, second), options_of(*command)));
  if (values.contains("help")) return notice(command_help(*command));
  if (values.contains("version")) return notice("signet-admin " SIGNET_VERSION "\n");
  return invocation_of(*command, values);
}

}  // namespace signet::admin
