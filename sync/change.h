// Changes and batches: the domain of merging, in plain structs.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sync/base/boxed.h"
#include "sync/base/bytes.h"
#include "sync/base/hash.h"

namespace guantong {

using RecordId = FixedId<struct RecordTag, 16>;
using DeviceId = FixedId<struct DeviceTag, 32>;  ///< BLAKE2b-256 of the device's first public key.
using PublicKey = FixedId<struct KeyTag, 32>;    ///< Ed25519.
using PersonId = FixedId<struct PersonTag, 16>;
using ConsortiumId = Digest;                     ///< BLAKE2b-256 of the founding payload.
using CommitId = FixedId<struct CommitTag, 20>;  ///< Git's address of a commit, no more than that.

enum class Space : std::uint8_t { plan = 1, school = 2, device = 3 };

/// Numbers that stand for a stream or a record: places in a batch's dictionary while it travels,
/// the replica's own interned numbers once it is here (`localise`, in codec.h).
using StreamNo = std::uint32_t;
using RecordNo = std::uint32_t;

/// The name of a change: n counts a stream's changes from 1 without gaps.
struct Dot {
  StreamNo stream = 0;
  std::uint64_t n = 0;
  auto operator<=>(const Dot&) const = default;
};

struct DotHash {
  std::size_t operator()(const Dot& dot) const noexcept {
    // Streams are few and n is small: they do not meet below 2^40.
    return std::hash<std::uint64_t>{}(std::uint64_t{dot.stream} << 40U ^ dot.n);
  }
};

/// One field of one record, or the fields that move together, named by the lowest number among
/// them. 0 is the record's life cycle.
using Slot = std::uint32_t;
inline constexpr Slot life_cycle = 0;

/// A change seen as a version of one slot.
struct Version {
  Slot slot = 0;
  Dot dot;
  auto operator<=>(const Version&) const = default;
};

/// A member taken out of a SET, with the adds that were seen of it.
struct Removal {
  std::uint32_t field = 0;
  std::string member;  ///< Canonical: tag and value.
  std::vector<Dot> adds;
  bool operator==(const Removal&) const = default;
};

enum class Action : std::uint8_t { edit = 0, create = 1, archive = 2, restore = 3 };

/// Hybrid logical time: milliseconds since 1970 in UTC, then a counter within them. It orders lists
/// for people; no rule of merging reads it. After Kulkarni et al., "Logical Physical Clocks"
/// (2014).
struct HybridTime {
  std::uint64_t ms = 0;
  std::uint32_t count = 0;
  auto operator<=>(const HybridTime&) const = default;
};

/// What may be done under a grant; each level may what is below it.
enum class Level : std::uint8_t { none = 0, auditor = 1, teacher = 2, coordinator = 3, lead = 4 };

/// Whether `text` is a site's short name: 1 to 32 of a-z, 0-9 and hyphen.
inline bool is_slug(std::string_view text) {
  return !text.empty() && text.size() <= 32 &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

/// Who a device is.
struct Member {
  PublicKey key;
  std::string site;       ///< As `is_slug` has it.
  std::string site_name;  ///< The organisation's full name.
  std::string site_kind;  ///< The word of Org.kind.
  PersonId person;
  std::string name;
  std::string email;
  bool operator==(const Member&) const = default;
};

struct Founding {
  std::string consortium_name;
  Member member;
  std::string recovery_key;  ///< Empty, or 32 bytes.
  bool operator==(const Founding&) const = default;
};

struct Grant {
  Member member;
  Level level = Level::none;
  bool operator==(const Grant&) const = default;
};

/// Takes a device's level down: to `leaves`, or, where that is none, out of the consortium.
struct Dismissal {
  DeviceId device;
  Level leaves = Level::none;
  bool operator==(const Dismissal&) const = default;
};

/// Gives the lead to devices of one other site.
struct HandOver {
  std::vector<DeviceId> devices;
  bool operator==(const HandOver&) const = default;
};

/// Says whether the record changes of batches that do not count are to count all the same.
struct Ruling {
  std::vector<Digest> batches;  ///< By the digests of their payloads.
  bool admits = false;
  bool operator==(const Ruling&) const = default;
};

/// Puts another key in the place of the one that a device signs with.
struct Rotation {
  PublicKey key;
  std::string proof;  ///< 64 bytes: the new key's signature over `rotation_data`.
  bool operator==(const Rotation&) const = default;
};

/// What changes by consent alone: rules H1 to H9 of docs/duties.md.
enum class HeldSubject : std::uint8_t {
  holder = 1,  ///< Who answers for a duty.
  owner = 2,   ///< Who owns a record, and so decides what only its owner may.
  phase = 3,   ///< Whether a record is a draft, or closed as all partners have signed it.
};
inline constexpr std::size_t held_subjects = 3;

/// An act on who answers for something.
struct HoldingAct {
  enum class Kind : std::uint8_t {
    transfer = 1,  ///< To `to`, after `after`; in force when all concerned have agreed.
    consent = 2,   ///< To the transfer `of`.
    withdraw = 3,  ///< The author's own transfer or offer to all.
    decline = 4,   ///< A transfer that needs the author's consent.
    invite = 5,    ///< An offer to all: the giver's consent to whoever takes it up.
    escalate = 6,  ///< Asks for a ruling on a contest.
  };
  Kind kind = Kind::transfer;
  HeldSubject subject = HeldSubject::holder;
  /// Of a transfer: the organisation's record. Of a closing: the digest of the content that is
  /// signed; of a re-opening: zeros.
  RecordId to;
  std::vector<Dot> after;    ///< Of a transfer or an offer to all: what was in force.
  std::optional<Dot> under;  ///< Of a transfer: the offer to all that it takes up.
  std::optional<Dot> of;     ///< Of an answer.
  bool ruling = false;       ///< Of a transfer: decides a contest.
  bool operator==(const HoldingAct&) const = default;
};

/// One person's act on one record, or on the membership.
struct Change {
  RecordNo record = 0;
  Action action = Action::edit;
  std::string fields;                  ///< A partial record message, as it came.
  std::vector<std::uint32_t> cleared;  ///< Field numbers.
  std::vector<Removal> removed;
  std::vector<Version> supersedes;
  std::vector<Version> accepts;
  std::vector<Version> declines;
  std::vector<Version> withdraws;
  HybridTime time;
  std::string why;
  Boxed<HoldingAct> holding;
  Boxed<Founding> founding;
  Boxed<Grant> grant;
  Boxed<Dismissal> dismissal;
  Boxed<HandOver> hand_over;
  Boxed<Ruling> ruling;
  Boxed<Rotation> rotation;

  /// Whether it is an act of membership; it then names no record.
  bool is_act() const { return founding || grant || dismissal || hand_over || ruling || rotation; }
  bool operator==(const Change&) const = default;
};

/// The lists of versions that a change names.
inline constexpr std::array version_lists{
    &Change::supersedes, &Change::accepts, &Change::declines, &Change::withdraws};

/// Every dot that a change names, in place. `SomeChange` is Change, const or not.
template <class SomeChange>
auto dots_of(SomeChange& change) {
  std::vector<decltype(&change.supersedes.front().dot)> dots;
  for (const auto list : version_lists) {
    for (auto& version : change.*list)
      dots.push_back(&version.dot);
  }
  for (auto& removal : change.removed) {
    for (auto& dot : removal.adds)
      dots.push_back(&dot);
  }
  if (change.holding) {
    auto& act = *change.holding;
    for (auto& dot : act.after)
      dots.push_back(&dot);
    if (act.under) dots.push_back(&*act.under);
    if (act.of) dots.push_back(&*act.of);
  }
  return dots;
}

struct RecordKey {
  std::uint32_t type = 0;
  RecordId id;
  auto operator<=>(const RecordKey&) const = default;
};

struct RecordKeyHash {
  std::size_t operator()(const RecordKey& key) const noexcept {
    return IdHash{}(key.id) ^ key.type;
  }
};

/// Consecutive changes of one device in one space: the payload of one signed commit.
struct Batch {
  std::uint32_t format = 1;
  std::optional<ConsortiumId> consortium;  ///< None in the founding batch alone.
  Space space = Space::plan;
  std::uint32_t number = 0;
  std::optional<Dot> under;  ///< The grant; none in the founding batch alone.
  std::uint64_t first_n = 0;
  std::optional<Digest> previous;  ///< None in a stream's first batch.
  std::vector<DeviceId> devices;   ///< devices[0] is the author's.
  std::vector<RecordKey> records;
  std::vector<Change> changes;

  bool operator==(const Batch&) const = default;
};

/// What a device that wants in says of itself.
struct Request {
  ConsortiumId consortium;
  Member member;
  std::uint64_t time_ms = 0;
};

}  // namespace guantong
