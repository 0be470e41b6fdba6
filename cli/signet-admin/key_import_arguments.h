#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>

#include "cli/signet-admin/arguments.h"

// What `key import` and `key generate` have beyond the other commands that go to a token. Any thread; failures are
// usage.
namespace signet::admin {

void add_key_import_options(boost::program_options::options_description& options);
void add_key_generate_options(boost::program_options::options_description& options);

Done<KeyFileOptions> key_file_options(const boost::program_options::variables_map& values);
Done<void> check_label(const std::string& label);
Done<std::optional<std::string>> label_option(const boost::program_options::variables_map& values);
Done<std::optional<Bytes>> id_option(const boost::program_options::variables_map& values);
/// `--type`; P-256 where it is not given.
Done<pkcs11::KeyKind> kind_option(const boost::program_options::variables_map& values);

}  // namespace signet::admin
