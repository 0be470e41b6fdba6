#pragma once

#include <string>
#include <vector>

namespace signet::test {

/// Runs a program (found in PATH) to its end, without a shell; its standard output. Throws with everything it wrote
/// where it fails or is missing. Any thread.
std::string output_of(const std::vector<std::string>& words);

/// The same words as posix_spawn and execve want them; valid as long as `words` is.
std::vector<char*> pointers_to(std::vector<std::string>& words);

/// A file of an installed package: the first of `paths` that exists. Throws where none does: a test without what it
/// needs has to fail.
std::string installed_file(const std::string& package, const std::vector<std::string>& paths);

/// The same for a PKCS#11 module or another library in the multiarch directory of this machine.
std::string installed_library(const std::string& package, const std::string& name);

}  // namespace signet::test
