#include "cli/signet-admin/audit_arguments.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/signet-admin/help.h"
#include "cli/signet-admin/option_values.h"
#include "proto/config_values.h"
#include "proto/sha256_text.h"

namespace signet::admin {
namespace {

namespace po = boost::program_options;

constexpr const char* kDefaultConfig = "/etc/signet/signetd.conf";
constexpr std::string_view kPinPrefix = "sha256:";

Done<std::vector<rules::ChainHead>> heads_of(const po::variables_map& values) {
  std::vector<rules::ChainHead> heads;
  for (const auto& word : texts(values, "head")) {
    auto head = rules::parse_chain_head(word);
    if (!head) return usage(fmt::format("--head {}.", head.error().message));
    heads.push_back(*head);
  }
  return heads;
}

Done<std::chrono::milliseconds> duration_of(const po::variables_map& values, const char* name) {
  const auto duration = parse_duration(text(values, name));
  if (!duration) return usage(fmt::format("--{} {}.", name, duration.error().message));
  return *duration;
}

Done<void> read_verify_options(AuditOptions& options, const po::variables_map& values) {
  options.files = words_of(values);
  SIGNET_TRY_ASSIGN(options.heads, heads_of(values));
  options.signed_files = texts(values, "signed");
  if (!values.contains("grace")) return {};
  SIGNET_TRY_ASSIGN(options.grace, duration_of(values, "grace"));
  return {};
}

// A JWT begins with the base64url of {" and has two dots; no file of ours is called so. It may come as it was sent,
// behind "Authorization: Bearer".
bool looks_like_jwt(std::string_view word) {
  constexpr std::string_view kBefore = " \t:'\"=";
  const auto begin = word.find("eyJ");
  if (begin == word.npos || (begin > 0 && kBefore.find(word[begin - 1]) == kBefore.npos)) return false;
  return std::ranges::count(word.substr(begin), '.') == 2;
}

GivenJwt given_jwt(const std::string& word) {
  if (const auto digest = sha256_from_hex(word)) return GivenJwt{.sha256 = digest};
  return GivenJwt{.file = word};
}

Done<void> read_who_options(AuditOptions& options, const po::variables_map& values) {
  options.files = words_of(values);
  if (std::ranges::any_of(options.files, looks_like_jwt))
    return usage(
        "A JWT is never an argument: every user of the machine can read it there. Give it on stdin with \"-\", in a "
        "file "
        "by its name, on a descriptor with --jwt-fd N, or give its SHA-256 in hexadecimal.");
  SIGNET_TRY_ASSIGN(options.jwt.descriptor, descriptor(values, "jwt-fd"));
  if (options.jwt.descriptor) return {};
  if (options.files.empty())
    return usage("The command audit who wants a token: \"-\" for stdin, a file, --jwt-fd N, or its SHA-256.");
  options.jwt = given_jwt(options.files.front());
  options.files.erase(options.files.begin());
  if (options.jwt.file == "-" && std::ranges::count(options.files, "-") != 0)
    return usage("Token and log cannot both come from stdin; give the token with --jwt-fd N or in a file.");
  return {};
}

Done<void> read_live_options(AuditOptions& options, const po::variables_map& values) {
  options.files = words_of(values);
  if (options.files.empty()) return usage("The command audit live wants a key; see signet-admin audit live --help.");
  options.key = options.files.front();
  if (!parse_name(options.key)) return usage("KEY is the name of a key: that of its file in keys.d, without .conf.");
  options.files.erase(options.files.begin());
  if (values.contains("kid")) options.kid = text(values, "kid");
  if (values.contains("max-age")) {
    SIGNET_TRY_ASSIGN(options.max_age, duration_of(values, "max-age"));
  }
  if (values.contains("at")) {
    SIGNET_TRY_ASSIGN(options.at, utc_time(values, "at"));
  }
  if (!values.contains("spki")) return {};
  std::string_view digits = values["spki"].as<std::string>();
  if (digits.starts_with(kPinPrefix)) digits.remove_prefix(kPinPrefix.size());
  options.spki_sha256 = sha256_from_hex(digits);
  if (!options.spki_sha256) return usage("--spki wants the SHA-256 of a public key, as in public-key = sha256:….");
  return {};
}

Done<void> read_options(Command command, AuditOptions& options, const po::variables_map& values) {
  if (command == Command::audit_verify) return read_verify_options(options, values);
  if (command == Command::audit_who) return read_who_options(options, values);
  return read_live_options(options, values);
}

}  // namespace

bool is_audit_command(Command command) {
  return command == Command::audit_verify || command == Command::audit_who || command == Command::audit_live;
}

po::options_description audit_command_options(Command command) {
  po::options_description options;
  add_flags(options, {"json"});
  if (command == Command::audit_verify) {
    add_lists(options, {"head", "signed"});
    add_texts(options, {"grace"});
  }
  if (command == Command::audit_who) add_texts(options, {"jwt-fd"});
  if (command == Command::audit_live) add_texts(options, {"at", "max-age", "spki", "kid"});
  return options;
}

Done<Invocation> audit_invocation(Command command, const po::variables_map& values) {
  Invocation invocation{.command = command, .json = values.contains("json")};
  auto& options = invocation.audit;
  options.config = values.contains("config") ? text(values, "config") : kDefaultConfig;
  SIGNET_TRY(read_options(command, options, values));
  if (std::ranges::count(options.files, "-") > 1) return usage("stdin can be read once; name \"-\" once.");
  if (values.contains("config") && !options.files.empty())
    return usage("--config says where the log is; name its files or the configuration, not both.");
  return invocation;
}

}  // namespace signet::admin
