#include "cli/terminal/table.h"

#include <algorithm>

namespace signet::terminal {
namespace {

// Code points, not octets: close enough to columns for names and sentences.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string line(const std::vector<Cell>& row, const std::vector<std::size_t>& widths, bool colour) {
  std::string text;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const auto shown = printable(row[i].text);
    text += paint(shown, row[i].tone, colour);
    if (i + 1 < row.size()) text.append(widths[i] - width(shown) + 2, ' ');
  }
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text + "\n";
}

std::vector<std::size_t> widths_of(const std::vector<std::vector<Cell>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()), 0);
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(printable(row[i].text)));
  }
  return widths;
}

std::string lines(const std::vector<std::vector<Cell>>& rows, bool colour) {
  const auto widths = widths_of(rows);
  std::string text;
  for (const auto& row : rows) text += line(row, widths, colour);
  return text;
}

}  // namespace

std::string Table::render(bool colour) const {
  std::vector<std::vector<Cell>> rows(1);
  for (const auto& heading : headings_) rows.front().push_back({heading, Tone::heading});
  rows.insert(rows.end(), rows_.begin(), rows_.end());
  return lines(rows, colour);
}

std::string render_fields(const std::vector<std::pair<std::string, Cell>>& fields, bool colour) {
  std::vector<std::vector<Cell>> rows;
  rows.reserve(fields.size());
  for (const auto& [name, value] : fields) rows.push_back({{name, Tone::heading}, value});
  return lines(rows, colour);
}

}  // namespace signet::terminal
