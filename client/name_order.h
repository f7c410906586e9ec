// Lists in the order in which Chinese readers look names up.
#pragma once

#include <cstdint>
#include <vector>

#include "client/reading.h"
#include "sync/base/result.h"

namespace guantong {

enum class NameOrder : std::uint8_t {
  key,      ///< By what people call the records.
  pinyin,   ///< By how names are read: as the record's own pinyin says, else as ICU reads names.
  strokes,  ///< By the number of strokes, as ICU's collation "stroke" has it.
};

/// Sorts records by their names or titles; those without one come last, by key.
Result<void> sort_by_name(Reading& reading, std::vector<Record>& records, NameOrder order);

}  // namespace guantong
