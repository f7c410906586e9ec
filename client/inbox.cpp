#include "client/inbox.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "client/audit.h"
#include "client/clock.h"
#include "client/decisions.h"
#include "client/merged.h"
#include "client/reading.h"
#include "client/rules/rules.h"
#include "client/signing.h"
#include "client/syncing.h"
#include "client/tenures.h"
#include "client/workspace.h"
#include "sync/base/contains.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/holding.h"
#include "sync/members.h"

namespace guantong {
namespace {

enum class Side : std::uint8_t { ours, others, none };

/// Puts what waits where it belongs.
class Sorter {
public:
  Sorter(Workspace& workspace, Session& session)
      : session_{session},
        reading_{session.store()},
        own_{own_org(workspace, session)},
        own_site_{session.members().site(workspace.config().site)} {}

  Result<void> take(ConflictView conflict) {
    bool wrote = false;
    std::uint64_t since = 0;
    for (const auto& side : conflict.outcome.sides) {
      for (const auto& dot : side.dots) {
        const auto entry = TRY(history_entry(session_, dot));
        const auto author = TRY(session_.merger().author_of(dot));
        wrote = wrote || (own_site_ && author.site == own_site_);
        since = std::max(since, entry.ordered_ms());
      }
    }
    const bool decides = own_site_ && contains(conflict.deciders, *own_site_);
    const auto record = conflict.record;
    return put(decides ? Side::ours
               : wrote ? Side::others
                       : Side::none,
               record,
               {std::move(conflict), since});
  }

  Result<void> take(ProposalView proposal) {
    const auto entry = TRY(history_entry(session_, proposal.dot));
    const auto author = TRY(session_.merger().author_of(proposal.dot));
    const bool decides = own_site_ && contains(proposal.deciders, *own_site_);
    const bool own = own_site_ && author.site == own_site_;
    const auto record = proposal.record;
    return put(decides ? Side::ours
               : own   ? Side::others
                       : Side::none,
               record,
               {std::move(proposal), entry.ordered_ms()});
  }

  Result<void> take(TenureView tenure) {
    std::uint64_t since = 0;
    bool began = contains(tenure.tenure.receivers, own_);
    for (const auto& act : tenure.acts) {
      const bool waits = act.status == TransferStatus::open || act.stands ||
                         (tenure.tenure.contested() && act.status == TransferStatus::in_force);
      if (!waits) continue;
      since = std::max(since, act.written_ms);
      began = began || act.act.by == own_;
    }
    const auto side = tenure.asks(own_) ? Side::ours : began ? Side::others : Side::none;
    const auto record = tenure.record.number;
    return put(side, record, {std::move(tenure), since});
  }

  Result<void> take(SigningView signing) {
    std::uint64_t since = 0;
    bool has_signed = false;
    for (const auto& move : signing.moves) {
      if (move.status != TransferStatus::open) continue;
      for (const auto& signature : move.signatures) {
        since = std::max(since, signature.written_ms);
        has_signed = has_signed || signature.site == own_;
      }
    }
    const auto side = signing.asks(own_) ? Side::ours : has_signed ? Side::others : Side::none;
    const auto record = signing.record.number;
    return put(side, record, {std::move(signing), since});
  }

  void empty_into(Inbox& inbox) {
    inbox.for_us = sorted(std::move(ours_));
    inbox.for_others = sorted(std::move(others_));
  }

private:
  using Groups = std::map<RecordNo, InboxGroup>;

  Result<void> put(Side side, RecordNo record, InboxItem item) {
    if (side == Side::none) return {};
    auto& groups = side == Side::ours ? ours_ : others_;
    auto& group = groups[record];
    if (group.items.empty()) {
      group.record = TRY(reading_.read(record));
      group.title = TRY(reading_.title_of(group.record));
      group.since_ms = item.since_ms;
    }
    group.since_ms = std::min(group.since_ms, item.since_ms);
    group.items.push_back(std::move(item));
    return {};
  }

  static std::vector<InboxGroup> sorted(Groups groups) {
    std::vector<InboxGroup> list;
    for (auto& [record, group] : groups)
      list.push_back(std::move(group));
    std::ranges::sort(list, [](const InboxGroup& a, const InboxGroup& b) {
      return std::pair{a.since_ms, a.record.name()} < std::pair{b.since_ms, b.record.name()};
    });
    return list;
  }

  Session& session_;
  Reading reading_;
  RecordId own_;
  std::optional<SiteNo> own_site_;
  Groups ours_, others_;
};

}  // namespace

RecordId own_org(const Workspace& workspace, Session& session) {
  return session.members().founded() ? session.members().org_id(workspace.config().site)
                                     : RecordId{};
}

Result<Inbox> inbox(Workspace& workspace, Session& session) {
  Inbox inbox;
  Sorter sorter{workspace, session};
  const auto take_all = [&](auto views) -> Result<void> {
    for (auto& view : views)
      TRY(sorter.take(std::move(view)));
    return {};
  };
  auto tenures = TRY(open_tenures(session));
  TRY(take_all(std::move(tenures)));
  auto signings = TRY(open_signings(session));
  TRY(take_all(std::move(signings)));
  auto undecided = TRY(conflicts(session, {}));
  TRY(take_all(std::move(undecided)));
  auto suggested = TRY(proposals(session));
  TRY(take_all(std::move(suggested)));
  sorter.empty_into(inbox);
  const auto now = now_ms();
  inbox.merged = TRY(merged_since(session, now > merged_shown_ms ? now - merged_shown_ms : 0));
  inbox.set_aside = TRY(waiting(session.store()));
  const auto found = TRY(findings(session.store()));
  inbox.findings = static_cast<std::uint64_t>(std::ranges::count_if(
      found, [](const Finding& finding) { return finding.severity != Severity::hint; }));
  return inbox;
}

}  // namespace guantong
