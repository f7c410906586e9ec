#include "sync/slot_merge.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sync/base/contains.h"
#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/schema.h"
#include "sync/text/text_merge.h"
#include "sync/value.h"

namespace guantong {
namespace {

struct Head {
  Dot dot;
  const VersionFacts* facts = nullptr;
};

/// Puts the heads themselves where they were settled as one.
void unsettle(std::vector<Dot>& dots, const Versions& versions) {
  const auto* settled = versions.settled();
  if (settled == nullptr || std::erase(dots, Settled::dot) == 0) return;
  dots.insert(dots.end(), settled->heads.begin(), settled->heads.end());
  std::ranges::sort(dots);
  const auto repeated = std::ranges::unique(dots);
  dots.erase(repeated.begin(), repeated.end());
}

/// A decision is a version whose nearest superseded versions differ; it is never idle.
Result<bool> is_decision(const VersionFacts& facts, Versions& versions) {
  if (facts.over == std::vector{Settled::dot}) return versions.settled()->differed;
  const VersionFacts* first = nullptr;
  for (const auto& dot : facts.over) {
    const auto* below = TRY(versions.facts(dot));
    if (first == nullptr) first = below;
    if (below->value != first->value) return true;
  }
  return false;
}

/// Where two chains of versions meet, each of which supersedes one other; nothing where they are no
/// chains as far as that, or have nothing in common. Both may lie on one chain.
Result<std::optional<Dot>> meet_of_chains(Dot a, Dot b, Versions& versions) {
  while (a != b) {
    const auto* of_a = TRY(versions.facts(a));
    const auto* of_b = TRY(versions.facts(b));
    const bool a_is_later = std::pair{of_a->rank, a} > std::pair{of_b->rank, b};
    const auto& over = a_is_later ? of_a->over : of_b->over;
    if (over.size() != 1) return std::optional<Dot>{};
    (a_is_later ? a : b) = over.front();
  }
  return std::optional{a};
}

/// The one version that all heads build on, where what they build on are chains: after nearly all
/// edits. Else nothing, and `meet_of` looks closer.
Result<std::optional<Dot>> meet_of_chains(std::span<const Dot> heads, Versions& versions) {
  std::optional<Dot> meet;
  for (const auto& head : heads) {
    const auto* facts = TRY(versions.facts(head));
    if (facts->over.size() != 1) return std::optional<Dot>{};
    const auto& below = facts->over.front();
    if (meet) {
      meet = TRY(meet_of_chains(*meet, below, versions));
      if (!meet) return meet;
    } else {
      meet = below;
    }
  }
  return meet;
}

/// Versions as they are, whatever was settled.
class Unsettled final : public Versions {
public:
  explicit Unsettled(Versions& versions) : versions_{versions} {}

  Result<const VersionFacts*> facts(const Dot& dot) override {
    const auto* facts = TRY(versions_.facts(dot));
    if (!contains(facts->over, Settled::dot)) return facts;
    auto [known, fresh] = known_.try_emplace(dot, *facts);
    if (fresh) unsettle(known->second.over, versions_);
    return &known->second;
  }

private:
  Versions& versions_;
  std::map<Dot, VersionFacts> known_;
};

/// The maximal common ancestors of `heads`, in no particular order.
Result<std::vector<Dot>> paint_down(const std::vector<Dot>& heads, Versions& versions) {
  // Paint down from the heads, latest first: a version that every head's colour reaches is common;
  // what lies below a common one is common but not maximal.
  struct Paint {
    std::vector<bool> colours;
    bool below_common = false;
  };
  std::map<std::pair<CausalRank, Dot>, Paint, std::greater<>> open;
  std::size_t undecided = 0;  // Entries of `open` that are not below a common version.
  const auto paint =
      [&](const Dot& dot, const std::vector<bool>& colours, bool below) -> Result<void> {
    const auto* facts = TRY(versions.facts(dot));
    auto [entry, fresh] = open.try_emplace({facts->rank, dot});
    auto& mine = entry->second;
    if (fresh) {
      mine.colours.assign(heads.size(), false);
      ++undecided;
    }
    for (std::size_t i = 0; i < colours.size(); ++i) {
      if (colours[i]) mine.colours[i] = true;
    }
    if (below && !mine.below_common) {
      mine.below_common = true;
      --undecided;
    }
    return {};
  };
  for (std::size_t i = 0; i < heads.size(); ++i) {
    std::vector<bool> colour(heads.size(), false);
    colour[i] = true;
    const auto* facts = TRY(versions.facts(heads[i]));
    for (const auto& dot : facts->over)
      TRY(paint(dot, colour, false));
  }
  std::vector<Dot> meet;
  while (undecided > 0) {
    const auto [key, mine] = *open.begin();
    open.erase(open.begin());
    if (!mine.below_common) --undecided;
    const bool common = std::ranges::all_of(mine.colours, [](bool reached) { return reached; });
    if (common && !mine.below_common) meet.push_back(key.second);
    const auto* facts = TRY(versions.facts(key.second));
    for (const auto& dot : facts->over)
      TRY(paint(dot, mine.colours, common || mine.below_common));
  }
  return meet;
}

class Joiner {
public:
  Joiner(const RecordType& type, Slot slot, Versions& versions)
      : type_{type}, slot_{slot}, rule_{type.merge_of(slot)}, versions_{versions} {}

