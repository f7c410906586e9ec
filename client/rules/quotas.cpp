// IR-09: places given away twice, each time within the room that one school saw.
//
// The total that an authority approves stands on a quota and is for what that quota is for: one
// major, or, on a quota that names no major, all majors of its school and year together.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client/rules/rule.h"
#include "client/rules/rules.h"
#include "client/sqlite/database.h"
#include "client/sqlite/rows.h"
#include "client/sqlite/sqlite_store.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/schema.h"

namespace guantong {
namespace {

constexpr std::array<FieldName, 8> quota_fields{{{"quota", "year"},
                                                 {"quota", "major"},
                                                 {"quota", "enrol_org"},
                                                 {"quota", "planned"},
                                                 {"quota", "approved_total"},
                                                 {"quota_split", "quota"},
                                                 {"quota_split", "channel"},
                                                 {"quota_split", "places"}}};

struct QuotaFigures {
  std::optional<std::int64_t> planned, approved;
};

/// Nothing when the quota is not in use.
Result<std::optional<QuotaFigures>> quota_figures(Session& session, RecordNo quota) {
  std::optional<QuotaFigures> figures;
  TRY(each_row(
      session.store().database(),
      "SELECT planned, approved_total FROM quota "
      "WHERE record = ? AND life IN ('active', 'held')",
      {quota},
      [&](const Statement& row) { figures = QuotaFigures{number_in(row, 0), number_in(row, 1)}; }));
  return figures;
}

Result<std::vector<Part>> splits_of(Session& session, RecordNo quota) {
  return parts_in(session,
                  "SELECT split.record, split.places FROM quota JOIN quota_split AS split "
                  "ON split.record IN (SELECT source FROM reference WHERE target = ?1) "
                  "WHERE quota.record = ?1 AND split.quota = quota.id "
                  "AND split.life IN ('active', 'held') ORDER BY split.id",
                  {quota});
}

/// What the majors plan for which a quota without a major gives the total. Quotas are a handful a
/// year, so that they are searched without an index.
Result<std::vector<Part>> majors_under(Session& session, RecordNo total) {
  return parts_in(session,
                  "SELECT one.record, one.planned FROM quota AS total JOIN quota AS one "
                  "ON one.year = total.year AND one.enrol_org = total.enrol_org "
                  "WHERE total.record = ? AND total.major IS NULL AND one.major IS NOT NULL "
                  "AND one.life IN ('active', 'held') ORDER BY one.id",
                  {total});
}

Match quota_match(RecordNo quota, const std::vector<Part>& parts, Message text) {
  Match match;
  match.records = records_of(parts);
  match.records.insert(match.records.begin(), quota);
  match.message = std::move(text);
  return match;
}

Result<std::vector<Match>> check_quota(Session& session, const Subject& subject) {
  std::vector<Match> matches;
  const auto quota = subject.record;
  const auto figures = TRY(quota_figures(session, quota));
  if (!figures) return matches;
  const auto& [planned, approved] = *figures;
  const auto majors = TRY(majors_under(session, quota));
  const auto splits = TRY(splits_of(session, quota));
  const auto given = sum_of(splits);
  if (approved && sum_of(majors) > *approved) {
    matches.push_back(quota_match(
        quota,
        majors,
        message("the majors under {0} plan {1} places together, {2} are approved: {3}; one of "
                "them plans fewer, or a document of the authority raises the total",
                mention(quota),
                sum_of(majors),
                *approved,
                listed(majors))));
  } else if (approved && given > *approved) {
    matches.push_back(quota_match(
        quota,
        splits,
        message("the parts of {0} add up to {1} places, {2} are approved: {3}; one of them gets "
                "fewer, or a document of the authority raises the total",
                mention(quota),
                given,
                *approved,
                listed(splits))));
  } else if (approved && planned.value_or(0) > *approved) {
    matches.push_back(quota_match(
        quota,
        {},
        message("{0} plans {1} places, {2} are approved; plan fewer, or a document of the "
                "authority raises the total",
                mention(quota),
                *planned,
                *approved)));
  } else if (planned && !splits.empty() && given != *planned) {
    matches.push_back(
        quota_match(quota,
                    splits,
                    message("{0} plans {1} places, its parts add up to {2}: {3}; change one of "
                            "them, or what is planned",
                            mention(quota),
                            *planned,
                            given,
                            listed(splits))));
  }
  return matches;
}

}  // namespace

Rule overdrawn_quotas(Session& session) {
  const auto check = [&session](const Subject& subject) -> Result<std::vector<Match>> {
    if (subject.type->name != "quota") return std::vector<Match>{};
    return check_quota(session, subject);
  };
  const auto decides = [&session](const Subject& subject) -> Result<std::vector<RecordNo>> {
    const auto& type = subject.type->name;
    if (type == "quota_split") return targets_of(session, subject.record, "quota");
    if (type == "quota") {
      return records_in(session,
                        "SELECT total.record FROM quota AS own JOIN quota AS total "
                        "ON total.year = own.year AND total.enrol_org = own.enrol_org "
                        "WHERE own.record = ? AND total.major IS NULL",
                        {subject.record});
    }
    if (type == "org") {  // A quota whose creation was undone still leaves its school.
      return records_in(session,
                        "SELECT quota.record FROM record AS org JOIN quota "
                        "ON quota.enrol_org = org.uuid AND quota.major IS NULL WHERE org.id = ?",
                        {subject.record});
    }
    return std::vector<RecordNo>{};
  };
  return {.name = "IR-09",
          .severity = Severity::block,
          .groups = true,
          .reads = reads_of(quota_fields),
          .check = check,
          .decides = decides};
}

}  // namespace guantong
