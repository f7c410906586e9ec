// Whatever file of records is imported: what it made is exported, and imported again without
// changing anything.
#include <optional>
#include <string>
#include <string_view>

#include "client/transfer.h"
#include "sync/base/bytes.h"
#include "sync/base/message.h"
#include "sync/schema.h"
#include "tests/fuzz/fuzzer.h"
#include "tests/fuzz/workshop.h"
#include "tests/support/choices.h"

namespace guantong::test {
namespace {

/// Takes a file, and returns whether that changed anything; nothing where it is no table.
std::optional<bool> take_file(const RecordType& type, std::string bytes) {
  const auto reports = import_csv(school(), {{"file.csv", &type, std::move(bytes)}}, {});
  if (!reports) return std::nullopt;
  bool moved = false;
  for (const auto& report : *reports) {
    moved = moved || report.added + report.changed + report.proposed > 0;
    for (const auto* remarks : {&report.problems, &report.remarks}) {
      for (const auto& remark : *remarks)
        static_cast<void>(in_english(remark.what));
    }
  }
  return moved;
}

}  // namespace

void fuzz_import_rows(std::string_view input) {
  Choices choices{bytes_of(input)};
  const auto& type = any_type(choices);
  const auto moved = take_file(type, std::string{choices.rest()});
  if (!moved || !*moved) return;
  const auto exported = export_csv(school().store(), type);
  claim(exported.has_value(), "what was imported can be exported");
  const auto again = take_file(type, *exported);
  claim(again.has_value(), "what was exported is a table");
  claim(!*again, "what was exported changes nothing");
  const auto after = export_csv(school().store(), type);
  claim(after && *after == *exported, "the same is exported again");
  restore_school();
}

}  // namespace guantong::test
