#include "client/quarantine.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/audit.h"
#include "client/membership.h"
#include "client/text.h"
#include "client/workspace.h"
#include "sync/authority.h"
#include "sync/base/bytes.h"
#include "sync/base/error.h"
#include "sync/base/message.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/members.h"
#include "sync/store.h"

namespace guantong {
namespace {

constexpr std::array<std::pair<BatchVerdict, std::string_view>, 9> verdict_words{
    {{BatchVerdict::counts, "counts"},
     {BatchVerdict::admitted, "admitted"},
     {BatchVerdict::outsider, "outsider"},
     {BatchVerdict::grant_fell, "grant_fell"},
     {BatchVerdict::reads_only, "reads_only"},
     {BatchVerdict::expelled, "expelled"},
     {BatchVerdict::demoted, "demoted"},
     {BatchVerdict::forked, "forked"},
     {BatchVerdict::refused, "refused"}}};

/// Who wrote an act.
std::string author_of(const Members& members, const Act& act) {
  const auto* grant = members.authority().grant(act.by, act.under);
  return grant == nullptr ? "?" : grant->member.name + " (" + grant->member.site + ")";
}

/// The removals that stand against what a grant gave, each with its author and reason.
Result<std::vector<Message>> removals_of(Session& session, const GrantFact& grant) {
  std::vector<Message> causes;
  const auto& authority = session.members().authority();
  for (const auto number : authority.strikers()) {
    const auto& act = authority.acts()[number];
    if (!act.stands || !act.lowers(grant, grant.level)) continue;
    const auto change = TRY(session.store().change(act.dot));
    const auto by = author_of(session.members(), act);
    causes.push_back(change.why.empty()
                         ? message("{} put {} out", by, grant.member.name)
                         : message("{} put {} out: {}", by, grant.member.name, change.why));
  }
  return causes;
}

Message sentence_of(BatchVerdict verdict) {
  switch (verdict) {
    case BatchVerdict::outsider:
      return message("its author had not been admitted by anybody who may");
    case BatchVerdict::grant_fell:
      return message("its author was let in by somebody who had been put out");
    case BatchVerdict::reads_only:
      return message("its author may read, but not write");
    case BatchVerdict::expelled:
      return message("its author was expelled, and whoever did it had not seen this");
    case BatchVerdict::demoted:
      return message("its author's level was lowered, and whoever did it had not seen this");
    case BatchVerdict::forked:
      return message("its device signed two different batches with one number, here or before");
    case BatchVerdict::refused:
      return message("a coordinator refused it");
    case BatchVerdict::counts:
    case BatchVerdict::admitted:
      break;
  }
  return message("it counts");
}

Result<Message> reason_of(Session& session, const StoredBatch& batch) {
  auto reason = sentence_of(batch.verdict);
  const auto& members = session.members();
  const auto* grant = members.grant_of(batch.stream, batch.under);
  if (grant == nullptr) return reason;
  if (batch.verdict == BatchVerdict::grant_fell) {
    const auto& giving = members.authority().acts()[grant->act];
    const auto* giver = members.authority().grant(giving.by, giving.under);
    reason.causes.push_back(
        message("{} was let in by {}", grant->member.name, author_of(members, giving)));
    if (giver != nullptr) {
      auto more = TRY(removals_of(session, *giver));
      for (auto& cause : more)
        reason.causes.push_back(std::move(cause));
    }
  } else if (batch.verdict == BatchVerdict::expelled || batch.verdict == BatchVerdict::demoted) {
    reason.causes = TRY(removals_of(session, *grant));
  }
  return reason;
}

Result<Quarantined> view_of(Session& session, const StoredBatch& batch) {
  Quarantined view;
  view.id = to_hex(batch.digest.raw());
  view.site = batch.site;
  const auto tip = TRY(session.store().tip(batch.stream));
  view.device = to_hex(tip.device.raw());
  const auto* grant = session.members().grant_of(batch.stream, batch.under);
  if (grant == nullptr) grant = session.members().best_grant(batch.stream);
  if (grant != nullptr) view.person = grant->member.name;
  view.number = batch.number;
  view.arrived_ms = batch.arrived_ms;
  view.commit = to_hex(batch.commit.raw());
  view.code = word_of(batch.verdict);
  view.reason = TRY(reason_of(session, batch));
  for (auto n = batch.first_n; n <= batch.last_n; ++n) {
    auto entry = TRY(history_entry(session, {batch.stream, n}));
    view.changes.push_back(std::move(entry));
  }
  return view;
}

}  // namespace

std::string_view word_of(BatchVerdict verdict) {
  return std::ranges::find(
             verdict_words, verdict, &std::pair<BatchVerdict, std::string_view>::first)
      ->second;
}

Result<std::vector<Quarantined>> quarantined(Session& session) {
  std::vector<Quarantined> views;
  const auto batches = TRY(session.store().quarantined());
  for (const auto& batch : batches) {
    auto view = TRY(view_of(session, batch));
    views.push_back(std::move(view));
  }
  return views;
}

Result<Quarantined> rule_on(Workspace& workspace,
                            std::string_view id,
                            bool admits,
                            std::string_view why) {
  auto session = TRY(Session::begin(workspace.store()));
  const auto all = TRY(quarantined(*session));
  std::optional<Quarantined> found;
  for (const auto& view : all) {
    if (!view.id.starts_with(id)) continue;
    if (found && found->id != view.id)
      return fail(Errc::invalid, "more than one batch begins with {}; give more digits", id);
    found = view;
  }
  if (id.size() < 4 || !found)
    return fail(Errc::not_found,
                "nothing in quarantine begins with {}; \"guantong quarantine\" lists it",
                printable(id));
  if (why.empty()) return fail(Errc::invalid, "a ruling needs a reason: --why TEXT");
  Change change;
  const auto raw = from_hex(found->id).value_or("");
  change.ruling = Ruling{{Digest::from(raw).value_or(Digest{})}, admits};
  const auto what = admits ? message("admit the work of {} ({})", found->person, found->site)
                           : message("refuse the work of {} ({})", found->person, found->site);
  TRY(act_with_right(workspace, *session, change, why, what));
  TRY(session->commit());
  return *std::move(found);
}

}  // namespace guantong
