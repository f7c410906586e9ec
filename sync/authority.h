// Which acts of membership stand: rules A5 to A14 of docs/security.md, as a pure function of facts
// that each follow from an act's past alone. Nothing here reads a clock or an order of arrival.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sync/base/hash.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/past.h"

namespace guantong {

/// The place of an act among those that arrived here; used within one replica alone.
using ActNo = std::uint32_t;

/// Whether a batch's record changes count, and if not, why (A2, A7, A9, A14, A16).
enum class BatchVerdict : std::uint8_t {
  counts = 0,
  admitted = 1,    ///< By a ruling.
  outsider = 2,    ///< Its author holds no grant that it had seen.
  grant_fell = 3,  ///< Its author was let in by somebody who had been put out.
  reads_only = 4,  ///< Its author may read alone.
  expelled = 5,    ///< Its author was put out, and this was not seen by who did it.
  demoted = 6,     ///< As `expelled`, of a level too low to write.
  forked = 7,      ///< Its stream goes two ways from here or before.
  refused = 8,     ///< By a ruling.
};
inline bool counts(BatchVerdict verdict) {
  return verdict <= BatchVerdict::admitted;
}

/// How early a right was given (A5): by how deep the giving batch lies, then its digest, then the
/// place in it. Smaller is more senior.
struct Seniority {
  std::uint64_t generation = 0;
  Digest digest{};
  std::uint64_t place = 0;
  auto operator<=>(const Seniority&) const = default;
};

/// A device's right to write, as an act gave it.
struct GrantFact {
  Dot dot{};        ///< The change that gave it.
  StreamNo to = 0;  ///< The device's plan stream.
  Level level = Level::none;
  Member member{};
  Seniority seniority{};
  ActNo act = 0;                 ///< That gave it.
  std::vector<ActNo> follows{};  ///< What might strike its device and was in its past (A7, A8).
  bool right = false;            ///< Given with right (A4). Without, it is void for ever.
  bool stands = false;           ///< By all that is here (A9).
  bool partner_kind = false;     ///< Whether its site is of a kind that decides together.
};

/// An act of membership, with what follows from its past.
struct Act {
  enum class Kind : std::uint8_t {
    founding = 1,
    grant = 2,
    dismissal = 3,
    hand_over = 4,
    ruling = 5,
    rotation = 6,
  };
  Kind kind = Kind::grant;
  Dot dot{};
  StreamNo by = 0;  ///< The author's plan stream.
  ActNo under = 0;  ///< What gave the grant it is under; itself for a founding.
  bool right = false;
  Level needs = Level::none;      ///< The level it takes (A4).
  std::vector<GrantFact> grants;  ///< Of a founding, a grant, a hand-over.
  StreamNo target = 0;            ///< Of a dismissal: the device's plan stream.
  Level leaves = Level::none;     ///< What a dismissal leaves; a hand-over leaves coordinator.
  std::string site;  ///< Of a hand-over: the slug of the site that gives the lead away.
  /// Of a dismissal or a hand-over: the highest n it had seen of the streams it may strike (A6).
  std::map<StreamNo, std::uint64_t> cuts;
  /// What it had seen of dismissals and hand-overs; of a ruling, of rulings on the same batches.
  std::vector<ActNo> saw;
  std::vector<Dot> batches;  ///< Of a ruling: the first change of each batch.
  bool admits = false;       ///< Of a ruling.
  PublicKey key{};           ///< Of a rotation.
  bool stands = false;       ///< By all that is here (A9, A10, A13).

  /// Whether it takes rights away.
  bool strikes() const { return kind == Kind::dismissal || kind == Kind::hand_over; }
  /// Whether it strikes what the device of `grant` does at (stream, n) and needs `needs` (A7).
  bool strikes(const GrantFact& grant, StreamNo stream, std::uint64_t n, Level needs) const;
  /// Whether it takes from a grant what is above `level`, whatever it had seen (A12).
  bool lowers(const GrantFact& grant, Level level) const;
};

/// A device whose stream goes two ways, and what of it is held (A14, A15): by stream, the first n.
struct ForkFact {
  /// All its streams in the plan, each with what it goes on from: a stream, and the last n there.
  std::map<StreamNo, Dot> branches;
  std::map<StreamNo, std::uint64_t> held;
  /// The same where the fork would leave nobody with the lead (A13).
  std::map<StreamNo, std::uint64_t> held_in_mercy;
  bool mercy = false;  ///< Which of the two is in force.
  // What takes rights away, and had been seen by all branches; or had seen that there are two.
  std::vector<ActNo> saw;
  std::vector<ActNo> seen_by;

