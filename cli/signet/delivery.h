#pragma once

#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>

#include "cli/signet/failure.h"
#include "proto/result.h"

// Where a JWT goes other than to stdout: options of `token` and `exec`. Pure but for a look at the open descriptors.
namespace signet::cli {

/// `token --file`.
struct FileOrder {
  std::string path;
  bool watch = false;                    ///< keep it fresh
  std::optional<pid_t> while_process{};  ///< until that process ends
};

/// How `exec` hands the JWT to its command: never as an argument, which every user of the machine can read.
enum class Channel { variable, descriptor, header_file };
struct CommandOrder {
  Channel channel = Channel::variable;
  std::string name{};  ///< of the variable; path of the header file
  int descriptor = -1;
  std::vector<std::string> words{};  ///< program and arguments, at least the program
};

void add_file_options(boost::program_options::options_description& options);
void add_command_options(boost::program_options::options_description& options);

/// Nothing without --file. Every failure is ExitCode::usage, here and below. Any thread.
Result<std::optional<FileOrder>, Failure> file_order(const boost::program_options::variables_map& values);

/// `words`: what follows "--". A descriptor that is open already belongs to somebody else and is refused. Main thread.
Result<CommandOrder, Failure> command_order(const boost::program_options::variables_map& values,
                                            std::vector<std::string> words);

}  // namespace signet::cli
