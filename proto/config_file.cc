#include "proto/config_file.h"

#include <algorithm>

#include <fmt/format.h>

#include "proto/trimmed.h"
#include "proto/utf8.h"

namespace signet {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t'; }

/// Without the comment. A `#` inside a word belongs to the value: paths and labels have them.
std::string_view without_comment(std::string_view line) {
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '#' && (i == 0 || is_space(line[i - 1]))) return line.substr(0, i);
  }
  return line;
}

/// "claim \t sub" as "claim sub", so that two lines of one option look alike.
std::string with_single_blanks(std::string_view option) {
  std::string text;
  for (const char c : option) {
    if (!is_space(c))
      text += c;
    else if (!text.ends_with(' '))
      text += ' ';
  }
  return text;
}

class LineReader {
 public:
  explicit LineReader(std::string file) { lines_.file = std::move(file); }

  void read(std::string_view line, int number);
  ConfigLines take() { return std::move(lines_); }

 private:
  void complain(int number, const char* message) {
    lines_.problems.push_back({.file = lines_.file, .line = number, .option = {}, .message = message});
  }
  void read_assignment(std::string_view line, int number);

  ConfigLines lines_;
};

void LineReader::read(std::string_view line, int number) {
  if (line.ends_with('\r')) return complain(number, "ends in a carriage return; save the file with Unix line ends");
  if (std::ranges::any_of(line, [](char c) { return is_control(c) && c != '\t'; }))
    return complain(number, "holds a control character; delete it");
  if (!is_utf8(line)) return complain(number, "is not UTF-8; save the file as UTF-8");
  const std::string_view content = trimmed(without_comment(line));
  if (content.empty()) return;
  if (content.starts_with('['))
    return complain(number, "is a section header, which this file does not have; delete it");
  read_assignment(content, number);
}

void LineReader::read_assignment(std::string_view line, int number) {
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos) return complain(number, "has no =; write option = value");
  const std::string_view option = trimmed(line.substr(0, equals));
  if (option.empty()) return complain(number, "has no name before =; write option = value");
  lines_.entries.push_back({with_single_blanks(option), std::string(trimmed(line.substr(equals + 1))), number});
}

}  // namespace

std::string to_string(const ConfigProblem& problem) {
  std::string text = problem.file;
  if (problem.line > 0) text += fmt::format(":{}", problem.line);
  if (!problem.option.empty()) text += fmt::format(": {}", problem.option);
  return fmt::format("{}: {}", text, problem.message);
}

std::string_view option_head(std::string_view option) { return option.substr(0, option.find(' ')); }

ConfigLines read_config_lines(std::string file, std::string_view text) {
  LineReader reader(std::move(file));
  for (int number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    reader.read(line, number);
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return reader.take();
}

}  // namespace signet
