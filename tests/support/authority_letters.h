// A world of acts as it would travel, and what a replica that took it makes of it.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "sync/applier.h"
#include "sync/change.h"
#include "tests/support/authority_oracle.h"
#include "tests/support/authority_worlds.h"
#include "tests/support/replica.h"

namespace guantong::test {

/// The batches of a world, each edit on a record of its own. The world's digests are replaced by
/// those of the payloads, by which the engine breaks ties.
class AuthorityLetters {
public:
  explicit AuthorityLetters(AuthorityWorld world);

  const AuthorityWorld& world() const { return world_; }
  const ArrivedBatch& letter(std::size_t batch) const { return letters_.at(batch); }
  std::size_t count() const { return letters_.size(); }
  /// Whether two ways of a fork give one device a grant with one name, of which nobody can tell
  /// afterwards which a batch is under.
  bool is_ambiguous() const;
  /// The name of each act and edit in what `picture_of` and `oracle_picture` say.
  static std::string name(std::size_t batch, std::size_t act);

  /// What a replica that has taken and published letters says of those in `order`: a line an act,
  /// and one a device.
  std::map<std::string, std::string> picture_of(Replica& replica,
                                                const std::vector<std::size_t>& order) const;
  /// What the oracle says of the same.
  std::map<std::string, std::string> oracle_picture(const std::vector<std::size_t>& order) const;

private:
  ArrivedBatch write(std::size_t batch) const;
  Change write(const OracleAct& act, std::size_t batch, std::size_t place, Batch& into) const;
  bool is_nameable(const OracleBatch& from) const;
  Dot dot_of(const GrantRef& grant, Batch& into) const;
  Dot dot_of(Replica& replica, std::size_t batch, std::size_t act) const;

  AuthorityWorld world_;
  std::vector<ArrivedBatch> letters_;
};

/// For people: a line a batch.
std::string describe(const AuthorityWorld& world);

}  // namespace guantong::test
