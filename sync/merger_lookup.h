// Where Merger finds what the heads of a slot are joined from.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "sync/base/error.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/members.h"
#include "sync/merger.h"
#include "sync/read_change.h"
#include "sync/recent_changes.h"
#include "sync/record_state.h"
#include "sync/rights.h"
#include "sync/slot_merge.h"

namespace guantong {

/// Where joining finds changes and who wrote them.
class Merger::Source {
public:
  Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  Source(Source&&) = delete;
  Source& operator=(Source&&) = delete;
  virtual ~Source() = default;

  virtual Result<ReadChange> read(const Dot& dot) const = 0;
  virtual Result<RecentChanges::Wrote> wrote(const Dot& dot) const = 0;
};

/// What passed by lately, and is not changed while others look there too; nothing else.
class Merger::Memory final : public Source {
public:
  explicit Memory(const RecentChanges& recent) : recent_{recent} {}

  Result<ReadChange> read(const Dot& dot) const override {
    if (const auto known = recent_.find(dot)) return *known;
    return unknown(dot);
  }
  Result<RecentChanges::Wrote> wrote(const Dot& dot) const override {
    if (const auto known = recent_.wrote(dot)) return *known;
    return unknown(dot);
  }

private:
  static Error unknown(const Dot& dot) {
    return fail(Errc::not_found, "change {} of stream {} is not here", dot.n, dot.stream);
  }

  const RecentChanges& recent_;
};

/// All changes that are here.
class Merger::Everything final : public Source {
public:
  explicit Everything(Merger& merger) : merger_{merger} {}

  Result<ReadChange> read(const Dot& dot) const override { return merger_.read(dot); }
  Result<RecentChanges::Wrote> wrote(const Dot& dot) const override {
    if (const auto known = merger_.recent_.wrote(dot)) return *known;
    return merger_.wrote(dot);
  }

private:
  Merger& merger_;
};

/// Serves one slot's versions to `join`, as they rank for somebody who has seen `now`.
class Merger::Lookup : public Versions {
public:
  Lookup(const Source& source,
         const Rights& rights,
         const Work& work,
         Slot slot,
         const Past& now,
         const Settled* settled = nullptr)
      : source_{source},
        rights_{rights},
        work_{work},
        slot_{slot},
        state_{work.state.find(slot)},
        now_{now},
        settled_{settled} {}

  const Settled* settled() const override { return settled_; }

  Result<const VersionFacts*> facts(const Dot& dot) override {
    if (const auto known = facts_.find(dot); known != facts_.end()) return &known->second;
    if (settled_ != nullptr && dot == Settled::dot) return settled_facts();
    const auto read = TRY(source_.read(dot));
    const auto wrote = TRY(source_.wrote(dot));
    VersionFacts facts;
    facts.value = value_of(slot_, read);
    facts.rank = {wrote.generation, dot.n};
    facts.decides = ranks(wrote.site);
    std::set<Dot> walked;
    TRY(collect(edges(read.change, slot_), facts.over, walked));
    std::ranges::sort(facts.over);
    const auto repeated = std::ranges::unique(facts.over);
    facts.over.erase(repeated.begin(), repeated.end());
    if (settled_ != nullptr && facts.over == settled_->heads) facts.over = {Settled::dot};
    return &facts_.emplace(dot, std::move(facts)).first->second;
  }

private:
  const VersionFacts* settled_facts() {
    VersionFacts facts{settled_->value, settled_->heads, settled_->rank, false};
    return &facts_.emplace(Settled::dot, std::move(facts)).first->second;
  }

  /// Passes through proposals, which supersede nothing themselves.
  Result<void> collect(const std::vector<Dot>& dots,
                       std::vector<Dot>& over,
                       std::set<Dot>& walked) {
    for (const auto& dot : dots) {
      if (state_ == nullptr || state_->proposal(dot) == nullptr) {
        over.push_back(dot);
      } else if (walked.insert(dot).second) {
        const auto read = TRY(source_.read(dot));
        TRY(collect(edges(read.change, slot_), over, walked));
      }
    }
    return {};
  }

  bool ranks(const std::optional<SiteNo>& site) {
    const auto [known, fresh] = ranks_.try_emplace(site);
    if (fresh) known->second = rights_.ranks(*work_.type, work_.state, slot_, site, now_);
    return known->second;
  }

  const Source& source_;
  const Rights& rights_;
  const Work& work_;
  Slot slot_;
  const SlotState* state_;
  const Past& now_;
  const Settled* settled_;                                // Null: nothing is known.
  std::unordered_map<Dot, VersionFacts, DotHash> facts_;  // Others' pointers to it stay valid.
  std::map<std::optional<SiteNo>, bool> ranks_;
};

}  // namespace guantong
