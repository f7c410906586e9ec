// How things that several commands show look, as text and as JSON.
#pragma once

#include <string>
#include <vector>

#include "cli/context.h"
#include "client/audit.h"
#include "client/describe.h"
#include "client/editor.h"
#include "client/rules/rules.h"
#include "client/syncing.h"
#include "sync/base/result.h"

namespace guantong {

/// "北信职院 (bitc)", or the slug alone where the organisation has no short name here.
Result<std::string> site_label(Session& session, SiteNo site);
Result<std::string> site_labels(Session& session, const std::vector<SiteNo>& sites);

/// Says what became of an act, in a line or as JSON.
Result<Ending> show_saved(Context& context, const Saved& saved);

/// A conflict as a card: what happened, what is in force now, who decides, what can be done.
Result<void> show_conflict(Context& context, Session& session, const ConflictView& conflict);
Result<Json> json_of(Session& session, const ConflictView& conflict);

/// A change in the chosen language.
std::string say(const Description& description);
/// A level of membership in the chosen language.
std::string label_of(Level level);

void show_history(Context& context, const std::vector<HistoryEntry>& entries, bool with_record);
/// When a change was written; says so where that cannot be right.
std::string shown_time(const HistoryEntry& entry);
Json json_of(const HistoryEntry& entry);

/// The findings, the gravest first; wants somebody when any is more than a hint.
Result<Ending> show_findings(Context& context,
                             const std::vector<Finding>& findings,
                             Session& session);

/// What a computer that put itself out is told.
Message has_left();

void show_report(Context& context, const SyncReport& report);

}  // namespace guantong