  bool holds(StreamNo stream, std::uint64_t n) const;
};

/// All acts of a consortium that are here, in an order in which who saw another comes later.
class Authority {
public:
  /// Adds an act as it was judged before; for opening a replica.
  const Act& restore(Act act);
  /// Adds an act. Nothing can have built on it yet: whether it stands itself is known at once. What
  /// it moves, if it is more than a grant or a key, `judge` says.
  const Act& add(Act act);
  /// Replaces the facts of an act that was added before it was sealed.
  void replace(ActNo number, Act act);
  /// Takes the last act back; for what was not sealed.
  void take_back();

  /// Says what is held of a forked device.
  void set_fork(StreamNo device, ForkFact fork) { forks_[device] = std::move(fork); }
  const std::map<StreamNo, ForkFact>& forks() const { return forks_; }
  bool is_held(StreamNo device, StreamNo stream, std::uint64_t n) const;

  /// Judges all acts anew (A9, A10, A13) and returns those that came to stand or fell.
  std::vector<ActNo> judge();

  const std::deque<Act>& acts() const { return acts_; }
  const std::vector<ActNo>& strikers() const { return strikers_; }
  const std::vector<ActNo>& hand_overs() const { return hand_overs_; }
  const std::vector<ActNo>& rulings() const { return rulings_; }
  /// The grants to a device, in order of arrival.
  const std::vector<const GrantFact*>& grants_to(StreamNo device) const;
  const std::map<StreamNo, std::vector<const GrantFact*>>& all_grants() const { return grants_; }
  /// The grant that an act gave a device; null if it gave it none.
  const GrantFact* grant(StreamNo device, ActNo act) const;

  /// What a grant gave in what somebody had seen, after what stands and takes from it (A12): none
  /// where the grant does not stand or was not seen.
  Level level_in(const GrantFact& grant, const Past& past) const;
  /// Why a batch's record changes do not count, or that they do (A2, A7, A9, A14, A16). `under` is
  /// null for an outsider's.
  BatchVerdict verdict(StreamNo device, const Dot& first, const GrantFact* under) const;

private:
  /// The acts among which are all that may take something from a grant.
  std::array<std::span<const ActNo>, 2> strikers_of(const GrantFact& grant) const;
  BatchVerdict struck(const Dot& first, const GrantFact& under) const;
  std::optional<BatchVerdict> ruled(const Dot& first) const;

  enum class Verdict : std::uint8_t { open, stands, falls };
  struct Round;

  void index(const Act& act);
  const GrantFact& grant_of(const Act& act) const;
  bool is_struck_at_once(const Act& act) const;
  std::vector<std::vector<ActNo>> find_strikers() const;
  void settle(Round& round) const;
  std::vector<ActNo> bottom_group(const Round& round) const;
  struct Loss;
  std::vector<Loss> losses_of_lead(const Round& round) const;
  bool saw(const Loss& later, const Loss& earlier) const;
  bool overrule_for_lead(Round& round);
  bool somebody_leads(const Round& round) const;
  bool took_lead(ActNo number, const GrantFact& grant, const Round& round) const;

  std::deque<Act> acts_;
  std::vector<ActNo> strikers_;
  std::unordered_map<StreamNo, std::vector<ActNo>>
      dismissals_;  ///< By the device that is dismissed.
  std::vector<ActNo> hand_overs_;
  std::vector<ActNo> rulings_;
  std::unordered_map<StreamNo, std::vector<ActNo>> by_device_;  ///< By author.
  std::map<StreamNo, std::vector<const GrantFact*>> grants_;
  std::map<StreamNo, ForkFact> forks_;
};

/// A replica's own compact form of an act; never sent.
std::string encode_act(const Act& act);
/// Fails with `corrupt` when the bytes are not what `encode_act` wrote.
Result<Act> decode_act(std::string_view bytes);

}  // namespace guantong
