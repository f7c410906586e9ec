// Any file taken for records of any type is no table, or rows that speak of fields that there are.
#include "client/import_table.h"

#include <cstddef>
#include <string_view>

#include "sync/base/bytes.h"
#include "sync/base/message.h"
#include "sync/schema.h"
#include "tests/fuzz/fuzzer.h"
#include "tests/fuzz/workshop.h"
#include "tests/support/choices.h"

namespace guantong::test {

void fuzz_import_table(std::string_view input) {
  Choices choices{bytes_of(input)};
  const auto& type = any_type(choices);
  const auto tables = ImportTable::read(Schema::built_in(), type, choices.rest(), {});
  if (!tables) return;
  for (const auto& table : *tables) {
    for (std::size_t row = 0; row < table.size(); ++row) {
      claim(table.line(row) >= table.header_line(), "a row stands below the headings");
      for (const auto& edit : table.edits(row))
        claim(table.type().field(std::string_view{edit.field}) != nullptr, "there is such a field");
      static_cast<void>(table.uuid(row));
    }
    for (const auto& remark : table.remarks())
      static_cast<void>(in_english(remark.what));
    static_cast<void>(table.missing());
  }
}

}  // namespace guantong::test
