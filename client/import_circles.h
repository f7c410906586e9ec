// Why rows of an import were left out for each other's sake.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "client/import_rows.h"

namespace guantong {

/// A file, and what is left of a table of it.
struct LeftRows {
  std::string file;
  RowImporter* rows = nullptr;
};

/// Adds to the error of each open row that lacks what another open row would have brought: that
/// this one was left out too, or that they refer to each other in a circle.
void explain_each_other(const std::vector<LeftRows>& left);

}  // namespace guantong
