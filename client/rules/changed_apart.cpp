#include "client/rules/changed_apart.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/rules/rule.h"
#include "client/workspace.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/members.h"
#include "sync/merger.h"
#include "sync/record_state.h"
#include "sync/schema.h"

namespace guantong {
namespace {

/// The version in force of a counted field that is not the one its record was made with.
struct LaterVersion {
  RecordNo record = 0;
  Dot dot;
  std::optional<SiteNo> site;
};

Result<std::vector<LaterVersion>> later_versions(Session& session, const Counted& counted) {
  const auto key = TRY(session.store().record_key(counted.record));
  const auto& type = *session.schema_type(key.type);
  const auto* state = TRY(session.merger().state(counted.record));
  std::vector<Dot> dots;
  std::istringstream words{std::string{counted.fields}};
  for (std::string word; words >> word;) {
    const auto* slot = state->find(type.field(std::string_view{word})->slot);
    if (slot != nullptr) dots.insert(dots.end(), slot->heads.begin(), slot->heads.end());
  }
  std::ranges::sort(dots);
  const auto repeated = std::ranges::unique(dots);
  dots.erase(repeated.begin(), repeated.end());
  for (const auto& creation : state->creations)
    std::erase(dots, creation.dot);
  std::vector<LaterVersion> versions;
  for (const auto& dot : dots) {
    const auto author = TRY(session.merger().author_of(dot));
    versions.push_back({counted.record, dot, author.site});
  }
  return versions;
}

Result<bool> were_apart(Session& session, const LaterVersion& a, const LaterVersion& b) {
  if (a.record == b.record || a.site == b.site) return false;
  if (TRY(session.merger().saw(a.dot, b.dot))) return false;
  const bool saw_back = TRY(session.merger().saw(b.dot, a.dot));
  return !saw_back;
}

}  // namespace

Result<std::vector<RecordNo>> changed_apart(Session& session, std::span<const Counted> counted) {
  std::vector<LaterVersion> versions;
  for (const auto& one : counted) {
    const auto more = TRY(later_versions(session, one));
    versions.insert(versions.end(), more.begin(), more.end());
  }
  std::vector<RecordNo> apart;
  for (std::size_t i = 0; i < versions.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (!TRY(were_apart(session, versions[i], versions[j]))) continue;
      apart.push_back(versions[i].record);
      apart.push_back(versions[j].record);
    }
  }
  std::ranges::sort(apart);
  const auto repeated = std::ranges::unique(apart);
  apart.erase(repeated.begin(), repeated.end());
  TRY(sort_by_id(session, apart));
  return apart;
}

}  // namespace guantong
