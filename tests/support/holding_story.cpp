#include "tests/support/holding_story.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "sync/change.h"
#include "sync/holding.h"

namespace guantong::test {
namespace {

using Kind = HoldingAct::Kind;
using Mask = HoldingStory::Mask;

HoldingContext context_of(const HoldingStory::Entry& entry) {
  HoldingContext context;
  context.author = org(entry.site);
  context.is_member = true;
  context.judge = org(HoldingStory::judge);
  return context;
}

std::string names(const std::vector<RecordId>& sites) {
  std::string text;
  for (const auto& site : sites)
    text += static_cast<char>('A' + site.bytes[0]);
  return text;
}

}  // namespace

RecordId org(std::size_t number) {
  RecordId id;
  id.bytes[0] = static_cast<std::uint8_t>(number);
  id.bytes[1] = 1;
  return id;
}

Mask HoldingStory::sight(std::size_t site, Mask acts) const {
  Mask seen = 0;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if ((acts >> i & 1U) != 0 || entries_[i].site == site) seen |= Mask{1} << i | entries_[i].seen;
  }
  return seen;
}

HoldingStory::Act HoldingStory::add(std::size_t site, HoldingAct act, Mask seen) {
  entries_.push_back({site, std::move(act), sight(site, seen)});
  return entries_.size() - 1;
}

Tenure HoldingStory::tenure(Mask seen) const {
  return in_order().tenure(MaskPast{seen});
}

HoldingStory::Act HoldingStory::give(std::size_t site, std::size_t to, Mask seen) {
  HoldingAct act;
  act.to = org(to);
  const auto holding = in_order();
  for (const auto place : holding.tenure(MaskPast{sight(site, seen)}).in_force)
    act.after.push_back(holding.acts()[place].dot);
  return add(site, std::move(act), seen);
}

HoldingStory::Act HoldingStory::take_up(std::size_t site, Act invite, Mask seen) {
  const auto act = claim(site, seen);
  entries_[act].act.under = dot(invite);
  return act;
}

HoldingStory::Act HoldingStory::rule(std::size_t site, std::size_t to, Mask seen) {
  const auto act = give(site, to, seen);
  entries_[act].act.ruling = true;
  return act;
}

HoldingStory::Act HoldingStory::invite(std::size_t site, Mask seen) {
  const auto act = claim(site, seen);
  entries_[act].act.kind = Kind::invite;
  return act;
}

HoldingStory::Act HoldingStory::answer(std::size_t site, Kind kind, Act of, Mask seen) {
  HoldingAct act;
  act.kind = kind;
  act.of = dot(of);
  return add(site, std::move(act), seen);
}

HoldingStory::Act HoldingStory::escalate(std::size_t site, Mask seen) {
  HoldingAct act;
  act.kind = Kind::escalate;
  return add(site, std::move(act), seen);
}

Holding HoldingStory::deliver(const std::vector<Act>& order) const {
  Holding holding;
  for (const auto act : order) {
    const auto& entry = entries_[act];
    holding.take(dot(act), entry.act, context_of(entry), MaskPast{entry.seen});
  }
  return holding;
}

Holding HoldingStory::in_order() const {
  std::vector<Act> order(entries_.size());
  std::iota(order.begin(), order.end(), Act{0});
  return deliver(order);
}

std::vector<std::string> picture(const Holding& holding) {
  std::vector<std::string> lines;
  for (JudgedAct::Place place = 0; place < holding.acts().size(); ++place) {
    const auto& act = holding.acts()[place];
    std::string line = std::to_string(act.dot.stream) + " verdict " +
                       std::to_string(static_cast<int>(act.verdict));
    if (act.kind == Kind::transfer) {
      line += " status " + std::to_string(static_cast<int>(holding.status(place)));
      line += " missing " + names(holding.missing(place));
    }
    lines.push_back(std::move(line));
  }
  std::ranges::sort(lines);
  const auto tenure = holding.tenure(WholePast{});
  lines.push_back("receivers " + names(tenure.receivers) + ", acting " + names(tenure.acting));
  return lines;
}

std::vector<std::vector<HoldingStory::Act>> deliveries(const HoldingStory& story) {
  std::vector<std::vector<HoldingStory::Act>> all;
  std::vector<HoldingStory::Act> order;
  const std::function<void(Mask)> extend = [&](Mask here) {
    if (here == story.everything()) all.push_back(order);
    for (std::size_t act = 0; act < story.entries().size(); ++act) {
      const bool missing = (here >> act & 1U) == 0;
      if (!missing || (story.entries()[act].seen & ~here) != 0) continue;
      order.push_back(act);
      extend(here | Mask{1} << act);
      order.pop_back();
    }
  };
  extend(0);
  return all;
}

}  // namespace guantong::test
