// Lists on a terminal, where a Chinese character takes two columns.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace guantong {

/// Columns aligned by what they show, not by their bytes. Cells are made printable on the way in,
/// so that no stored text can drive the terminal.
class Table {
public:
  explicit Table(std::vector<std::string> headings);

  /// Adds a row of one cell for each heading; missing ones are empty, further ones are left out.
  void row(std::vector<std::string> cells);

  /// Headings, a line under each, then the rows; every line ends in '\n', none in spaces. The last
  /// column is wrapped at `terminal_width`, but never to less than 16 columns; the others are
  /// shown whole.
  std::string render(std::size_t terminal_width) const;

private:
  std::vector<std::string> headings_;
  std::vector<std::vector<std::string>> rows_;
};

/// Columns of the terminal behind `fd`; for none, what the environment says in COLUMNS, else 80.
std::size_t terminal_width(int fd);

/// Breaks UTF-8 text into lines that end before column `width`. The first is to be printed behind
/// `indent` columns, the others begin with as many spaces, and none ends in '\n'. Breaks at spaces
/// and beside Chinese characters, but keeps 。 off the beginning and （ off the end of a line (a
/// part of Unicode Standard Annex #14); inside a word only where it fills a line by itself. Line
/// breaks in the text are kept.
std::string wrap(std::string_view text, std::size_t width, std::size_t indent);

}  // namespace guantong
