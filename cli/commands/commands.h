// Every command, by name. A new one: its own file, a line here, a line in run.cpp, its test.
#pragma once

#include "cli/context.h"

namespace CLI {
class App;
}

namespace guantong {

void add_accept(CLI::App& app, Task& chosen);
void add_add(CLI::App& app, Task& chosen);
void add_admit(CLI::App& app, Task& chosen);
void add_allowed_signers(CLI::App& app, Task& chosen);
void add_archive(CLI::App& app, Task& chosen);
void add_as(CLI::App& app, Task& chosen);
void add_blame(CLI::App& app, Task& chosen);
void add_check(CLI::App& app, Task& chosen);
void add_conflicts(CLI::App& app, Task& chosen);
void add_decline(CLI::App& app, Task& chosen);
void add_demote(CLI::App& app, Task& chosen);
void add_digest(CLI::App& app, Task& chosen);
void add_duty(CLI::App& app, Task& chosen);
void add_evidence(CLI::App& app, Task& chosen);
void add_expel(CLI::App& app, Task& chosen);
void add_export(CLI::App& app, Task& chosen);
void add_findings(CLI::App& app, Task& chosen);
void add_history(CLI::App& app, Task& chosen);
void add_import(CLI::App& app, Task& chosen);
void add_inbox(CLI::App& app, Task& chosen);
void add_init(CLI::App& app, Task& chosen);
void add_join(CLI::App& app, Task& chosen);
void add_list(CLI::App& app, Task& chosen);
void add_log(CLI::App& app, Task& chosen);
void add_members(CLI::App& app, Task& chosen);
void add_owner(CLI::App& app, Task& chosen);
void add_pass_lead(CLI::App& app, Task& chosen);
void add_passphrase(CLI::App& app, Task& chosen);
void add_plan(CLI::App& app, Task& chosen);
void add_proposals(CLI::App& app, Task& chosen);
void add_quarantine(CLI::App& app, Task& chosen);
void add_rebuild(CLI::App& app, Task& chosen);
void add_receipts(CLI::App& app, Task& chosen);
void add_report(CLI::App& app, Task& chosen);
void add_recover(CLI::App& app, Task& chosen);
void add_remote(CLI::App& app, Task& chosen);
void add_resolve(CLI::App& app, Task& chosen);
void add_restore(CLI::App& app, Task& chosen);
void add_rotate(CLI::App& app, Task& chosen);
void add_search(CLI::App& app, Task& chosen);
void add_set(CLI::App& app, Task& chosen);
void add_show(CLI::App& app, Task& chosen);
void add_sign(CLI::App& app, Task& chosen);
void add_simulate(CLI::App& app, Task& chosen);
void add_status(CLI::App& app, Task& chosen);
void add_sync(CLI::App& app, Task& chosen);
void add_types(CLI::App& app, Task& chosen);
void add_undo(CLI::App& app, Task& chosen);
void add_verify(CLI::App& app, Task& chosen);
void add_waive(CLI::App& app, Task& chosen);
void add_withdraw(CLI::App& app, Task& chosen);

}  // namespace guantong
