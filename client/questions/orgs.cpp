#include "client/questions/orgs.h"

#include <string>

#include "client/sqlite/database.h"
#include "client/sqlite/rows.h"
#include "client/sqlite/sqlite_store.h"
#include "client/workspace.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {

Result<OrgCodes> OrgCodes::read(Session& session) {
  OrgCodes codes;
  TRY(each_row(
      session.store().database(), "SELECT id, code FROM org", {}, [&](const Statement& row) {
        codes.codes_[id_in(row, 0)] = string_in(row, 1);
      }));
  return codes;
}

std::string OrgCodes::of(const RecordId& org) const {
  const auto found = codes_.find(org);
  return found == codes_.end() ? std::string{} : found->second;
}

}  // namespace guantong
