// IR-27: what a record refers to has not arrived.
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "client/rules/rule.h"
#include "client/rules/rules.h"
#include "client/sqlite/sqlite_store.h"
#include "client/workspace.h"
#include "sync/base/bytes.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/record_state.h"
#include "sync/schema.h"

namespace guantong {
namespace {

constexpr std::size_t shown_id_digits = 8;

Result<void> add_dangling(Session& session,
                          RecordNo source,
                          RecordNo target,
                          std::vector<Match>& matches) {
  const auto* state = TRY(session.merger().state(source));
  if (!is_in_use(state->life)) return {};
  const auto in_force = TRY(uses(session, source, target));
  if (in_force.empty()) return {};
  const auto key = TRY(session.store().record_key(target));
  Match match;
  match.records = {source, target};
  match.message = message("{0} refers to a record that is not here yet: {1} {2} ({3})",
                          mention(source),
                          session.schema_type(key.type)->name,
                          to_hex(key.id.raw()).substr(0, shown_id_digits),
                          names_of(in_force));
  matches.push_back(std::move(match));
  return {};
}

}  // namespace

Rule dangling_references(Session& session, const std::shared_ptr<LooseEnds>& ends) {
  const auto check = [&session, ends](const Subject& subject) -> Result<std::vector<Match>> {
    std::vector<Match> matches;
    if (subject.state->life == LifeState::missing) {
      const auto sources = TRY(users(session, subject.record));
      for (const auto source : sources)
        TRY(add_dangling(session, source, subject.record, matches));
    }
    const auto* found = TRY(ends->of(subject));
    for (const auto& end : *found) {
      if (end.life == LifeState::missing)
        TRY(add_dangling(session, subject.record, end.target, matches));
    }
    return matches;
  };
  return {.name = "IR-27",
          .severity = Severity::warn,
          .reads = [](const RecordType&, const Field& field) { return field.is_reference(); },
          .check = check};
}

}  // namespace guantong
