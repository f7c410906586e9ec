// IR-25 and IR-26: a problem is worked on, and closed only when that has helped.
#include <array>
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

constexpr std::array<FieldName, 6> loop_fields{{{"problem", "state"},
                                                {"measure", "problem"},
                                                {"measure", "causes"},
                                                {"measure", "due"},
                                                {"measure", "state"},
                                                {"cause", "problem"}}};

constexpr std::array<FieldName, 7> closing_fields{{{"problem", "state"},
                                                   {"problem", "duplicates"},
                                                   {"measure", "problem"},
                                                   {"measure", "state"},
                                                   {"verification", "measure"},
                                                   {"verification", "on"},
                                                   {"verification", "result"}}};

/// A measure that was dropped needs no cause.
Result<void> add_causeless(Session& session, RecordNo measure, std::vector<Match>& matches) {
  return each_row(
      session.store().database(),
      "SELECT measure.record FROM measure WHERE measure.record = ?1 "
      "AND measure.life IN ('active', 'held') AND coalesce(measure.state, '') <> 'dropped' "
      "AND NOT EXISTS (SELECT 1 FROM reference JOIN cause ON cause.record = target "
      "WHERE source = ?1 AND instr(measure.causes, lower(hex(cause.id))) > 0 "
      "AND cause.life IN ('active', 'held'))",
      {measure},
      [&](const Statement& /*row*/) {
        matches.push_back({{measure},
                           {},
                           message("{0} names no cause that still stands; say what it is against: "
                                   "guantong set measure:{0} causes+=CODE",
                                   mention(measure))});
      });
}

Result<void> add_idle(Session& session, RecordNo problem, std::vector<Match>& matches) {
  return each_row(
      session.store().database(),
      "SELECT problem.record FROM problem WHERE problem.record = ?1 "
      "AND problem.life IN ('active', 'held') AND problem.state = 'acting' "
      "AND NOT EXISTS (SELECT 1 FROM reference JOIN measure ON measure.record = source "
      "WHERE target = ?1 AND measure.problem = problem.id "
      "AND measure.life IN ('active', 'held') AND coalesce(measure.state, '') <> 'dropped' "
      "AND measure.due IS NOT NULL)",
      {problem},
      [&](const Statement& /*row*/) {
        matches.push_back({{problem},
                           {},
                           message("{0} is being acted on, but no measure has a due date; add one, "
                                   "or give one a date: guantong set measure:CODE due=2027-01-31",
                                   mention(problem))});
      });
}

/// Whether a problem has to be proved solved: it is closed, and no other one goes on for it.
Result<bool> needs_proof(Session& session, RecordNo problem) {
  const auto closed = TRY(records_in(session,
                                     "SELECT record FROM problem WHERE record = ? "
                                     "AND life IN ('active', 'held') AND state = 'closed' "
                                     "AND duplicates IS NULL",
                                     {problem}));
  return !closed.empty();
}

struct LoopMeasure {
  RecordNo record = 0;
  std::string state;
};

/// What was undertaken and not dropped.
Result<std::vector<LoopMeasure>> measures_for(Session& session, RecordNo problem) {
  std::vector<LoopMeasure> measures;
  TRY(each_row(session.store().database(),
               "SELECT measure.record, measure.state FROM problem JOIN measure "
               "ON measure.record IN (SELECT source FROM reference WHERE target = ?1) "
               "WHERE problem.record = ?1 AND measure.problem = problem.id "
               "AND measure.life IN ('active', 'held') "
               "AND coalesce(measure.state, '') <> 'dropped' ORDER BY measure.id",
               {problem},
               [&](const Statement& row) {
                 measures.push_back(
                     {static_cast<RecordNo>(row.int64(0)), std::string{row.bytes(1)}});
               }));
  return measures;
}

struct Proof {
  RecordNo record = 0;
  std::string on, result;
};