  Result<SlotSummary> summarise(const std::vector<Dot>& dots) {
    const auto heads = TRY(heads_of(dots));
    if (is_one_value(heads)) return SlotSummary{Value{heads.front().facts->value}};
    if (rule_ == MergeRule::state || rule_ == MergeRule::text) {
      auto outcome = TRY(rule_ == MergeRule::state ? join_state(heads) : join_text(heads));
      return SlotSummary{std::move(outcome.value), outcome.conflict, outcome.joined};
    }
    std::vector<Dot> idle;
    const auto remaining = TRY(without_idle(heads, idle));
    if (is_one_value(remaining))
      return SlotSummary{Value{remaining.front().facts->value}, false, true};
    const auto value = TRY(decided_or_base(remaining, heads));
    return SlotSummary{Value{value}, true, false};
  }

  Result<SlotOutcome> join(const std::vector<Dot>& dots) {
    const auto heads = TRY(heads_of(dots));
    if (is_one_value(heads))
      return SlotOutcome{Value{heads.front().facts->value}, false, false, {}, {}, {}, {}};
    if (rule_ == MergeRule::state) return join_state(heads);
    return rule_ == MergeRule::text ? join_text(heads) : join_register(heads);
  }

private:
  Result<std::vector<Head>> heads_of(const std::vector<Dot>& dots) {
    std::vector<Head> heads;
    heads.reserve(dots.size());
    for (const auto& dot : dots) {
      const auto* facts = TRY(versions_.facts(dot));
      heads.push_back({dot, facts});
    }
    return heads;
  }

  static bool is_one_value(const std::vector<Head>& heads) {
    return std::ranges::all_of(
        heads, [&](const Head& head) { return head.facts->value == heads.front().facts->value; });
  }

  static std::vector<Dot> dots_of(const std::vector<Head>& heads) {
    std::vector<Dot> dots;
    dots.reserve(heads.size());
    for (const auto& head : heads)
      dots.push_back(head.dot);
    return dots;
  }

  /// base(H): the value in force of what all heads build on.
  Result<std::string_view> base_of(std::span<const Dot> dots) {
    if (const auto meet = TRY(meet_of_chains(dots, versions_))) {
      const auto* facts = TRY(versions_.facts(*meet));
      return facts->value;
    }
    std::vector<Dot> heads{dots.begin(), dots.end()};
    std::ranges::sort(heads);
    if (const auto known = bases_.find(heads); known != bases_.end())
      return std::string_view{known->second};
    const auto meet = TRY(meet_of(heads, versions_));
    Value value;
    if (const auto* settled = versions_.settled(); settled != nullptr && meet == settled->heads) {
      value = settled->value;
    } else if (!meet.empty()) {
      auto below = TRY(summarise(meet));
      value = std::move(below.value);
    }
    auto& kept = bases_[std::move(heads)];
    kept = std::move(value);
    return std::string_view{kept};
  }

  Result<SlotOutcome> join_state(const std::vector<Head>& heads) {
    const auto* cautious = &heads.front();
    for (const auto& head : heads) {
      if (caution(head.facts->value) < caution(cautious->facts->value)) cautious = &head;
    }
    SlotOutcome outcome;
    outcome.value = cautious->facts->value;
    for (const auto& head : heads) {
      if (head.facts->value != outcome.value) outcome.idle.push_back(head.dot);
    }
    outcome.joined = !outcome.idle.empty();
    return outcome;
  }

  /// M8: smaller is more cautious. A choice unknown to this program is the most cautious of all,
  /// then by number so that every replica at one level picks the same; no value is the least.
  std::pair<std::uint64_t, std::uint64_t> caution(std::string_view value) const {
    constexpr auto last = std::numeric_limits<std::uint64_t>::max();
    if (value.empty()) return {last, 0};
    if (slot_ == life_cycle) return {value == life_active ? 1 : 2, 0};
    const Field& field = *type_.field(slot_);
    const auto number = integer_in(field, value).value_or(0);
    const Choice* choice = field.choice(number);
    return {choice == nullptr ? 0 : choice->caution, static_cast<std::uint64_t>(number)};
  }

  /// M6 between two heads.
  Result<bool> is_idle(const Head& head, const Head& other) {
    if (head.facts->value == other.facts->value) return false;
    const auto base = TRY(base_of(head, other));
    return head.facts->value == base;
  }

