// Runs a target over saved inputs in any build: every file that is named, and every file of a directory that is named.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/fuzz/check_input.h"

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_of(const fs::path& place) {
  if (!fs::is_directory(place)) return {place};
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(place)) files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

bool replay(const fs::path& file) {
  // Before the run: where it ends the process, the last line says which input did it.
  std::fprintf(stderr, "%s\n", file.c_str());
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return false;
  const std::string content((std::istreambuf_iterator<char>(stream)), {});
  signet::fuzz::check_input(signet::bytes_of(content));
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t count = 0;
  for (int i = 1; i < argc; ++i) {
    for (const fs::path& file : files_of(argv[i])) {
      if (!replay(file)) {
        std::fprintf(stderr, "cannot be read\n");
        return 1;
      }
      ++count;
    }
  }
  std::fprintf(stderr, "%zu inputs\n", count);
  return count > 0 ? 0 : 1;
}