Result<void> add_proofs(Session& session, RecordNo measure, std::vector<Proof>& proofs) {
  return each_row(session.store().database(),
                  "SELECT proof.record, proof.\"on\", proof.result FROM measure "
                  "JOIN verification AS proof "
                  "ON proof.record IN (SELECT source FROM reference WHERE target = ?1) "
                  "WHERE measure.record = ?1 AND proof.measure = measure.id "
                  "AND proof.life IN ('active', 'held')",
                  {measure},
                  [&](const Statement& row) {
                    proofs.push_back({static_cast<RecordNo>(row.int64(0)),
                                      std::string{row.bytes(1)},
                                      std::string{row.bytes(2)}});
                  });
}

/// Of the verifications on the last day of any, those that do not say "effective".
std::vector<RecordNo> failed_at_last(const std::vector<Proof>& proofs) {
  std::vector<RecordNo> failed;
  const auto last = std::ranges::max(proofs, {}, &Proof::on).on;
  for (const auto& proof : proofs) {
    if (proof.on == last && proof.result != "effective") failed.push_back(proof.record);
  }
  return failed;
}

Match closing_match(RecordNo problem, std::vector<RecordNo> others, Message text) {
  others.insert(others.begin(), problem);
  return {std::move(others), {}, std::move(text)};
}

Result<std::vector<Match>> check_closing(Session& session, RecordNo problem) {
  std::vector<Match> matches;
  if (!TRY(needs_proof(session, problem))) return matches;
  std::vector<RecordNo> open;
  std::vector<Proof> proofs;
  const auto measures = TRY(measures_for(session, problem));
  for (const auto& measure : measures) {
    if (measure.state != "done") open.push_back(measure.record);
    TRY(add_proofs(session, measure.record, proofs));
  }
  if (!open.empty()) {
    matches.push_back(closing_match(
        problem,
        open,
        message("{0} is closed, but {1} is not done; it goes on until that is done or dropped: "
                "guantong set problem:{0} state=acting",
                mention(problem),
                listed(open))));
    return matches;
  }
  if (measures.empty()) return matches;
  if (proofs.empty()) {
    matches.push_back(closing_match(
        problem,
        {},
        message("{0} is closed, but nobody has checked whether its measures helped; until then it "
                "is to be verified: guantong set problem:{0} state=verifying",
                mention(problem))));
    return matches;
  }
  auto failed = failed_at_last(proofs);
  if (failed.empty()) return matches;
  TRY(sort_by_id(session, failed));
  matches.push_back(closing_match(
      problem,
      failed,
      message("{0} is closed, but the latest check does not find that it helped: {1}. It goes back "
              "to be verified; add a measure, or say why not: guantong set problem:{0} "
              "state=verifying",
              mention(problem),
              listed(failed))));
  return matches;
}

}  // namespace

Rule idle_loops(Session& session) {
  const auto check = [&session](const Subject& subject) -> Result<std::vector<Match>> {
    std::vector<Match> matches;
    if (subject.type->name == "measure") TRY(add_causeless(session, subject.record, matches));
    if (subject.type->name == "problem") TRY(add_idle(session, subject.record, matches));
    return matches;
  };
  const auto decides = [&session](const Subject& subject) -> Result<std::vector<RecordNo>> {
    if (subject.type->name == "cause") return sources_of(session, subject.record, "measure");
    if (subject.type->name == "measure") return targets_of(session, subject.record, "problem");
    return std::vector<RecordNo>{};
  };
  return {.name = "IR-25",
          .severity = Severity::warn,
          .reads = reads_of(loop_fields),
          .check = check,
          .decides = decides};
}

Rule unproved_closings(Session& session) {
  const auto check = [&session](const Subject& subject) -> Result<std::vector<Match>> {
    if (subject.type->name != "problem") return std::vector<Match>{};
    return check_closing(session, subject.record);
  };
  const auto decides = [&session](const Subject& subject) -> Result<std::vector<RecordNo>> {
    if (subject.type->name == "verification") return targets_of(session, subject.record, "measure");
    if (subject.type->name == "measure") return targets_of(session, subject.record, "problem");
    return std::vector<RecordNo>{};
  };
  return {.name = "IR-26",
          .severity = Severity::block,
          .groups = true,
          .reads = reads_of(closing_fields),
          .check = check,
          .decides = decides};
}

}  // namespace guantong
