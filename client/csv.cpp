#include "client/csv.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <unicode/ucnv.h>
#include <unicode/ucnv_err.h>
#include <unicode/unistr.h>
#include <unicode/utypes.h>

#include "client/handle.h"
#include "client/text.h"
#include "sync/base/error.h"
#include "sync/base/result.h"

namespace guantong {
namespace {

/// A short line costs a whole row of cells, so a small file could ask for any amount of memory.
constexpr std::size_t max_cells = 5'000'000;

struct Row {
  std::vector<std::string> cells;
  std::size_t line = 1;
  bool blank = true;  ///< Nothing but separators; a quoted nothing is something.
};

/// Looks at the first line that has text. What is inside quotation marks separates nothing.
char separator_of(std::string_view text) {
  bool quoted = false;
  bool blank = true;
  bool commas = false;
  bool tabs = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (!quoted && (c == '\n' || c == '\r')) {
      if (!blank) break;
      commas = tabs = false;
    } else if (!quoted && c == ',') {
      commas = true;
    } else if (!quoted && c == '\t') {
      tabs = true;
    } else {
      blank = false;
    }
  }
  return tabs && !commas ? '\t' : ',';
}

class Reader {
public:
  explicit Reader(std::string_view text) : text_{text}, separator_{separator_of(text)} {}

  bool at_end() const { return next_ == text_.size(); }

  /// There must be something left to read.
  Result<Row> read_record() {
    Row record{{}, line_, true};
    while (true) {
      auto cell = TRY(read_cell(record.blank));
      record.cells.push_back(std::move(cell));
      if (at_end()) return record;
      if (text_[next_] != separator_) break;
      ++next_;
    }
    end_line();
    return record;
  }

private:
  Result<std::string> read_cell(bool& blank) {
    if (!at_end() && text_[next_] == '"') {
      blank = false;
      return read_quoted_cell();
    }
    const std::size_t start = next_;
    while (!at_cell_end())
      ++next_;
    if (next_ > start) blank = false;
    return std::string{text_.substr(start, next_ - start)};
  }

  Result<std::string> read_quoted_cell() {
    const std::size_t opened = line_;
    std::string cell;
    ++next_;
    while (!at_end()) {
      const char c = text_[next_];
      if (c == '"') {
        ++next_;
        if (at_cell_end()) return cell;
        if (text_[next_] != '"')
          return fail(
              Errc::invalid, "line {}: there is text behind a closing quotation mark", line_);
        cell += '"';
        ++next_;
      } else if (c == '\n' || c == '\r') {
        const std::size_t start = next_;
        end_line();
        cell += text_.substr(start, next_ - start);
      } else {
        cell += c;
        ++next_;
      }
    }
    return fail(Errc::invalid, "line {}: a quotation mark is never closed", opened);
  }

  bool at_cell_end() const {
    if (at_end()) return true;
    const char c = text_[next_];
    return c == separator_ || c == '\n' || c == '\r';
  }

  void end_line() {
    const bool pair = text_.substr(next_, 2) == "\r\n";
    next_ += pair ? 2 : 1;
    ++line_;
  }

  std::string_view text_;
  char separator_;
  std::size_t next_ = 0;
  std::size_t line_ = 1;
};

void skip_digits(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of("0123456789"), text.size()));
}

/// A sign or none, digits, and perhaps a point and more digits.
bool is_plain_number(std::string_view text) {
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  const std::size_t size = text.size();
  skip_digits(text);
  if (text.size() == size) return false;
  if (text.size() > 1 && text.starts_with('.')) {
    text.remove_prefix(1);
    skip_digits(text);
  }
  return text.empty();
}

/// Looks behind apostrophes, so that a cell that looks guarded gets a guard of its own and reading
/// takes off just that one.
bool needs_guard(std::string_view cell) {
  cell.remove_prefix(std::min(cell.find_first_not_of('\''), cell.size()));
  constexpr std::string_view dangerous = "=+-@\t\r";
  return !cell.empty() && dangerous.find(cell.front()) != std::string_view::npos &&
         !is_plain_number(cell);
}

void take_off_guards(std::vector<std::string>& cells) {
  for (auto& cell : cells) {
    if (cell.starts_with('\'') && needs_guard(cell)) cell.erase(0, 1);
  }
}

/// A quoted nothing tells a row of empty cells from an empty line.
void write_row(const std::vector<std::string>& cells, std::string& text) {
  const bool blank = std::ranges::all_of(cells, &std::string::empty);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) text += ',';
    const bool quoted = cells[i].find_first_of(",\"\r\n\t") != std::string::npos;
    if (quoted || (blank && i == 0)) text += '"';
    if (needs_guard(cells[i])) text += '\'';
    for (const char c : cells[i]) {
      if (c == '"') text += '"';
      text += c;
    }
    if (quoted || (blank && i == 0)) text += '"';
  }
  text += "\r\n";
}

