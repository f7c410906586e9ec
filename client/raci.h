// The grid of duties and bodies: who is accountable, responsible, consulted, informed.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "client/tenures.h"
#include "client/workspace.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {

/// A body's part in one duty.
struct RaciCell {
  std::string roles;  ///< Of "ARCI", in this order. A follows from who answers for the duty.
  std::string post, contact;
};

struct RaciRow {
  TenureView duty;
  std::map<RecordId, RaciCell> cells;  ///< By organisation.
};

/// What one body carries.
struct RaciLoad {
  RecordId org;
  std::string code;
  std::size_t accountable = 0, responsible = 0, consulted = 0, informed = 0;
  bool too_much = false;            ///< Accountable for more than half of the duties.
  bool only_asked_or_told = false;  ///< C or I in some, A or R in none.
};

struct RaciGrid {
  std::vector<RaciRow> rows;    ///< By the duty's key.
  std::vector<RaciLoad> loads;  ///< By code: every body with a part in some duty.
  std::size_t held = 0, contested = 0, free = 0;
};

Result<RaciGrid> raci_grid(Session& session);

}  // namespace guantong
