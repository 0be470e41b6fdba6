#include "cli/signet-admin/key_import_arguments.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/signet-admin/option_values.h"
#include "proto/hex_digit.h"
#include "proto/utf8.h"

namespace signet::admin {
namespace {

namespace po = boost::program_options;

constexpr std::size_t kLongestLabel = 255;
constexpr std::size_t kLongestId = 64;

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

void add_new_key_options(po::options_description& options) {
  add_texts(options, {"id", "write-key-file", "profiles-dir", "profile", "key-id", "issuer", "role"});
  add_lists(options, {"allow"});
}

bool is_label(const std::string& label) {
  return !label.empty() && label.size() <= kLongestLabel && std::ranges::none_of(label, is_control);
}

}  // namespace

void add_key_import_options(po::options_description& options) {
  add_texts(options, {"label", "passphrase-fd"});
  add_new_key_options(options);
}

void add_key_generate_options(po::options_description& options) {
  add_texts(options, {"type"});
  add_new_key_options(options);
}

Done<KeyFileOptions> key_file_options(const po::variables_map& values) {
  KeyFileOptions options{.path = text(values, "write-key-file"),
                         .profiles_dir = text(values, "profiles-dir"),
                         .profile = text(values, "profile"),
                         .key_id = text(values, "key-id"),
                         .issuer = text(values, "issuer"),
                         .role = text(values, "role")};
  options.allow = texts(values, "allow");
  if (values.contains("write-key-file") && options.path.empty())
    return usage("--write-key-file wants the path of a new file.");
  if (!options.path.empty() && options.profile.empty())
    return usage("--write-key-file needs --profile, the service that the key is for.");
  if (options.path.empty() && values.contains("profiles-dir"))
    return usage("--profiles-dir is used with --write-key-file alone; leave it out.");
  return options;
}

Done<std::optional<std::string>> label_option(const po::variables_map& values) {
  if (!values.contains("label")) return std::optional<std::string>();
  auto label = text(values, "label");
  if (!is_label(label))
    return usage(fmt::format("--label wants 1 to {} octets without control characters.", kLongestLabel));
  return std::optional(std::move(label));
}

Done<void> check_label(const std::string& label) {
  if (is_label(label)) return {};
  return usage(fmt::format("A label has 1 to {} octets without control characters.", kLongestLabel));
}

Done<pkcs11::KeyKind> kind_option(const po::variables_map& values) {
  if (!values.contains("type")) return pkcs11::KeyKind{};
  const auto kind = pkcs11::key_kind_from_name(text(values, "type"));
  if (!kind) return usage(fmt::format("--type wants {}.", pkcs11::key_kind_names()));
  return *kind;
}

Done<std::optional<Bytes>> id_option(const po::variables_map& values) {
  if (!values.contains("id")) return std::optional<Bytes>();
  auto id = from_hex(text(values, "id"));
  if (!id) return usage(fmt::format("--id wants 1 to {} octets in hexadecimal, as in --id 0102.", kLongestId));
  return id;
}

}  // namespace signet::admin