  Result<std::string_view> base_of(const Head& a, const Head& b) {
    const auto& over = a.facts->over;
    if (over.size() != 1 || over != b.facts->over) return base_of(std::array{a.dot, b.dot});
    const auto* facts = TRY(versions_.facts(over.front()));
    return facts->value;
  }

  Result<std::vector<Head>> without_idle(const std::vector<Head>& heads, std::vector<Dot>& idle) {
    std::vector<Head> sides;
    for (const auto& head : heads) {
      bool set_back = false;
      if (!TRY(is_decision(*head.facts, versions_))) {
        for (const auto& other : heads)
          set_back = set_back || TRY(is_idle(head, other));
      }
      if (set_back) {
        idle.push_back(head.dot);
      } else {
        sides.push_back(head);
      }
    }
    if (!sides.empty()) return sides;
    idle.clear();
    return heads;
  }

  /// M7: what is in force while `remaining` of `heads` differ.
  Result<std::string_view> decided_or_base(const std::vector<Head>& remaining,
                                           const std::vector<Head>& heads) {
    std::optional<std::string_view> decided;
    bool agree = true;
    for (const auto& head : remaining) {
      if (!head.facts->decides) continue;
      agree = agree && decided.value_or(head.facts->value) == head.facts->value;
      decided = head.facts->value;
    }
    if (decided && agree) return *decided;
    return base_of(dots_of(heads));
  }

  static void add_sides(const std::vector<Head>& heads, SlotOutcome& outcome) {
    std::map<std::string_view, std::vector<Dot>> by_value;
    for (const auto& head : heads)
      by_value[head.facts->value].push_back(head.dot);
    for (auto& [value, dots] : by_value)
      outcome.sides.push_back({Value{value}, std::move(dots)});
  }

  Result<void> add_base(const std::vector<Head>& heads, SlotOutcome& outcome) {
    const auto dots = dots_of(heads);
    outcome.meet = TRY(meet_of(dots, versions_));
    outcome.base = TRY(base_of(dots));
    return {};
  }

  Result<SlotOutcome> join_register(const std::vector<Head>& heads) {
    SlotOutcome outcome;
    const auto remaining = TRY(without_idle(heads, outcome.idle));
    if (is_one_value(remaining)) {
      outcome.value = remaining.front().facts->value;
      outcome.joined = true;
      return outcome;
    }
    outcome.conflict = true;
    add_sides(remaining, outcome);
    TRY(add_base(heads, outcome));
    outcome.value = TRY(decided_or_base(remaining, heads));
    return outcome;
  }

  std::string text(std::string_view value) const {
    return std::string{text_in(*type_.field(slot_), value).value_or("")};
  }

  Result<SlotOutcome> join_text(const std::vector<Head>& heads) {
    SlotOutcome outcome;
    TRY(add_base(heads, outcome));
    std::vector<TextSide> sides;
    for (const auto& head : heads) {
      TextSide side{text(head.facts->value), {}, head.facts->decides};
      auto over = head.facts->over;
      unsettle(over, versions_);
      for (const auto& dot : over) {
        const auto* below = TRY(versions_.facts(dot));
        side.over.push_back(text(below->value));
      }
      sides.push_back(std::move(side));
    }
    std::optional<Error> failure;
    const auto merged = merge_texts(text(outcome.base), sides, [&](std::size_t a, std::size_t b) {
      auto base = base_of(heads[a], heads[b]);
      if (base) return text(*base);
      failure = std::move(base).error();
      return std::string{};
    });
    if (failure) return *std::move(failure);
    outcome.value = text_value(*type_.field(slot_), merged.text);
    outcome.conflict = merged.conflict;
    outcome.joined = !merged.conflict;
    if (merged.conflict) add_sides(heads, outcome);
    return outcome;
  }

  const RecordType& type_;
  Slot slot_;
  MergeRule rule_;
  Versions& versions_;
  std::map<std::vector<Dot>, Value> bases_;
};

}  // namespace

Result<SlotSummary> summarise(const RecordType& type,
                              Slot slot,
                              const std::vector<Dot>& heads,
                              Versions& versions) {
  return Joiner{type, slot, versions}.summarise(heads);
}

Result<SlotOutcome> join(const RecordType& type,
                         Slot slot,
                         const std::vector<Dot>& heads,
                         Versions& versions) {
  return Joiner{type, slot, versions}.join(heads);
}

Result<std::vector<Dot>> meet_of(const std::vector<Dot>& heads, Versions& versions) {
  std::vector<Dot> meet;
  if (const auto one = TRY(meet_of_chains(heads, versions))) {
    meet.push_back(*one);
  } else {
    meet = TRY(paint_down(heads, versions));
    // What was settled may lie below another common version that reaches its heads one by one.
    if (meet.size() > 1 && contains(meet, Settled::dot)) {
      Unsettled plain{versions};
      meet = TRY(paint_down(heads, plain));
    }
  }
  unsettle(meet, versions);
  std::ranges::sort(meet);
  return meet;
}

}  // namespace guantong
