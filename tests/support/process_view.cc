#include "tests/support/process_view.h"

#include <cstdlib>
#include <stdexcept>
#include <unistd.h>

#include "tests/support/run_program.h"

namespace signet::test {
namespace {

/// What a shell command prints, run by root: only root may look into a process that is not dumpable.
std::string told_to_root(const std::string& command) {
  std::vector<std::string> words{"sh", "-c", command};
  if (::geteuid() != 0) words.insert(words.begin(), {"sudo", "-n"});
  return output_of(words);
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (std::size_t end = text.find(separator); end != std::string::npos; end = text.find(separator, begin)) {
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

std::string field_of(const std::string& status, const std::string& field) {
  for (const std::string& line : split(status, '\n')) {
    if (line.starts_with(field + ":\t")) return line.substr(field.size() + 2);
  }
  throw std::runtime_error("no " + field + " in a process's status");
}

}  // namespace

std::string ProcessView::status(const std::string& field) const {
  return field_of(output_of({"cat", directory() + "/status"}), field);
}

std::vector<std::string> ProcessView::blocked_signals() const {
  std::vector<std::string> masks;
  for (const std::string& line : split(told_to_root("grep -h ^SigBlk " + directory() + "/task/*/status"), '\n'))
    masks.push_back(field_of(line + "\n", "SigBlk"));
  return masks;
}

std::vector<std::string> ProcessView::descriptors() const {
  // One of them may be closed between ls and readlink.
  return split(told_to_root("cd " + directory() + "/fd && { readlink $(ls | grep -v '^[012]$'); true; }"), '\n');
}

std::string ProcessView::descriptor(int number) const {
  return told_to_root("readlink " + directory() + "/fd/" + std::to_string(number));
}

std::vector<std::string> ProcessView::texts(const std::string& file) const {
  return split(told_to_root("cat " + directory() + "/" + file), '\0');
}

int ProcessView::dumpable() const {
  const std::string gdb = "gdb -nx -batch -p " + std::to_string(pid_) + " -ex 'print (int)prctl(3, 0, 0, 0, 0)'";
  const std::string output = told_to_root(gdb + " 2>/dev/null");
  const auto answer = output.find("$1 = ");
  if (answer == std::string::npos) throw std::runtime_error("gdb says nothing: " + output);
  return std::atoi(output.c_str() + answer + 5);
}

}  // namespace signet::test
