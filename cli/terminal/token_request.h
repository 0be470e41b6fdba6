#pragma once

#include <string>

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>

#include "proto/api.h"
#include "proto/result.h"

// The options that say what is asked of a key: of `signet`, which asks, and of `signet-admin policy test`, which tells
// what would be answered.
namespace signet::terminal {

/// --scope, --claim, --lifetime, --fresh. Any thread.
void add_request_options(boost::program_options::options_description& options);

/// The request that they make. The error is a sentence that names the option, never a claim's value. Any thread.
Result<TokenRequest, std::string> token_request_of(const boost::program_options::variables_map& values);

}  // namespace signet::terminal