Result<std::string> convert(std::string_view bytes, const char* charset) {
  if (bytes.size() > std::numeric_limits<std::int32_t>::max())
    return fail(Errc::invalid, "the file is too large to convert from {}", charset);
  UErrorCode status = U_ZERO_ERROR;
  const Handle<UConverter, ucnv_close> converter{ucnv_open(charset, &status)};
  if (U_FAILURE(status)) return fail(Errc::io, "cannot convert from {}", charset);
  // Without this, ICU puts U+FFFD for what it cannot read and says nothing.
  ucnv_setToUCallBack(converter.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
  icu::UnicodeString text;
  const auto capacity = static_cast<std::int32_t>(bytes.size());  // No byte makes two units.
  char16_t* units = text.getBuffer(capacity);
  if (units == nullptr)
    return fail(Errc::invalid, "the file is too large to convert from {}", charset);
  const std::int32_t size =
      ucnv_toUChars(converter.get(), units, text.getCapacity(), bytes.data(), capacity, &status);
  text.releaseBuffer(U_SUCCESS(status) ? size : 0);
  if (U_FAILURE(status)) return fail(Errc::invalid, "the text is not {}", charset);
  std::string utf8;
  return text.toUTF8String(utf8);
}

}  // namespace

Result<CsvTable> parse_csv(std::string_view utf8) {
  Reader reader{utf8};
  CsvTable table;
  while (!reader.at_end()) {
    auto record = TRY(reader.read_record());
    if (record.blank) continue;
    take_off_guards(record.cells);
    if (table.header.empty()) {
      std::set<std::string_view> seen;
      for (const auto& heading : record.cells) {
        if (!heading.empty() && !seen.insert(heading).second)
          return fail(Errc::invalid, "line {}: the heading {} stands twice", record.line, heading);
      }
      table.header = std::move(record.cells);
      table.header_line = record.line;
      continue;
    }
    const std::size_t columns = table.header.size();
    if (record.cells.size() > columns)
      return fail(Errc::invalid,
                  "line {}: there are {} cells, but only {} headings",
                  record.line,
                  record.cells.size(),
                  columns);
    if (table.rows.size() >= max_cells / columns)
      return fail(
          Errc::invalid, "line {}: the table has more than {} cells", record.line, max_cells);
    record.cells.resize(columns);
    table.rows.push_back(std::move(record.cells));
    table.lines.push_back(record.line);
  }
  if (table.header.empty()) return fail(Errc::invalid, "the table has no header");
  return table;
}

std::string write_csv(const CsvTable& table) {
  std::string text;
  write_row(table.header, text);
  for (const auto& row : table.rows)
    write_row(row, text);
  return text;
}

std::vector<std::string> parse_list(std::string_view cell) {
  std::vector<std::string> members;
  std::string member;
  const auto end_member = [&] {
    if (const auto text = trimmed(member); !text.empty()) members.emplace_back(text);
    member.clear();
  };
  for (std::size_t i = 0; i < cell.size(); ++i) {
    if (cell[i] == ';') {
      end_member();
      continue;
    }
    const auto next = cell.substr(i + 1, 1);
    if (cell[i] == '\\' && (next == ";" || next == "\\")) ++i;
    member += cell[i];
  }
  end_member();
  return members;
}

std::string write_list(const std::vector<std::string>& members) {
  std::string cell;
  for (const auto& member : members) {
    if (!cell.empty()) cell += ';';
    for (const char c : member) {
      if (c == ';' || c == '\\') cell += '\\';
      cell += c;
    }
  }
  return cell;
}

std::string_view encoding_of(std::string_view bytes) {
  if (bytes.starts_with("\xEF\xBB\xBF")) return "UTF-8";
  if (bytes.starts_with("\xFF\xFE")) return "UTF-16LE";
  if (bytes.starts_with("\xFE\xFF")) return "UTF-16BE";
  std::array<std::size_t, 2> zeros{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] == '\0') ++zeros.at(i % 2);
  }
  // A stray zero makes no UTF-16: its commas and line ends are more than that.
  if ((zeros[0] + zeros[1]) * 32 > bytes.size() && bytes.size() % 2 == 0) {
    if (zeros[0] == 0) return "UTF-16LE";
    if (zeros[1] == 0) return "UTF-16BE";
  }
  return is_utf8(bytes) ? "UTF-8" : "GB18030";
}

Result<std::string> to_utf8(std::string_view bytes) {
  const auto encoding = encoding_of(bytes);
  for (const std::string_view mark : {"\xEF\xBB\xBF", "\xFF\xFE", "\xFE\xFF"}) {
    if (bytes.starts_with(mark)) {
      bytes.remove_prefix(mark.size());
      break;
    }
  }
  if (encoding == "UTF-8") {
    if (!is_utf8(bytes)) return fail(Errc::invalid, "the text is not {}", "UTF-8");
    return std::string{bytes};
  }
  const auto converted = convert(bytes, encoding.data());
  return encoding == "GB18030" ? in_context(converted, "the text is neither UTF-8 nor UTF-16")
                               : converted;
}

}  // namespace guantong
