// What changes by consent alone: the rules H1 to H9 of docs/duties.md.
//
// A subject (a duty's holder, a record's owner, whether it is closed) moves by transfers to which
// everybody concerned has agreed. Each act is judged once, in its own past, so that its verdict is
// the same everywhere and for good; what is in force follows from the verdicts alone. No clock has
// a part in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "sync/change.h"
#include "sync/members.h"

namespace guantong {

/// Why an act has no effect, for ever; `none`: it has.
enum class Void : std::uint8_t {
  none,
  no_member,      ///< Its author may not bind a site: no member, or an auditor.
  not_in_force,   ///< It follows something else than what was in force in what its author had seen.
  no_change,      ///< It gives to whom it belongs already, and closes no contest.
  not_concerned,  ///< Its author is none of those who are asked.
  not_there,      ///< What it answers is not in its past, or is void itself.
  too_late,       ///< What it answers had been agreed or had ended in its author's sight.
  stopped,        ///< What it agrees to had been withdrawn or declined in its author's sight.
  no_contest,     ///< A ruling or an escalation without a contest.
  no_judge,       ///< A ruling by somebody who may not rule here.
  not_escalated,  ///< A ruling that nobody had asked for.
  no_candidate,   ///< A ruling for somebody who claims nothing and does not act.
  other_content,  ///< A sign-off on other content than its author had before him.
};

/// What has become of a transfer (H9).
enum class TransferStatus : std::uint8_t { voided, in_force, followed, stopped, overtaken, open };

/// An act with its verdict. Places are those of acts in the `Holding` that holds it.
struct JudgedAct {
  using Place = std::uint32_t;

  Dot dot;
  HoldingAct::Kind kind = HoldingAct::Kind::transfer;
  RecordId by;                 ///< Its author's organisation.
  RecordId to;                 ///< Of a transfer: the receiver.
  std::vector<Place> after;    ///< Of a transfer or an offer to all: what it follows.
  std::optional<Place> under;  ///< Of a transfer: the offer to all that it takes up.
  std::optional<Place> of;     ///< Of an answer: the transfer or the offer to all.
  bool ruling = false;
  std::vector<RecordId> needed;  ///< Of a transfer: whose consent it takes, by id.
  Void verdict = Void::none;

  bool counts() const { return verdict == Void::none; }
  bool operator==(const JudgedAct&) const = default;
};

/// What only the membership and the plan know of a subject, in the past of the act being judged.
struct HoldingContext {
  HeldSubject subject = HeldSubject::holder;
  RecordId author;         ///< The author's organisation.
  bool is_member = false;  ///< Whether the author may bind that organisation.
  RecordId judge;          ///< Who rules on contests: the stage's lead site.
  /// Who consents for a holder: itself, or the lead where it is no site. None: itself.
  std::function<RecordId(const RecordId&)> speaker{};
  std::vector<RecordId> partners{};  ///< By id. Of a phase: all whose sign-off it takes.
  bool any_partner_escalates =
      false;         ///< Whether a partner that claims nothing may ask for a ruling.
  RecordId content;  ///< Of a phase: what the author had before him.
};

/// The phase of a record that is open again; one that was never closed has none.
inline constexpr RecordId draft_phase{};

/// Who answers for a subject.
struct Tenure {
  std::vector<JudgedAct::Place> in_force;  ///< Agreed transfers that no agreed one follows.
  std::vector<RecordId> receivers;  ///< Theirs, each once, by id. None: free; more: contested.
  std::vector<RecordId> acting;     ///< Who answers for it meanwhile (H7), by id.

  bool free() const { return receivers.empty(); }
  bool contested() const { return receivers.size() > 1; }
};

/// The acts on one subject, in an order in which who saw another comes later.
class Holding {
public:
  Holding() = default;
  explicit Holding(std::vector<JudgedAct> acts) : acts_{std::move(acts)} { link(); }

  /// Adds what nobody needs to agree to: the creation that made `owner` a record's first owner.
  void root(const Dot& dot, const RecordId& owner);

  /// Judges an act whose past holds no act that is not here, and adds it.
  const JudgedAct& take(const Dot& dot,
                        const HoldingAct& act,
                        const HoldingContext& context,
                        const Past& past);

  /// Who answers in what an author with this past had seen.
  Tenure tenure(const Past& past) const;
  /// The same without `acting`, which takes longest to find.
  Tenure contenders(const Past& past) const;

  TransferStatus status(JudgedAct::Place transfer) const;
  /// Whether a transfer was agreed in what an author with this past had seen.
  bool is_agreed(JudgedAct::Place transfer, const Past& past) const;
  /// Whether an offer to all can be taken up now.
  bool stands(JudgedAct::Place invite) const;
  /// Who has not consented yet to an open transfer, by id.
  std::vector<RecordId> missing(JudgedAct::Place transfer) const;

  const std::vector<JudgedAct>& acts() const& { return acts_; }
  std::vector<JudgedAct> acts() && { return std::move(acts_); }
  std::optional<JudgedAct::Place> find(const Dot& dot) const;

private:
  using Place = JudgedAct::Place;

  void link();
  void note_agreed(Place transfer);
  bool has_given(Place transfer, const RecordId& site, const Past& past) const;
  bool is_stopped(Place act, const Past& past) const;
  std::vector<RecordId> acting(const std::vector<Place>& in_force) const;
  std::vector<bool> ground_of(Place transfer) const;

  Void judge(JudgedAct& act,
             const HoldingAct& asked,
             const HoldingContext& context,
             const Past& past) const;
  Void judge_transfer(JudgedAct& act, const HoldingContext& context, const Past& past) const;
  /// Whether the organisation may ask for a ruling on what is contested so.
  static bool may_escalate(const RecordId& org, const HoldingContext& context, const Tenure& now);
  Void judge_ruling(const JudgedAct& act,
                    const HoldingContext& context,
                    const Tenure& now,
                    const Past& past) const;
  Void judge_phase(JudgedAct& act, const HoldingContext& context, const Tenure& now) const;
  Void judge_answer(const JudgedAct& act, const HoldingContext& context, const Past& past) const;

  std::vector<JudgedAct> acts_;
  std::vector<std::vector<Place>> answers_;  ///< By the place of what they answer.
  /// The transfers that are agreed. What is not agreed now was not in anybody's past.
  std::vector<Place> agreed_;
};

/// Whether somebody is to agree to something: a contest, or an open transfer.
bool wants_answer(const Holding& holding);

/// Whether a record's phase fixes what all partners decide together.
bool is_closed(const Tenure& phase);

}  // namespace guantong
