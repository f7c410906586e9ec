// Tables as files: comma separated values (RFC 4180), and what spreadsheets make of them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "sync/base/result.h"

namespace guantong {

struct CsvTable {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;  ///< Each as long as the header.
  std::vector<std::size_t> lines;              ///< Where each row begins, from 1; for messages.
  std::size_t header_line = 1;                 ///< Where the header begins.
};

/// Reads a table from UTF-8 text without a byte order mark. Lines end in CRLF, LF or CR; a header
/// with tabs but no commas says that tabs separate the cells. Lines without any text are skipped,
/// short rows are filled up with empty cells, and the guards that `write_csv` sets are taken off.
/// Headings may be empty, but not equal. Fails with `invalid`, naming the line, on a row with more
/// cells than the header, a stray or unclosed quotation mark, or more than 5 million cells.
Result<CsvTable> parse_csv(std::string_view utf8);

/// Writes what `parse_csv` reads back exactly; `lines` does not matter. UTF-8, CRLF, quotes only
/// where they are needed. A cell that a spreadsheet would take for a formula gets an apostrophe in
/// front: one that begins with = + - @, tab or CR and is no plain number, behind any apostrophes.
/// No byte order mark: put one in front for a file that Excel is to open.
std::string write_csv(const CsvTable& table);

/// The members that a cell lists: semicolons stand between them, and white space around them does
/// not count. A semicolon or backslash of a member has a backslash before it.
std::vector<std::string> parse_list(std::string_view cell);
std::string write_list(const std::vector<std::string>& members);

/// What a file's bytes are taken for: "UTF-8", "UTF-16LE", "UTF-16BE" or "GB18030". A mark tells;
/// without one, UTF-16 is known by the zeros between its Latin letters.
std::string_view encoding_of(std::string_view bytes);

/// What a file of UTF-8 begins with that a spreadsheet is to take for that.
inline constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// Turns a file's bytes into UTF-8 without a byte order mark, from what `encoding_of` takes them
/// for: what is neither UTF-8 nor UTF-16 is taken for GB18030, and so for GBK and GB2312. Fails
/// with `invalid` on bytes that are none of these.
Result<std::string> to_utf8(std::string_view bytes);

}  // namespace guantong
