#include "tests/support/plan_builder.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "client/reading.h"
#include "client/sqlite/sqlite_store.h"
#include "client/workspace.h"
#include "sync/applier.h"
#include "sync/base/bytes.h"
#include "sync/base/hash.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/codec.h"
#include "sync/members.h"
#include "sync/merger.h"
#include "sync/read_change.h"
#include "sync/record_state.h"
#include "sync/schema.h"
#include "sync/sealer.h"
#include "sync/ssh_signature.h"
#include "sync/value.h"
#include "tests/support/result_matchers.h"

namespace guantong::test {
namespace {

constexpr std::uint64_t some_time_ms = 1'700'000'000'000;

/// A commit that nobody wrote: its id is a digest of what it would hold.
ArrivedBatch arrived(Batch batch, std::vector<CommitId> parents, const std::string& site) {
  ArrivedBatch made{std::move(batch), {}, std::move(parents), {}, site, {}};
  made.digest = blake2b(encode_batch(made.batch));
  std::string text{made.digest.raw()};
  for (const auto& parent : made.parents)
    text += parent.raw();
  made.commit = *CommitId::from(blake2b(text).raw().substr(0, CommitId::size));
  return made;
}

/// Takes every member out of a SET.
Result<std::vector<Removal>> all_members(Session& session, RecordNo record, const Field& field) {
  const auto* state = TRY(session.merger().state(record));
  std::map<std::string, std::vector<Dot>> adds;
  if (const auto* slot = state->find(field.slot)) {
    for (const auto& add : slot->adds)
      adds[add.member].push_back(add.dot);
  }
  std::vector<Removal> removals;
  for (auto& [member, dots] : adds)
    removals.push_back({field.number, member, std::move(dots)});
  return removals;
}

}  // namespace

RecordKey key_of(std::string_view type, std::string_view word) {
  return {Schema::built_in().type(type)->number, *RecordId::from(blake2b_128(word).raw())};
}

std::string id_of(std::string_view type, std::string_view word) {
  return to_hex(key_of(type, word).id.raw());
}

Desk::Desk(const std::filesystem::path& replica, const std::string& site) {
  auto store = SqliteStore::open(replica, Schema::built_in());
  EXPECT_THAT(store, is_ok());
  store_ = *std::move(store);
  EXPECT_THAT(store_->database().run("PRAGMA synchronous = OFF"), is_ok());
  member_.key = *PublicKey::from(blake2b("key of " + site).raw());
  member_.site = site;
  member_.site_name = site;
  member_.site_kind = "vocational";
  member_.person = *PersonId::from(blake2b_128(site).raw());
  member_.name = site;
}

Result<StreamNo> Desk::stream(Session& session) const {
  return session.store().intern_stream(device_id(member_.key), Space::plan);
}

void Desk::found(const std::vector<const Desk*>& others) {
  Batch batch;
  batch.number = 1;
  batch.first_n = 1;
  batch.devices = {device_id(member_.key)};
  Change change;
  change.founding = Founding{"a plan", member_, {}};
  batch.changes = {change};
  EXPECT_THAT(take(arrived(std::move(batch), {}, member_.site)), is_ok());
  ++written_;
  for (const auto* other : others)
    EXPECT_THAT(admit(other->member_), is_ok());
  seal();
}

Result<void> Desk::admit(const Member& member) {
  auto session = TRY(Session::begin(*store_));
  Change change;
  change.grant = Grant{member, Level::teacher};
  const auto own = TRY(stream(*session));
  TRY(session->applier().take_pending({own, ++written_}, change));
  return session->commit();
}

void Desk::write(const RecordKey& key, Action action, const Edits& edits) {
  const auto written = [&]() -> Result<void> {
    auto session = TRY(Session::begin(*store_));
    TRY(take(*session, key, action, edits));
    return session->commit();
  };
  EXPECT_THAT(written(), is_ok());
}

RecordKey Desk::org() {
  auto session = Session::begin(*store_);
  EXPECT_THAT(session, is_ok());
  return {Schema::built_in().type("org")->number, (*session)->members().org_id(member_.site)};
}

std::string Desk::org_id() {
  return to_hex(org().id.raw());
}

void Desk::create_all(const std::vector<std::pair<RecordKey, Edits>>& records) {
  const auto written = [&]() -> Result<void> {
    auto session = TRY(Session::begin(*store_));
    for (const auto& [key, edits] : records)
      TRY(take(*session, key, Action::create, edits));
    return session->commit();
  };
  EXPECT_THAT(written(), is_ok());
}

Result<void> Desk::take(Session& session, const RecordKey& key, Action action, const Edits& edits) {
  Reading reading{*store_};
  const auto& type = *session.schema_type(key.type);
  Change change;
  change.record = TRY(session.store().intern_record(key));
  change.action = action;
  std::map<std::uint32_t, Value> values;
  for (const auto& [name, text] : edits) {
    const auto& field = *type.field(std::string_view{name});
    if (text.empty() && field.is_set()) {
      change.removed = TRY(all_members(session, change.record, field));
    } else if (text.empty()) {
      change.cleared.push_back(field.number);
    } else {
      values[field.number] = TRY(reading.parse(type, field, text));
    }
  }
  for (const auto& [number, value] : values)
    change.fields += value;
  const auto read_values = TRY(read_fields(type, change));
  const auto* state = TRY(session.merger().state(change.record));
  for (const auto slot : slots_of(type, {change, read_values})) {
    if (const auto* known = state->find(slot)) {
      for (const auto& head : known->heads)
        change.supersedes.push_back({slot, head});
    }
  }
  const auto own = TRY(stream(session));
  return session.applier().take_pending({own, ++written_}, change);
}

Result<void> Desk::take(const ArrivedBatch& batch) {
  auto session = TRY(Session::begin(*store_));
  TRY(session->applier().apply(batch, some_time_ms));
  TRY(session->commit());
  batches_.push_back(batch);
  taken_.insert(batch.commit);
  return {};
}

Result<void> Desk::try_seal() {
  auto session = TRY(Session::begin(*store_));
  const auto own = TRY(stream(*session));
  auto composed =
      TRY(compose_batch(*store_, store_->schema(), session->members(), session->merger(), own));
  if (!composed) return {};
  const auto name = [&](const CommitId& commit) {
    if (std::ranges::find(composed->parents, commit) == composed->parents.end())
      composed->parents.push_back(commit);
  };
  const auto grant = TRY(store_->batch_of(session->members().best_grant(own)->dot));
  if (composed->batch.number == 1) name(grant.commit);
  const auto streams = TRY(store_->streams());
  for (const auto& [number, tip] : streams) {
    if (tip.number > 0) name(tip.commit);
  }
  auto batch = arrived(std::move(composed->batch), std::move(composed->parents), member_.site);
  TRY(session->applier().adopt(batch, some_time_ms));
  TRY(session->commit());
  taken_.insert(batch.commit);
  batches_.push_back(std::move(batch));
  return {};
}

Result<void> Desk::try_undo() {
  auto session = TRY(Session::begin(*store_));
  const auto own = TRY(stream(*session));
  const Dot last{own, written_};
  const auto read = TRY(session->merger().read(last));
  const auto record = read.change.record;
  TRY(session->store().remove_pending(last));
  session->merger().forget(last);
  TRY(session->merger().refold(record));
  TRY(session->commit());
  --written_;
  return {};
}

void Desk::undo() {
  if (written_ == sealed_) return;
  EXPECT_THAT(try_undo(), is_ok());
}

void Desk::seal() {
  EXPECT_THAT(try_seal(), is_ok());
  sealed_ = written_;
}

void Desk::pull(const Desk& other) {
  for (const auto& batch : other.batches_) {
    if (taken_.contains(batch.commit)) continue;
    EXPECT_THAT(take(batch), is_ok());
  }
}

bool Desk::has(const RecordKey& key) {
  return life(key) != LifeState::missing;
}

LifeState Desk::life(const RecordKey& key) {
  const auto number = store_->find_record(key);
  EXPECT_THAT(number, is_ok());
  if (!*number) return LifeState::missing;
  const auto state = store_->state(**number);
  EXPECT_THAT(state, is_ok());
  return state->life;
}

PlanBuilder::PlanBuilder(const std::vector<std::string>& sites) {
  std::vector<const Desk*> others;
  for (const auto& site : sites) {
    desks_.push_back(std::make_unique<Desk>(folder_.path() / (site + ".sqlite"), site));
    if (desks_.size() > 1) others.push_back(desks_.back().get());
  }
  desks_.front()->found(others);
  meet();
}

void PlanBuilder::meet() {
  for (const auto& desk : desks_)
    desk->seal();
  // Twice: the first has everybody's only after the round.
  for (int round = 0; round < 2; ++round) {
    for (std::size_t i = 1; i < desks_.size(); ++i) {
      desks_.front()->pull(*desks_[i]);
      desks_[i]->pull(*desks_.front());
    }
  }
}

}  // namespace guantong::test
