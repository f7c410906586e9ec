#include "simulation/site.h"

#include <cstdint>

#include "simulation/later_schema.h"
#include "simulation/ledger.h"
#include "simulation/violation.h"

#include "client/sqlite/sqlite_store.h"
#include "client/workspace.h"
#include "sync/base/result.h"
#include "sync/change.h"

namespace guantong::simulation {
namespace {

Result<void> note_change(Site& site, Ledger& ledger, const Dot& dot, const Change& change) {
  const auto number = Ledger::number_in(change.why);
  if (!number || *number >= ledger.size()) return {};
  const bool again = site.knows(*number) && site.dots[*number] != dot;
  if (again && !ledger[*number].may_double)
    return broken(1, "{} has the edit {} twice", site.name, Ledger::why(*number));
  if (site.known.size() <= *number) site.known.resize(*number + 1);
  site.known[*number] = true;
  site.dots[*number] = dot;
  RecordKey key;
  if (change.record != 0) key = TRY(site.workspace->store().record_key(change.record));
  return ledger.read(*number, key, change, later_schema());
}

}  // namespace

Result<void> Site::look_through(Ledger& ledger) {
  auto session = TRY(Session::begin(workspace->store()));
  auto& store = session->store();
  const auto streams = TRY(store.streams());
  const auto own = TRY(store.intern_stream(workspace->device(), Space::plan));
  for (const auto& [stream, tip] : streams) {
    if (tip.space != Space::plan) continue;
    auto& done = read.try_emplace(stream, tip.from ? tip.from->n : 0).first->second;
    while (done < tip.last_n) {
      const Dot dot{stream, ++done};
      const auto batch = TRY(store.batch_of(dot));
      if (batch.first_n == dot.n) new_batches.push_back(batch.commit);
      const auto change = TRY(store.change(dot));
      TRY(note_change(*this, ledger, dot, change));
    }
    if (stream != own) continue;
    const auto pending = TRY(store.pending(stream));
    for (const auto& [dot, change] : pending)
      TRY(note_change(*this, ledger, dot, change));
  }
  return {};
}

void Site::begin_anew() {
  known.clear();
  dots.clear();
  read.clear();
}

bool may_write(Session& session, StreamNo stream) {
  const auto* grant = session.members().best_grant(stream);
  return grant != nullptr && session.members().level_of(*grant) >= Level::teacher;
}

}  // namespace guantong::simulation
