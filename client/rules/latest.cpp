#include "client/rules/latest.h"

#include <set>
#include <vector>

#include "client/workspace.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/record_state.h"

namespace guantong {
namespace {

/// Whether one version of `one` had all of `other` in sight.
Result<bool> saw_all(Session& session, const std::vector<Dot>& one, const std::vector<Dot>& other) {
  for (const auto& later : one) {
    bool all = true;
    for (const auto& earlier : other) {
      if (all) all = TRY(session.merger().saw(later, earlier));
    }
    if (all) return true;
  }
  return false;
}

}  // namespace

Result<std::vector<Dot>> makers(Session& session, RecordNo record, Slot slot) {
  const auto* state = TRY(session.merger().state(record));
  std::vector<Dot> dots;
  for (const auto number : {life_cycle, slot}) {
    if (const auto* found = state->find(number))
      dots.insert(dots.end(), found->heads.begin(), found->heads.end());
  }
  return dots;
}

Result<std::set<RecordNo>> latest(Session& session, const Making& made) {
  std::set<RecordNo> unseen;
  for (const auto& [record, dots] : made) {
    bool seen = false;
    for (const auto& [other, others] : made) {
      if (seen || other == record) continue;
      seen = TRY(saw_all(session, others, dots));
    }
    if (!seen) unseen.insert(record);
  }
  return unseen;
}

}  // namespace guantong
