#include "sync/holding.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "sync/change.h"
#include "sync/members.h"

namespace guantong {
namespace {

using Kind = HoldingAct::Kind;

template <class T>
void sort_once(std::vector<T>& values) {
  std::ranges::sort(values);
  const auto repeated = std::ranges::unique(values);
  values.erase(repeated.begin(), repeated.end());
}

template <class T>
bool holds(const std::vector<T>& values, const T& value) {
  return std::ranges::find(values, value) != values.end();
}

}  // namespace

std::optional<JudgedAct::Place> Holding::find(const Dot& dot) const {
  // From the end: what is named is mostly of late.
  for (auto place = acts_.size(); place > 0; --place) {
    if (acts_[place - 1].dot == dot) return static_cast<Place>(place - 1);
  }
  return std::nullopt;
}

void Holding::link() {
  answers_.assign(acts_.size(), {});
  for (Place place = 0; place < acts_.size(); ++place) {
    if (acts_[place].of) answers_[*acts_[place].of].push_back(place);
  }
  agreed_.clear();
  for (Place place = 0; place < acts_.size(); ++place)
    note_agreed(place);
}

void Holding::note_agreed(Place transfer) {
  if (is_agreed(transfer, WholePast{}) && !holds(agreed_, transfer)) agreed_.push_back(transfer);
}

bool Holding::has_given(Place transfer, const RecordId& site, const Past& past) const {
  const auto& act = acts_[transfer];
  if (site == act.by || (act.under && site == acts_[*act.under].by)) return true;
  return std::ranges::any_of(answers_[transfer], [&](Place place) {
    const auto& answer = acts_[place];
    return answer.kind == Kind::consent && answer.counts() && answer.by == site &&
           past.contains(answer.dot);
  });
}

bool Holding::is_agreed(Place transfer, const Past& past) const {
  const auto& act = acts_[transfer];
  if (act.kind != Kind::transfer || !act.counts() || !past.contains(act.dot)) return false;
  return std::ranges::all_of(act.needed,
                             [&](const RecordId& site) { return has_given(transfer, site, past); });
}

bool Holding::is_stopped(Place act, const Past& past) const {
  return std::ranges::any_of(answers_[act], [&](Place place) {
    const auto& answer = acts_[place];
    return answer.kind != Kind::consent && answer.counts() && past.contains(answer.dot);
  });
}

Tenure Holding::contenders(const Past& past) const {
  std::vector<Place> followed;
  Tenure tenure;
  for (const auto place : agreed_) {
    if (!is_agreed(place, past)) continue;
    tenure.in_force.push_back(place);
    followed.insert(followed.end(), acts_[place].after.begin(), acts_[place].after.end());
  }
  sort_once(followed);
  std::erase_if(tenure.in_force,
                [&](Place place) { return std::ranges::binary_search(followed, place); });
  std::ranges::sort(tenure.in_force);
  for (const auto place : tenure.in_force)
    tenure.receivers.push_back(acts_[place].to);
  sort_once(tenure.receivers);
  return tenure;
}

Tenure Holding::tenure(const Past& past) const {
  auto tenure = contenders(past);
  tenure.acting = acting(tenure.in_force);
  return tenure;
}

std::vector<bool> Holding::ground_of(Place transfer) const {
  std::vector<bool> ground(acts_.size());
  std::vector<Place> open{transfer};
  while (!open.empty()) {
    const auto place = open.back();
    open.pop_back();
    if (ground[place]) continue;
    ground[place] = true;
    open.insert(open.end(), acts_[place].after.begin(), acts_[place].after.end());
  }
  return ground;
}

std::vector<RecordId> Holding::acting(const std::vector<Place>& in_force) const {
  std::vector<RecordId> receivers;
  for (const auto place : in_force)
    receivers.push_back(acts_[place].to);
  sort_once(receivers);
  if (receivers.size() <= 1) return receivers;

  std::vector<std::vector<bool>> grounds;
  std::vector<bool> common(acts_.size(), true);
  for (const auto contender : in_force) {
    grounds.push_back(ground_of(contender));
    for (Place place = 0; place < acts_.size(); ++place)
      common[place] = common[place] && grounds.back()[place];
  }
  std::vector<Place> built_on;  // Contenders who stand on more than their own transfer.
  for (std::size_t i = 0; i < in_force.size(); ++i) {
    std::size_t since_fork = 0;
    for (Place place = 0; place < acts_.size(); ++place)
      if (grounds[i][place] && !common[place]) ++since_fork;
    if (since_fork > 1) built_on.push_back(in_force[i]);
  }
  if (built_on.size() == 1) return {acts_[built_on.front()].to};

  auto latest = common;
  for (Place place = 0; place < acts_.size(); ++place) {
    if (!common[place]) continue;
    for (const auto followed : acts_[place].after)
      latest[followed] = false;
  }
  std::vector<Place> incumbent;
  for (Place place = 0; place < acts_.size(); ++place) {
    if (latest[place]) incumbent.push_back(place);
  }
  return incumbent.empty() ? receivers : acting(incumbent);
}

bool Holding::may_escalate(const RecordId& org, const HoldingContext& context, const Tenure& now) {
  return org == context.judge || holds(now.receivers, org) ||
         (context.any_partner_escalates && holds(context.partners, org));
}

Void Holding::judge_ruling(const JudgedAct& act,
                           const HoldingContext& context,
                           const Tenure& now,
                           const Past& past) const {
  if (!now.contested()) return Void::no_contest;
  if (act.by != context.judge || holds(now.receivers, act.by)) return Void::no_judge;
  if (!holds(now.receivers, act.to) && !holds(acting(now.in_force), act.to))
    return Void::no_candidate;
  const bool escalated = std::ranges::any_of(acts_, [&](const JudgedAct& other) {
    return other.kind == Kind::escalate && other.counts() && past.contains(other.dot) &&
           may_escalate(other.by, context, now);
  });
  return escalated ? Void::none : Void::not_escalated;
}

Void Holding::judge_phase(JudgedAct& act, const HoldingContext& context, const Tenure& now) const {
  if (act.kind == Kind::invite || !holds(context.partners, act.by)) return Void::not_concerned;
  if (act.ruling) return Void::no_judge;
  const auto is = now.free() ? std::vector{draft_phase} : now.receivers;
  if (is == std::vector{act.to}) return Void::no_change;
  if (act.to != draft_phase && act.to != context.content) return Void::other_content;
  act.under.reset();  // Nobody can sign beforehand whatever it may be.
  act.needed = context.partners;
  return Void::none;
}

Void Holding::judge_transfer(JudgedAct& act,
                             const HoldingContext& context,
                             const Past& past) const {
  const auto now = contenders(past);
  if (act.after != now.in_force) return Void::not_in_force;
  if (context.subject == HeldSubject::phase) return judge_phase(act, context, now);
  // A record without an owner is one that is not there.
  if (context.subject == HeldSubject::owner && now.free()) return Void::not_there;
  auto holders = now.receivers;
  if (context.speaker) std::ranges::transform(holders, holders.begin(), context.speaker);
  if (act.kind == Kind::invite) {
    return holds(holders, act.by) ? Void::none : Void::not_concerned;
  }
  if (act.ruling) return judge_ruling(act, context, now, past);
  if (now.receivers == std::vector{act.to}) return Void::no_change;
  // An offer to all that has ended, or was for another tenure, is as none.
  if (act.under) {
    const auto& invite = acts_[*act.under];
    const bool stands = invite.kind == Kind::invite && invite.counts() &&
                        invite.after == act.after && !is_stopped(*act.under, past);
    if (!stands) act.under.reset();
  }
  act.needed = std::move(holders);
  act.needed.push_back(act.to);
  sort_once(act.needed);
  return Void::none;
}

Void Holding::judge_answer(const JudgedAct& act,
                           const HoldingContext& context,
                           const Past& past) const {
  const auto& asked = acts_[*act.of];
  if (!asked.counts()) return Void::not_there;
  const bool own = act.by == asked.by;
  if (asked.kind == Kind::invite)
    return act.kind == Kind::withdraw && own ? Void::none : Void::not_concerned;
  if (asked.kind != Kind::transfer) return Void::not_there;
  const bool is_needed = holds(asked.needed, act.by);
  if (act.kind == Kind::withdraw ? !own : !is_needed) return Void::not_concerned;
  // Also where it was agreed: then it is in force itself, or something follows it.
  if (contenders(past).in_force != asked.after) return Void::too_late;
  if (act.kind != Kind::consent) return Void::none;
  if (is_stopped(*act.of, past)) return Void::stopped;
  const bool closes = context.subject == HeldSubject::phase && asked.to != draft_phase;
  return closes && asked.to != context.content ? Void::other_content : Void::none;
}

Void Holding::judge(JudgedAct& act,
                    const HoldingAct& asked,
                    const HoldingContext& context,
                    const Past& past) const {
  const auto place_of = [&](const Dot& dot) {
    return past.contains(dot) ? find(dot) : std::optional<Place>{};
  };
  for (const auto& dot : asked.after) {
    const auto place = place_of(dot);
    if (!place) return Void::not_in_force;
    act.after.push_back(*place);
  }
  sort_once(act.after);
  if (asked.under) act.under = place_of(*asked.under);
  if (asked.of) act.of = place_of(*asked.of);
  if (!context.is_member) return Void::no_member;
  switch (act.kind) {
    case Kind::transfer:
    case Kind::invite:
      return judge_transfer(act, context, past);
    case Kind::consent:
    case Kind::withdraw:
    case Kind::decline:
      return act.of ? judge_answer(act, context, past) : Void::not_there;
    case Kind::escalate: {
      const auto now = contenders(past);
      if (!now.contested() || context.subject == HeldSubject::phase) return Void::no_contest;
      return may_escalate(act.by, context, now) ? Void::none : Void::not_concerned;
    }
  }
  return Void::not_there;
}

void Holding::root(const Dot& dot, const RecordId& owner) {
  JudgedAct creation;
  creation.dot = dot;
  creation.by = owner;
  creation.to = owner;
  answers_.emplace_back();
  agreed_.push_back(static_cast<Place>(acts_.size()));
  acts_.push_back(std::move(creation));
}

const JudgedAct& Holding::take(const Dot& dot,
                               const HoldingAct& act,
                               const HoldingContext& context,
                               const Past& past) {
  JudgedAct judged;
  judged.dot = dot;
  judged.kind = act.kind;
  judged.by = context.author;
  judged.to = act.to;
  judged.ruling = act.ruling;
  judged.verdict = judge(judged, act, context, past);
  const auto place = static_cast<Place>(acts_.size());
  answers_.emplace_back();
  if (judged.of) answers_[*judged.of].push_back(place);
  acts_.push_back(std::move(judged));
  note_agreed(acts_.back().of.value_or(place));
  return acts_.back();
}

TransferStatus Holding::status(Place transfer) const {
  const WholePast now;
  const auto& act = acts_[transfer];
  if (!act.counts()) return TransferStatus::voided;
  const auto tenure = contenders(now);
  if (holds(tenure.in_force, transfer)) return TransferStatus::in_force;
  if (is_agreed(transfer, now)) return TransferStatus::followed;
  if (tenure.in_force != act.after) return TransferStatus::overtaken;
  return is_stopped(transfer, now) ? TransferStatus::stopped : TransferStatus::open;
}

bool Holding::stands(Place invite) const {
  const auto& act = acts_[invite];
  return act.kind == Kind::invite && act.counts() &&
         act.after == contenders(WholePast{}).in_force && !is_stopped(invite, WholePast{});
}

std::vector<RecordId> Holding::missing(Place transfer) const {
  std::vector<RecordId> missing;
  for (const auto& site : acts_[transfer].needed) {
    if (!has_given(transfer, site, WholePast{})) missing.push_back(site);
  }
  return missing;
}

bool is_closed(const Tenure& phase) {
  return std::ranges::any_of(phase.receivers, [](const RecordId& to) { return to != draft_phase; });
}

bool wants_answer(const Holding& holding) {
  for (JudgedAct::Place place = 0; place < holding.acts().size(); ++place) {
    const bool transfer = holding.acts()[place].kind == Kind::transfer;
    if (transfer && holding.status(place) == TransferStatus::open) return true;
  }
  return holding.contenders(WholePast{}).contested();
}

}  // namespace guantong
