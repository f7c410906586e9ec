// A world as it would travel: its changes in batches that build on each other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sync/applier.h"
#include "sync/change.h"
#include "sync/schema.h"
#include "sync/value.h"
#include "tests/support/choices.h"
#include "tests/support/oracle.h"

namespace guantong::test {

/// A batch, and what a test needs to know of it.
struct Parcel {
  ArrivedBatch arrived;
  std::vector<std::size_t> builds_on;  ///< Places of its parents among the parcels.
  StreamNo device = 0;                 ///< In the world's numbers.
  std::set<Dot> holds;                 ///< The world's changes in it; none in the first two.
};

/// The batches of one world. Commits are made up: their ids are digests, and nobody signed them.
class Delivery {
public:
  /// The founder is the first device of the lead site. Its second batch admits all others, and
  /// every stream begins on it. Batches are cut wherever somebody's past ends; what else is cut,
  /// and which parents that are reached anyway are named too, `choices` says.
  Delivery(const World& world, Choices& choices);

  /// In a causal order. The founding comes first, then the grants.
  const std::vector<Parcel>& parcels() const { return parcels_; }

  /// The world with the slot that names a record's owner, where it has one.
  const World& world() const { return world_; }

  const RecordKey& key(RecordNo record) const { return keys_.at(record); }
  const RecordType& type(RecordNo record) const;
  /// The world's number of a record; nothing for an organisation.
  std::optional<RecordNo> record(const RecordKey& key) const;
  /// The world's dot of a change of a device; nothing for an act of membership.
  std::optional<Dot> dot(const DeviceId& device, std::uint64_t n) const;
  /// What the oracle calls `value`, of a slot of `type` or of its life cycle.
  std::string word(const RecordType& type, Slot slot, const Value& value) const;

  static std::string slug(int site) { return "s" + std::to_string(site); }
  static DeviceId device_id(StreamNo device);

private:
  struct Cut;

  Member member(StreamNo device) const;
  void found();
  void admit();
  std::vector<Cut> cut(Choices& choices) const;
  void send(const Cut& cut, Choices& choices);
  void send(Batch batch, StreamNo device, std::vector<std::size_t> builds_on, std::set<Dot> holds);
  std::vector<std::size_t> parents_of(const Cut& cut, Choices& choices) const;

  World world_;
  StreamNo founder_ = 0;
  std::map<RecordNo, RecordKey> keys_;
  std::map<StreamNo, std::uint64_t> grants_;  ///< The n of each device's grant.
  std::map<StreamNo, std::vector<std::size_t>> of_device_;
  std::map<Dot, std::size_t> ends_with_;  ///< The parcel whose last change it is.
  std::vector<Parcel> parcels_;
};

/// For people: the world's changes and what each saw.
std::string describe(const World& world);

}  // namespace guantong::test
