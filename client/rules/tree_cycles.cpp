// IR-04: each record was put where it belongs, together they stand under each other.
//
// As for prerequisites, it follows from who had seen what which moves do not count meanwhile: those
// that no other one was made in sight of. A record has one place, so that it stands in one circle
// at most, which is broken by that.
#include <algorithm>
#include <array>
#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/rules/latest.h"
#include "client/rules/rule.h"
#include "client/rules/rules.h"
#include "client/sqlite/database.h"
#include "client/sqlite/rows.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/record_state.h"
#include "sync/schema.h"

namespace guantong {
namespace {

constexpr std::string_view place_field = "parent";

struct Tree {
  std::string_view type;
  Sql above;  ///< What a record in use stands under, if that is in use.
};

constexpr std::array<Tree, 4> trees{{
    {"plan_section",
     "SELECT up.record FROM plan_section own CROSS JOIN record ON uuid = own.parent "
     "CROSS JOIN plan_section up ON up.record = record.id WHERE own.record = ?1 "
     "AND own.life IN ('active', 'held') AND up.life IN ('active', 'held')"},
    {"course_group",
     "SELECT up.record FROM course_group own CROSS JOIN record ON uuid = own.parent "
     "CROSS JOIN course_group up ON up.record = record.id WHERE own.record = ?1 "
     "AND own.life IN ('active', 'held') AND up.life IN ('active', 'held')"},
    {"org",
     "SELECT up.record FROM org own CROSS JOIN record ON uuid = own.parent "
     "CROSS JOIN org up ON up.record = record.id WHERE own.record = ?1 "
     "AND own.life IN ('active', 'held') AND up.life IN ('active', 'held')"},
    {"cause",
     "SELECT up.record FROM cause own CROSS JOIN record ON uuid = own.parent "
     "CROSS JOIN cause up ON up.record = record.id WHERE own.record = ?1 "
     "AND own.life IN ('active', 'held') AND up.life IN ('active', 'held')"},
}};

/// The records from this one up to where it stands under itself; empty when it does not.
Result<std::vector<RecordNo>> circle_through(Session& session, const Tree& tree, RecordNo record) {
  std::vector<RecordNo> way;
  std::set<RecordNo> passed;
  RecordNo here = record;
  while (passed.insert(here).second) {
    way.push_back(here);
    RecordNo above = 0;
    TRY(each_row(session.store().database(), tree.above, {here}, [&](const Statement& row) {
      above = record_in(row, 0);
    }));
    if (above == 0) return std::vector<RecordNo>{};
    here = above;
  }
  if (here != record) way.clear();  // It only leads to a circle.
  return way;
}

Result<Match> standing_in(Session& session, const RecordType& type, std::vector<RecordNo> way) {
  Making made;
  for (const auto record : way)
    made[record] = TRY(makers(session, record, type.field(place_field)->slot));
  const auto moved = TRY(latest(session, made));
  Match match;
  match.suspended = {moved.begin(), moved.end()};
  TRY(sort_by_id(session, match.suspended));
  std::ranges::rotate(way, std::ranges::find(way, match.suspended.front()));
  std::string circle;
  std::string off;
  std::vector<RecordNo> others;
  for (const auto record : way) {
    circle += mention(record) + " → ";
    if (!moved.contains(record)) others.push_back(record);
  }
  for (const auto record : match.suspended)
    off += (off.empty() ? "" : ", ") + mention(record);
  TRY(sort_by_id(session, others));
  match.records = match.suspended;
  match.records.insert(match.records.end(), others.begin(), others.end());
  match.message = message(
      "these stand under each other in a circle: {0}; until one of them is moved or archived, the "
      "places of these do not count: {1}",
      circle + mention(way.front()),
      off);
  return match;
}

}  // namespace

Rule tree_cycles(Session& session) {
  const auto check = [&session](const Subject& subject) -> Result<std::vector<Match>> {
    std::vector<Match> matches;
    const auto* tree = std::ranges::find(trees, subject.type->name, &Tree::type);
    if (tree == trees.end() || !is_in_use(subject.state->life)) return matches;
    auto way = TRY(circle_through(session, *tree, subject.record));
    if (way.empty()) return matches;
    auto match = TRY(standing_in(session, *subject.type, std::move(way)));
    matches.push_back(std::move(match));
    return matches;
  };
  return {.name = "IR-04",
          .severity = Severity::block,
          .groups = true,
          .suspends = true,
          .reads =
              [](const RecordType& type, const Field& field) {
                return field.name == place_field &&
                       std::ranges::find(trees, type.name, &Tree::type) != trees.end();
              },
          .check = check};
}

}  // namespace guantong
