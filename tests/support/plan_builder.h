// Sites that plan together, each with a replica on disk: for tests of what merging leads to.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/sqlite/sqlite_store.h"
#include "client/workspace.h"
#include "sync/applier.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "tests/support/temp_dir.h"

namespace guantong::test {

/// A record that a test calls by a word: the same word is the same record.
RecordKey key_of(std::string_view type, std::string_view word);
/// Its id as a reference field's text.
std::string id_of(std::string_view type, std::string_view word);

/// "FIELD" and its value as people type it; a reference by `id_of`. No value clears the field.
using Edits = std::vector<std::pair<std::string, std::string>>;

/// One device of one site. Failures end the test that uses it.
class Desk {
public:
  Desk(const std::filesystem::path& replica, const std::string& site);

  SqliteStore& store() { return *store_; }
  const Member& member() const { return member_; }

  void create(const RecordKey& key, const Edits& edits) { write(key, Action::create, edits); }
  void set(const RecordKey& key, const Edits& edits) { write(key, Action::edit, edits); }
  void archive(const RecordKey& key) { write(key, Action::archive, {}); }
  void restore(const RecordKey& key) { write(key, Action::restore, {}); }

  /// The organisation of the desk's site, and its id as a reference field's text.
  RecordKey org();
  std::string org_id();

  /// Writes several records in one transaction.
  void create_all(const std::vector<std::pair<RecordKey, Edits>>& records);

  /// Takes the last change back as if it had never been, if it is not sealed.
  void undo();

  /// Seals what was written, on everything that is here.
  void seal();
  /// Takes what another device has sealed or taken.
  void pull(const Desk& other);

  /// Whether anything is known of the record.
  bool has(const RecordKey& key);
  LifeState life(const RecordKey& key);

  /// Founds the consortium, admitting the others.
  void found(const std::vector<const Desk*>& others);

private:
  void write(const RecordKey& key, Action action, const Edits& edits);
  Result<void> take(Session& session, const RecordKey& key, Action action, const Edits& edits);
  Result<void> take(const ArrivedBatch& batch);
  Result<void> admit(const Member& member);
  Result<void> try_seal();
  Result<void> try_undo();
  Result<StreamNo> stream(Session& session) const;

  std::unique_ptr<SqliteStore> store_;
  Member member_;
  std::uint64_t written_ = 0;
  std::uint64_t sealed_ = 0;           ///< Of those.
  std::vector<ArrivedBatch> batches_;  ///< In the order they came.
  std::set<CommitId> taken_;
};

/// Desks of several sites, all admitted and in step. The first is the founder's.
class PlanBuilder {
public:
  explicit PlanBuilder(const std::vector<std::string>& sites);

  Desk& desk(std::size_t place) { return *desks_.at(place); }
  std::size_t size() const { return desks_.size(); }

  /// Everybody seals and takes everything.
  void meet();

private:
  TempDir folder_;
  std::vector<std::unique_ptr<Desk>> desks_;
};

}  // namespace guantong::test
