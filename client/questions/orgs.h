// Organisations by what people call them, for the tables of answers.
#pragma once

#include <string>
#include <unordered_map>

#include "client/workspace.h"
#include "sync/base/hash.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {

class OrgCodes {
public:
  static Result<OrgCodes> read(Session& session);
  /// "BITC"; empty for one that is not here.
  std::string of(const RecordId& org) const;

private:
  std::unordered_map<RecordId, std::string, IdHash> codes_;
};

}  // namespace guantong
