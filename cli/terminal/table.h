#pragma once

#include <string>
#include <vector>

#include "cli/terminal/style.h"

namespace signet::terminal {

struct Cell {
  std::string text{};
  Tone tone = Tone::plain;
};

/// Columns that line up, for people; scripts read --json. One thread.
class Table {
 public:
  explicit Table(std::vector<std::string> headings) : headings_(std::move(headings)) {}

  /// As many cells as there are headings.
  void add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }
  bool empty() const { return rows_.empty(); }
  /// Two blanks between columns, none at a line's end; control characters replaced.
  std::string render(bool colour) const;

 private:
  std::vector<std::string> headings_;
  std::vector<std::vector<Cell>> rows_;
};

/// "name   value" lines, the names in one column; for one thing shown in full.
std::string render_fields(const std::vector<std::pair<std::string, Cell>>& fields, bool colour);

}  // namespace signet::terminal
