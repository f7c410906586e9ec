// Sites that write, seal and send as programs do, each device with a replica of its own; for tests
// of what changes by consent.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sync/applier.h"
#include "sync/change.h"
#include "sync/holding.h"
#include "sync/members.h"
#include "sync/record_state.h"
#include "sync/schema.h"
#include "tests/support/choices.h"
#include "tests/support/memory_store.h"
#include "tests/support/replica.h"
#include "tests/support/test_schema.h"

namespace guantong::test {

/// All devices of a consortium, by number; 0 is the founder's, at the lead site.
///
/// What goes wrong is a failure of the test. A device seals what it wrote before it learns
/// anything, on what the sealer says that this builds on.
class Sites {
public:
  using Device = std::size_t;
  using Letter = std::size_t;  ///< A batch, in the order of sealing.

  Sites();

  /// A further device, which knows what the founder knows.
  Device admit(const std::string& site, bool partner = true);

  Replica& at(Device device) { return *devices_.at(device).replica; }
  std::size_t count() const { return devices_.size(); }
  const std::string& site(Device device) const { return devices_.at(device).site; }
  RecordId org(Device device) { return at(0).members().org_id(site(device)); }

  /// Writes a change, in the numbers of the device's replica.
  Dot write(Device device, const Change& change);
  /// Seals what is unsealed. `leave_out` is asked of every parent but the first, as of a program
  /// that does not own up to all it knew.
  void seal(Device device, const std::function<bool()>& leave_out = {});
  /// Takes all that another device knows and has written.
  void learn(Device device, Device from);
  /// Takes a letter and what it builds on.
  void learn_letter(Device device, Letter letter);
  /// Everybody learns everything.
  void meet();

  /// A dot of one device's replica in the numbers of another's.
  Dot translate(const Dot& dot, Device from, Device to);

  const std::vector<ArrivedBatch>& letters() const { return letters_; }

private:
  struct Party {
    std::string site;
    bool partner = true;
    std::unique_ptr<Replica> replica = std::make_unique<Replica>();
    std::set<Letter> known{};
  };

  Member member(Device device) const;
  StreamNo stream(Device device);
  void take(Device device, Letter letter);
  void post(Device device, ArrivedBatch letter);

  std::vector<Party> devices_;
  std::vector<ArrivedBatch> letters_;
  std::map<CommitId, Letter> by_commit_;
};

/// A record as a device shows it, and what a client writes that shows it so.
class Page {
public:
  Page(Sites& sites, Sites::Device device, const RecordKey& key)
      : sites_{sites}, device_{device}, key_{key} {}

  const RecordType& type() const { return *test_schema().type(key_.type); }
  RecordNo number() const;
  const RecordState& state() const;
  const PublishedRow& row() const;
  std::string text(Slot slot) const;
  Holding agreements(HeldSubject subject) const;
  Tenure tenure(HeldSubject subject) const;
  std::vector<Dot> in_force(HeldSubject subject) const;
  RecordId content() const;
  /// The latest transfer on the subject that waits for somebody.
  std::optional<Dot> open(HeldSubject subject) const;

  // Changes, not written yet. Each names all heads that are shown.
  Change create(const std::string& fields = {}) const;
  Change set(Slot slot, std::string_view text) const;
  Change add(Slot slot, std::string_view member) const;
  Change remove(Slot slot, std::string_view member) const;
  Change archive() const;
  Change act(const HoldingAct& act) const;
  Change give(const RecordId& to, HeldSubject subject = HeldSubject::owner) const;
  Change close() const { return give(content(), HeldSubject::phase); }
  Change reopen() const { return give(draft_phase, HeldSubject::phase); }
  Change answer(HoldingAct::Kind kind, HeldSubject subject, const Dot& of) const;

  Dot write(const Change& change) const { return sites_.write(device_, change); }
  /// Consents to what waits.
  Dot agree(HeldSubject subject) const;

private:
  Change edit(Slot slot) const;
  Replica& replica() const { return sites_.at(device_); }

  Sites& sites_;
  Sites::Device device_;
  RecordKey key_;
};

/// All that can be seen of what a replica has merged and what was agreed there, a line each, in
/// words that do not depend on its numbers.
std::vector<std::string> view_of(Replica& replica);

/// Takes all letters in a causal order, some of them again later; publishes now and then and at the
/// end; in between, starts the program again.
void deliver(Replica& replica, const std::vector<ArrivedBatch>& letters, Choices& choices);

/// A key of a record of this type.
RecordKey key_of(const RecordType& type, std::string_view name);

}  // namespace guantong::test
