#include "cli/table.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <asm-generic/ioctls.h>
#include <sys/ioctl.h>
#include <unicode/uchar.h>
#include <unicode/umachine.h>

#include "client/text.h"

namespace guantong {
namespace {

constexpr std::size_t gap_width = 2;
constexpr std::size_t min_last_width = 16;

void pad(std::string& line, std::size_t columns) {
  line.append(columns, ' ');
}

void end_line(std::string& text) {
  text.erase(text.find_last_not_of(' ') + 1);
  text += '\n';
}

bool opens(char32_t character) {
  const auto code = static_cast<UChar32>(character);
  return u_getIntPropertyValue(code, UCHAR_LINE_BREAK) == U_LB_OPEN_PUNCTUATION ||
         u_charType(code) == U_INITIAL_PUNCTUATION;
}

/// What must not begin a line: closing marks, 。，、！ and their like, and small kana.
bool closes(char32_t character) {
  const auto code = static_cast<UChar32>(character);
  if (u_charType(code) == U_FINAL_PUNCTUATION) return true;
  switch (u_getIntPropertyValue(code, UCHAR_LINE_BREAK)) {
    case U_LB_CLOSE_PUNCTUATION:
    case U_LB_CLOSE_PARENTHESIS:
    case U_LB_EXCLAMATION:
    case U_LB_INFIX_NUMERIC:
    case U_LB_NONSTARTER:
    case U_LB_CONDITIONAL_JAPANESE_STARTER:
    case U_LB_INSEPARABLE:
      return true;
    default:
      return character == U'\u3000';  // The ideographic space.
  }
}

/// Whether a line may end between two neighbours. Spaces are dealt with elsewhere.
bool may_break(char32_t before, char32_t after) {
  if (display_width(after) == 0 || opens(before) || closes(after)) return false;
  const bool wide = display_width(before) == 2 || display_width(after) == 2;
  return wide || (closes(before) && opens(after));
}

/// What stays together on a line, and the spaces in front of it.
struct Piece {
  std::string_view text;
  std::size_t spaces = 0;
  std::size_t width = 0;
};

std::vector<Piece> split(std::string_view line) {
  std::vector<Piece> pieces;
  Piece piece;
  std::size_t start = 0;
  char32_t last = 0;
  const auto finish = [&](std::size_t end) {
    piece.text = line.substr(start, end - start);
    if (!piece.text.empty()) pieces.push_back(std::exchange(piece, {}));
  };
  for (std::size_t position = 0; position < line.size();) {
    const std::size_t here = position;
    const char32_t character = next_character(line, position);
    if (character == U' ') {
      finish(here);
      ++piece.spaces;
      start = position;
    } else {
      if (here > start && may_break(last, character)) {
        finish(here);
        start = here;
      }
      piece.width += display_width(character);
    }
    last = character;
  }
  finish(line.size());
  return pieces;
}

/// Fills lines of `room` columns, which follow `indent` others.
class Filler {
public:
  Filler(std::size_t room, std::size_t indent) : room_{room}, indent_{indent} {}

  void add(const Piece& piece) {
    if (used_ > 0 && used_ + piece.spaces + piece.width > room_) {
      next_line();
    } else if (used_ > 0 || piece.spaces + piece.width <= room_) {
      pad(text_, piece.spaces);
      used_ += piece.spaces;
    }
    if (piece.width > room_) return add_in_parts(piece.text);
    text_ += piece.text;
    used_ += piece.width;
  }

  void next_line() {
    text_.erase(text_.find_last_not_of(' ') + 1);
    text_ += '\n';
    pad(text_, indent_);
    used_ = 0;
  }

  std::string take() { return std::move(text_); }

private:
  void add_in_parts(std::string_view word) {
    for (std::size_t position = 0; position < word.size();) {
      const std::size_t here = position;
      const std::size_t width = display_width(next_character(word, position));
      if (used_ > 0 && used_ + width > room_) next_line();
      text_ += word.substr(here, position - here);
      used_ += width;
    }
  }

  std::size_t room_;
  std::size_t indent_;
  std::size_t used_ = 0;
  std::string text_;
};

}  // namespace

Table::Table(std::vector<std::string> headings) : headings_{std::move(headings)} {
  for (auto& heading : headings_)
    heading = printable(heading);
}

void Table::row(std::vector<std::string> cells) {
  cells.resize(headings_.size());
  for (auto& cell : cells)
    cell = printable(cell);
  rows_.push_back(std::move(cells));
}

std::string Table::render(std::size_t terminal_width) const {
  if (headings_.empty()) return {};
  const std::size_t last = headings_.size() - 1;
  std::vector<std::size_t> widths;
  std::size_t indent = 0;
  for (std::size_t column = 0; column < last; ++column) {
    std::size_t width = display_width(headings_[column]);
    for (const auto& cells : rows_)
      width = std::max(width, display_width(cells[column]));
    widths.push_back(width);
    indent += width + gap_width;
  }
  const std::size_t edge = std::max(terminal_width, indent + min_last_width);

  std::string text;
  const auto add = [&](const std::vector<std::string>& cells) {
    for (std::size_t column = 0; column < last; ++column) {
      text += cells[column];
      pad(text, widths[column] + gap_width - display_width(cells[column]));
    }
    text += wrap(cells[last], edge, indent);
    end_line(text);
  };
  std::vector<std::string> rules;
  for (const auto& heading : headings_) {
    auto& rule = rules.emplace_back();
    for (std::size_t i = display_width(heading); i > 0; --i)
      rule += "─";
  }
  add(headings_);
  add(rules);
  for (const auto& cells : rows_)
    add(cells);
  return text;
}

std::size_t terminal_width(int fd) {
  winsize size{};
  if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  const char* columns = std::getenv("COLUMNS");
  const std::string_view text = columns != nullptr ? columns : "";
  std::size_t width = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), width);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  return whole && width > 0 ? width : 80;
}

std::string wrap(std::string_view text, std::size_t width, std::size_t indent) {
  Filler filler{width > indent ? width - indent : 1, indent};
  while (true) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    for (const auto& piece : split(text.substr(0, end)))
      filler.add(piece);
    if (end == text.size()) return filler.take();
    filler.next_line();
    text.remove_prefix(end + 1);
  }
}

}  // namespace guantong
