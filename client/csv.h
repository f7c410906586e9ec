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

/// Turns a file's bytes into UTF-8 without a byte order mark. A mark tells UTF-8 and UTF-16;
/// without one, what is not UTF-8 is taken for GB18030, and so for GBK and GB2312. Fails with
/// `invalid` on bytes that are none of these.
Result<std::string> to_utf8(std::string_view bytes);

}  // namespace guantong
