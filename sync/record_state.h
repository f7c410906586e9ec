// What a replica keeps of one record between batches: enough to merge the next change at the cost
// of that change. Everything here follows from the set of changes that count.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sync/base/hash.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/holding.h"

namespace guantong {

/// What has become of a proposal. Two or more: the case "answered twice".
enum Outcome : std::uint8_t {
  outcome_open = 0,
  outcome_accepted = 1,
  outcome_overtaken = 2,
  outcome_declined = 4,
  outcome_withdrawn = 8,
  outcome_revised = 16,
  outcome_void =
      128,  ///< No proposal: its author may write nothing. Kept, as supersession passes on.
};

struct Proposal {
  Dot dot;
  std::uint8_t outcomes = outcome_open;
  bool operator==(const Proposal&) const = default;
};

/// A member of a SET, by the change that added it.
struct MemberAdd {
  std::string member;
  Dot dot;
  bool operator==(const MemberAdd&) const = default;
};

struct SlotState {
  Slot slot = 0;
  std::vector<Dot>
      heads;  ///< Counting versions that no counting version supersedes; none for a SET.
  std::vector<MemberAdd> adds;
  std::vector<Proposal> proposals;
  bool conflict = false;
  bool joined = false;  ///< Several heads, or an idle one, merged without a decision.
  ShortDigest value;    ///< Of the value in force.
  /// The value in force of `heads` itself, where it is known and short: what is written next is
  /// merged with it, without reading what was written before.
  std::optional<std::string> in_force;

  const Proposal* proposal(const Dot& dot) const;
  Proposal* proposal(const Dot& dot);
  /// Whether anything in it counts; what is void is kept for what passes through it.
  bool shows() const;
  bool operator==(const SlotState&) const = default;
};

/// A creation that claims the record for an owner.
struct Creation {
  Dot dot;
  RecordId owner;  ///< The owning organisation's record.
  bool operator==(const Creation&) const = default;
};

enum class LifeState : std::uint8_t {
  missing,   ///< Referred to, but not here yet.
  proposed,  ///< Created by someone who may only propose it.
  active,
  held,  ///< Archived, but used or edited beside that: it stays active until someone looks.
  archived,
};

/// Whether a record counts: active, also while its archiving is on hold.
constexpr bool is_in_use(LifeState life) {
  return life == LifeState::active || life == LifeState::held;
}

struct RecordState {
  LifeState life = LifeState::missing;
  std::vector<Creation> creations;
  std::vector<SlotState> slots;  ///< By number.
  std::vector<RecordNo> parts;   ///< Records that are signed with it, by number.
  /// What was agreed on it, by subject, as `Holding` keeps it. On its owner only once somebody has
  /// wanted another: until then `creations` say everything.
  std::array<std::vector<JudgedAct>, held_subjects> acts;

  std::vector<JudgedAct>& acts_on(HeldSubject subject) {
    return acts[static_cast<std::size_t>(subject) - 1];
  }
  const std::vector<JudgedAct>& acts_on(HeldSubject subject) const {
    return acts[static_cast<std::size_t>(subject) - 1];
  }
  bool has_acts() const;
  /// Whether anything that is known of it counts.
  bool shows() const;
  SlotState& slot(Slot number);
  const SlotState* find(Slot number) const;
  bool operator==(const RecordState&) const = default;
};

/// The longest value that `SlotState::in_force` keeps, in bytes.
inline constexpr std::size_t in_force_most = 64;

/// The replica's own compact form; never sent.
std::string encode_state(const RecordState& state);
/// Fails with `corrupt` when the bytes are not what `encode_state` wrote.
Result<RecordState> decode_state(std::string_view bytes);

}  // namespace guantong
