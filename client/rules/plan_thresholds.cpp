// IR-40: a merged plan has fewer hours or credits, or a lesser share of some, than is asked of it.
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/rules/changed_apart.h"
#include "client/rules/rule.h"
#include "client/rules/rules.h"
#include "client/sqlite/database.h"
#include "client/sqlite/rows.h"
#include "client/text.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong {
namespace {

constexpr std::string_view counted_of_placement =
    "course_group credits_override group nature stage";
constexpr std::string_view counted_of_course = "credits hours_practice hours_theory";

constexpr std::array<Input, 6> threshold_inputs{{
    {"plan_threshold", "item plan value", ""},
    {"plan_course", counted_of_placement, "plan plan_threshold"},
    {"course", counted_of_course, "plan_course plan plan_threshold", true},
    {"course_group", "group", "plan plan_threshold"},
    {"stage", "code", "plan_course plan plan_threshold"},
    {"plan", "", "plan_threshold"},
}};

constexpr std::int64_t threshold_scale = 100;
constexpr std::int64_t credits_scale = 10;
constexpr std::int64_t percent = 100;

struct Threshold {
  RecordNo plan = 0;
  std::string stage;  ///< Its code; empty: of all of them.
  std::string item;
  std::int64_t least = 0;  ///< In hundredths, of a percent for a share.
};

/// What a plan's courses add up to.
struct Amounts {
  std::int64_t hours = 0;
  std::int64_t credits = 0;  ///< In tenths.
  std::int64_t public_basic = 0;
  std::int64_t elective = 0;
  std::int64_t practice = 0;
};

Result<std::optional<Threshold>> threshold_at(Session& session, RecordNo record) {
  std::optional<Threshold> found;
  TRY(each_row(session.store().database(),
               R"(SELECT p.record, t.item, t.value
                  FROM plan_threshold t
                  CROSS JOIN record k ON k.uuid = t."plan"
                  CROSS JOIN "plan" p ON p.record = k.id
                  WHERE t.record = ?1 AND t.value IS NOT NULL AND p.life IN ('active', 'held'))",
               {record},
               [&](const Statement& row) {
                 found = Threshold{record_in(row, 0), {}, string_in(row, 1), row.int64(2)};
               }));
  if (!found) return found;
  if (const auto dot = found->item.find('.'); dot != std::string::npos) {
    found->stage = found->item.substr(0, dot);
    found->item.erase(0, dot + 1);
  }
  return found;
}

void add_course(const Statement& row, Amounts& amounts) {
  const auto practice = row.int64(2);
  const auto hours = row.int64(1) + practice;
  amounts.credits += row.int64(0);
  amounts.hours += hours;
  amounts.practice += practice;
  if (row.bytes(3) == "public_basic") amounts.public_basic += hours;
  if (row.bytes(4).ends_with("_elective")) amounts.elective += hours;
}

Result<Amounts> amounts_of(Session& session, const Threshold& threshold) {
  Amounts amounts;
  TRY(each_row(session.store().database(),
               R"(SELECT coalesce(p.credits_override, c.credits, 0), coalesce(c.hours_theory, 0),
           coalesce(c.hours_practice, 0),
           coalesce(p."group", (SELECT g."group" FROM record k
                                CROSS JOIN course_group g ON g.record = k.id
                                WHERE k.uuid = p.course_group)),
           p.nature,
           (SELECT s.code FROM record k CROSS JOIN stage s ON s.record = k.id
            WHERE k.uuid = p.stage AND s.life IN ('active', 'held'))
         FROM "plan"
         CROSS JOIN reference used ON used.target = "plan".record
         CROSS JOIN plan_course p ON p.record = used.source
         CROSS JOIN record kc ON kc.uuid = p.course
         CROSS JOIN course c ON c.record = kc.id
         WHERE "plan".record = ?1 AND p."plan" = "plan".id AND p.life IN ('active', 'held')
           AND c.life IN ('active', 'held')
         GROUP BY p.record)",
               {threshold.plan},
               [&](const Statement& row) {
                 if (threshold.stage.empty() || row.bytes(5) == threshold.stage)
                   add_course(row, amounts);
               }));
  return amounts;
}

