// How the heads of one slot join: semantics M4 to M8 and M11 of docs/merging.md.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/schema.h"
#include "sync/value.h"

namespace guantong {

/// A place in an order that extends "saw": who saw another comes later.
struct CausalRank {
  std::uint64_t generation = 0;  ///< Of the batch: the longest way back to the founding batch.
  std::uint64_t n = 0;           ///< Within the batch.
  auto operator<=>(const CausalRank&) const = default;
};

/// A counting version of the slot being merged.
struct VersionFacts {
  std::string_view value;  ///< Valid as long as the `Versions` that it comes from.
  std::vector<Dot> over;   ///< The nearest counting versions that it supersedes.
  CausalRank rank;
  bool decides = false;  ///< Written by a site that decides the slot now.
};

/// Heads that a slot had together once, and what was in force then. It stands as one version above
/// them, so that what was written later need not look below: a version that supersedes just these
/// names `Settled::dot` instead of them.
struct Settled {
  /// No change has this name, and all others come before it.
  static constexpr Dot dot{~StreamNo{0}, ~std::uint64_t{0}};

  std::vector<Dot> heads;  ///< Sorted.
  Value value;
  bool differed = false;  ///< Whether the heads had different values.
  CausalRank rank{};      ///< The highest of the heads'.
};

/// Looks up the counting versions of one slot.
class Versions {
public:
  Versions() = default;
  Versions(const Versions&) = delete;
  Versions& operator=(const Versions&) = delete;
  Versions(Versions&&) = delete;
  Versions& operator=(Versions&&) = delete;
  virtual ~Versions() = default;

  /// The facts stay valid while this object lives.
  virtual Result<const VersionFacts*> facts(const Dot& dot) = 0;
  /// Null: none that is known.
  virtual const Settled* settled() const { return nullptr; }
};

struct Side {
  Value value;
  std::vector<Dot> dots;  ///< The heads that hold it.
};

struct SlotOutcome {
  Value value;  ///< In force; empty: none.
  bool conflict = false;
  bool joined = false;      ///< Merged without a decision, and worth telling.
  std::vector<Side> sides;  ///< Of a conflict: by value, in the order of the values' bytes.
  std::vector<Dot> idle;    ///< Heads that only set a value back (M6) or were less cautious (M8).
  std::vector<Dot> meet;    ///< The versions that all heads build on (M5).
  Value base;               ///< The value in force of those.
};

/// What of an outcome is kept with a record.
struct SlotSummary {
  Value value;
  bool conflict = false;
  bool joined = false;
};

/// Joins `heads`, which must not be empty, as far as a record keeps what comes of it.
Result<SlotSummary> summarise(const RecordType& type,
                              Slot slot,
                              const std::vector<Dot>& heads,
                              Versions& versions);

/// Joins `heads`, which must not be empty. `type` says how the slot merges.
Result<SlotOutcome> join(const RecordType& type,
                         Slot slot,
                         const std::vector<Dot>& heads,
                         Versions& versions);

/// The maximal common ancestors of `heads`: meet(H) of M5, sorted. Costs what was written to the
/// slot since the heads forked.
Result<std::vector<Dot>> meet_of(const std::vector<Dot>& heads, Versions& versions);

}  // namespace guantong
