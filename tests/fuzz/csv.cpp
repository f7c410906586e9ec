// Any file is a text or no text, any text a table or none, and a table that was read is read the
// same again when it is written.
#include "client/csv.h"

#include <string_view>

#include "client/text.h"
#include "tests/fuzz/fuzzer.h"

namespace guantong::test {

void fuzz_csv(std::string_view input) {
  const auto text = to_utf8(input);
  if (!text) return;
  claim(is_utf8(*text), "what is converted is UTF-8");
  const auto members = parse_list(*text);
  claim(parse_list(write_list(members)) == members, "a list comes back");
  const auto table = parse_csv(*text);
  if (!table) return;
  claim(table->lines.size() == table->rows.size(), "each row has its line");
  const auto again = parse_csv(write_csv(*table));
  claim(again && again->header == table->header, "the headings come back");
  claim(again->rows == table->rows, "the rows come back");
}

}  // namespace guantong::test
