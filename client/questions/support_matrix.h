// Which courses of a plan carry which indicators of its requirements, and how much of each.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "client/questions/curriculum.h"
#include "client/workspace.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {

/// Weights are stored in thousandths.
inline constexpr std::int64_t weight_scale = 1000;

struct SupportCell {
  RecordNo record = 0;
  At course = nowhere;
  std::string strength;     ///< "H", "M", "L" or empty.
  std::int64_t weight = 0;  ///< In thousandths.

  std::string text() const;  ///< "H 0.15"; empty of a cell without a record.
};

struct SupportColumn {
  RecordNo record = 0;  ///< The indicator.
  RecordNo requirement = 0;
  std::string code, text;
  std::string requirement_code;
  std::int64_t threshold = 0;  ///< From which attainment it is reached, in hundredths; 0: not said.
  std::vector<SupportCell> cells;

  /// What compulsory courses carry: an elective is not for everyone.
  std::int64_t sum(const Curriculum& curriculum) const;
};

/// A column an indicator, by requirement, then by position.
Result<std::vector<SupportColumn>> read_support_matrix(Session& session,
                                                       const Curriculum& curriculum);

}  // namespace guantong