/// Hundredths of what is counted, or of a percent of the hours; nothing where there are no hours to
/// have a share of. Rounded down, so that what is short never shows as enough.
std::optional<std::int64_t> amount_of(std::string_view item, const Amounts& amounts) {
  if (item == "hours") return amounts.hours * threshold_scale;
  if (item == "credits") return amounts.credits * threshold_scale / credits_scale;
  if (amounts.hours == 0) return std::nullopt;
  const auto share = [&](std::int64_t hours) {
    return hours * percent * threshold_scale / amounts.hours;
  };
  if (item == "public") return share(amounts.public_basic);
  if (item == "elective") return share(amounts.elective);
  if (item == "practice") return share(amounts.practice);
  return std::nullopt;
}

Message too_little(const Threshold& threshold, std::int64_t amount) {
  const auto plan = mention(threshold.plan);
  const auto has = decimal(amount, threshold_scale);
  const auto least = decimal(threshold.least, threshold_scale);
  const auto where = threshold.stage.empty() ? plan : plan + " " + threshold.stage;
  if (threshold.item == "hours")
    return message("{0} has {1} hours and needs {2}: add courses or hours", where, has, least);
  if (threshold.item == "credits")
    return message("{0} has {1} credits and needs {2}: add courses or credits", where, has, least);
  if (threshold.item == "public") {
    return message(
        "public basic courses take {1} % of the hours of {0}, and {2} % are needed: add some, or "
        "take hours elsewhere",
        where,
        has,
        least);
  }
  if (threshold.item == "elective") {
    return message(
        "electives take {1} % of the hours of {0}, and {2} % are needed: offer more of them, or "
        "take hours elsewhere",
        where,
        has,
        least);
  }
  return message(
      "practice takes {1} % of the hours of {0}, and {2} % are needed: make theory practice, or "
      "take hours elsewhere",
      where,
      has,
      least);
}

/// The courses of a plan, and where it places them.
Result<std::vector<Counted>> counted_in(Session& session, RecordNo plan) {
  std::vector<Counted> counted;
  TRY(each_row(session.store().database(),
               R"(SELECT p.record, c.record
         FROM "plan"
         CROSS JOIN reference used ON used.target = "plan".record
         CROSS JOIN plan_course p ON p.record = used.source
         CROSS JOIN record kc ON kc.uuid = p.course
         CROSS JOIN course c ON c.record = kc.id
         WHERE "plan".record = ?1 AND p."plan" = "plan".id AND p.life IN ('active', 'held')
           AND c.life IN ('active', 'held')
         GROUP BY p.record)",
               {plan},
               [&](const Statement& row) {
                 counted.push_back({record_in(row, 0), counted_of_placement});
                 counted.push_back({record_in(row, 1), counted_of_course});
               }));
  return counted;
}

Result<void> judge_threshold(Session& session, const Subject& centre, std::vector<Match>& matches) {
  if (centre.type->name != "plan_threshold") return {};
  const auto threshold = TRY(threshold_at(session, centre.record));
  if (!threshold) return {};
  const auto amounts = TRY(amounts_of(session, *threshold));
  const auto amount = amount_of(threshold->item, amounts);
  if (!amount || *amount >= threshold->least) return {};
  auto& match = matches.emplace_back();
  match.records = {centre.record, threshold->plan};
  match.message = too_little(*threshold, *amount);
  const auto counted = TRY(counted_in(session, threshold->plan));
  const auto apart = TRY(changed_apart(session, counted));
  if (apart.empty()) return {};
  match.message.causes.push_back(
      message("sites changed {0} without knowing of each other's change", listed(apart)));
  return {};
}

}  // namespace

Rule plan_thresholds(Session& session) {
  return centred(session, "IR-40", Severity::warn, threshold_inputs, judge_threshold);
}

}  // namespace guantong
