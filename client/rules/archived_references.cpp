// IR-02: archived at one site, used at another.
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "client/reading.h"
#include "client/rules/rule.h"
#include "client/rules/rules.h"
#include "client/sqlite/sqlite_store.h"
#include "client/workspace.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/record_state.h"
#include "sync/schema.h"
#include "sync/store.h"

namespace guantong {
namespace {

/// The heads of a record's life cycle.
Result<std::vector<Dot>> life_heads(Session& session, RecordNo record) {
  const auto* state = TRY(session.merger().state(record));
  const auto* life = state->find(life_cycle);
  return life == nullptr ? std::vector<Dot>{} : life->heads;
}

/// Whether `head` was made without having seen an archiving that had not seen it either (M13).
Result<bool> stands_beside(Session& session, const Dot& head, const std::vector<Dot>& archivings) {
  for (const auto& archiving : archivings) {
    if (head == archiving) continue;
    const bool seen = TRY(session.merger().saw(archiving, head));
    const bool sees = TRY(session.merger().saw(head, archiving));
    if (!seen && !sees) return true;
  }
  return false;
}

Result<bool> saw_one(Session& session, const Dot& head, const std::vector<Dot>& archivings) {
  for (const auto& archiving : archivings) {
    if (TRY(session.merger().saw(head, archiving))) return true;
  }
  return false;
}

/// Which fields of the record were edited beside its archiving.
Result<std::string> fields_beside(Session& session,
                                  const Subject& subject,
                                  const std::vector<Dot>& archivings) {
  std::string names;
  for (const auto& slot : subject.state->slots) {
    if (slot.slot == life_cycle) continue;
    auto dots = slot.heads;
    for (const auto& add : slot.adds)
      dots.push_back(add.dot);
    bool beside = false;
    for (const auto& dot : dots) {
      if (!beside) beside = TRY(stands_beside(session, dot, archivings));
    }
    if (beside) names += (names.empty() ? "" : ", ") + slot_name(*subject.type, slot.slot);
  }
  return names;
}

/// Which other records took the record into use beside its archiving.
Result<std::vector<RecordNo>> users_beside(Session& session,
                                           RecordNo record,
                                           const std::vector<Dot>& archivings) {
  const auto references = TRY(session.store().references_to(record));
  std::set<RecordNo> found;
  for (const auto& reference : references) {
    if (reference.source == record || found.contains(reference.source)) continue;
    if (TRY(stands_beside(session, reference.dot, archivings))) found.insert(reference.source);
  }
  std::vector<RecordNo> records{found.begin(), found.end()};
  TRY(sort_by_id(session, records));
  return records;
}

/// An archiving that does not take effect, with what holds it.
Result<Match> on_hold(Session& session, RecordNo record) {
  const auto key = TRY(session.store().record_key(record));
  const auto* state = TRY(session.merger().state(record));
  const Subject subject{record, session.schema_type(key.type), state};
  const auto archivings = TRY(life_heads(session, record));
  const auto fields = TRY(fields_beside(session, subject, archivings));
  const auto others = TRY(users_beside(session, record, archivings));
  std::string names;
  for (const auto other : others)
    names += (names.empty() ? "" : ", ") + mention(other);
  Match match;
  match.records = {record};
  match.records.insert(match.records.end(), others.begin(), others.end());
  if (others.empty() && fields.empty()) {
    match.message = message(
        "the archiving of {0} is on hold: meanwhile something was agreed or asked about who "
        "answers "
        "for it; archive or restore it again to decide",
        mention(record));
  } else if (others.empty()) {
    match.message = message(
        "the archiving of {0} is on hold: meanwhile somebody edited its {1}; archive or restore it "
        "again to decide",
        mention(record),
        fields);
  } else if (fields.empty()) {
    match.message = message(
        "the archiving of {0} is on hold: meanwhile it was taken into use by {1}; archive or "
        "restore it again to decide",
        mention(record),
        names);
  } else {
    match.message = message(
        "the archiving of {0} is on hold: meanwhile it was taken into use by {1}, and somebody "
        "edited its {2}; archive or restore it again to decide",
        mention(record),
        names,
        fields);
  }
  return match;
}

/// Adds the match of a record that refers to one which its author knew to be archived.
Result<void> add_late_use(Session& session,
                          RecordNo source,
                          RecordNo target,
                          std::vector<Match>& matches) {
  const auto* state = TRY(session.merger().state(source));
  if (!is_in_use(state->life)) return {};
  const auto archivings = TRY(life_heads(session, target));
  const auto in_force = TRY(uses(session, source, target));
  std::vector<Use> late;
  for (const auto& use : in_force) {
    if (TRY(saw_one(session, use.dot, archivings))) late.push_back(use);
  }
  if (late.empty()) return {};
  Match match;
  match.records = {source, target};
  match.message = message(
      "{0} refers to {1} ({2}), which was archived before; choose another one or restore {1}",
      mention(source),
      mention(target),
      names_of(late));
  matches.push_back(std::move(match));
  return {};
}

}  // namespace

Rule archived_references(Session& session, const std::shared_ptr<LooseEnds>& ends) {
  const auto check = [&session, ends](const Subject& subject) -> Result<std::vector<Match>> {
    std::vector<Match> matches;
    const auto add_on_hold = [&](RecordNo record) -> Result<void> {
      auto match = TRY(on_hold(session, record));
      matches.push_back(std::move(match));
      return {};
    };
    if (subject.state->life == LifeState::held) TRY(add_on_hold(subject.record));
    if (subject.state->life == LifeState::archived) {
      const auto sources = TRY(users(session, subject.record));
      for (const auto source : sources)
        TRY(add_late_use(session, source, subject.record, matches));
    }
    const auto* found = TRY(ends->of(subject));
    for (const auto& end : *found) {
      if (end.life == LifeState::held) TRY(add_on_hold(end.target));
      if (end.life == LifeState::archived)
        TRY(add_late_use(session, subject.record, end.target, matches));
    }
    return matches;
  };
  return {.name = "IR-02",
          .severity = Severity::block,
          .groups = true,
          .reads = [](const RecordType&, const Field& field) { return field.is_reference(); },
          .check = check};
}

}  // namespace guantong
