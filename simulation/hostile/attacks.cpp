#include "simulation/hostile/attacks.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "simulation/draws.h"
#include "simulation/hostile/forger.h"
#include "simulation/hostile/harm.h"
#include "simulation/hostile/rogues.h"
#include "simulation/ledger.h"
#include "simulation/plan.h"
#include "simulation/world.h"

#include "client/crypto/device_key.h"
#include "client/git/repository.h"
#include "client/membership.h"
#include "client/syncing.h"
#include "client/workspace.h"
#include "sync/base/bytes.h"
#include "sync/base/hash.h"
#include "sync/base/result.h"
#include "sync/change.h"
#include "sync/codec.h"
#include "sync/commit.h"

namespace guantong::simulation {
namespace {

/// What goes on from somebody's latest batch; nothing where it has none, or that is forged itself.
using Found = std::optional<Letter>;

Found found_in(Result<Letter> letter) {
  if (!letter || !letter->batch()) return std::nullopt;
  return *std::move(letter);
}

void blame_nobody(Batch& batch) {
  for (auto& change : batch.changes)
    change.why = forged_why;
}

/// The victim's latest batch as the first one of the rogue, whom nobody has let in.
Result<Letter> as_outsider(Attack& attack, Letter letter) {
  const auto device = attack.rogue.site.workspace->device();
  auto batch = TRY(letter.batch());
  batch.devices.insert(batch.devices.begin(), device);
  if (batch.under) batch.under->stream += 1;
  for (auto& change : batch.changes) {
    for (auto* dot : dots_of(change))
      dot->stream += 1;
  }
  blame_nobody(batch);
  batch.number = 1;
  batch.first_n = 1;
  batch.previous.reset();
  letter.commit.parents = {letter.id};
  TRY(attack.own.put(letter, batch));
  Forger::name_stream(letter, attack.rogue.stream);
  attack.own.sign(letter);
  return letter;
}

/// The latest that the rogue has there.
Result<Found> rogues_latest(Attack& attack) {
  auto latest = found_in(attack.own.latest());
  if (latest || attack.rogue.is_in) return latest;
  auto theirs = found_in(attack.theirs.latest());
  if (!theirs) return Found{};
  auto letter = TRY(as_outsider(attack, *std::move(theirs)));
  return Found{std::move(letter)};
}

/// Puts a letter there. What only this branch had is nowhere any more, unless somebody has it.
Result<CommitId> post(Attack& attack, const Letter& letter, const std::string& branch) {
  const auto id = TRY(attack.own.post(letter, branch));
  attack.rogue.forges = true;
  attack.world.give_up_what_nobody_has();
  return id;
}

/// What is to be in force nowhere, and told of where it is shown.
Result<void> post_forged(Attack& attack, const Letter& letter, const std::string& branch) {
  const auto id = TRY(post(attack, letter, branch));
  attack.world.harm().forgeries.push_back({id, attack.kind});
  return {};
}

/// What the rogue may write only if it may write at all.
Result<void> post_without_right(Attack& attack, const Letter& letter) {
  const auto id = TRY(post(attack, letter, attack.own.branch()));
  const auto device = attack.rogue.site.workspace->device();
  attack.world.harm().forgeries.push_back({id, attack.kind, device});
  return {};
}

Result<void> post_as_own(Attack& attack, const Letter& letter) {
  return post_forged(attack, letter, attack.own.branch());
}

/// The victim's latest batch with another content and the signature that it had.
Result<void> forge_signature(Attack& attack) {
  auto letter = found_in(attack.theirs.latest());
  if (!letter) return {};
  auto batch = TRY(letter->batch());
  blame_nobody(batch);
  TRY(attack.own.put(*letter, batch));
  return post_forged(attack, *letter, attack.theirs.branch());
}

Result<void> strip_signature(Attack& attack) {
  auto letter = found_in(attack.theirs.latest());
  if (!letter) return {};
  letter->commit.signature.clear();
  return post_forged(attack, *letter, attack.theirs.branch());
}

/// A batch in the victim's name that the rogue has signed.
Result<void> take_name(Attack& attack) {
  const auto latest = found_in(attack.theirs.latest());
  if (!latest) return {};
  const auto letter = TRY(attack.own.altered(*latest, blame_nobody));
  return post_forged(attack, letter, attack.theirs.branch());
}

/// An old batch, signed once, behind the latest.
Result<void> replay(Attack& attack) {
  auto letter = found_in(attack.theirs.latest());
  if (!letter) return {};
  letter->commit.parents = {letter->id};
  return post_forged(attack, *letter, attack.theirs.branch());
}

/// A change of the batch that sets fields and does nothing else.
const Change* plain_edit(const Batch& batch) {
  const auto found = std::ranges::find_if(batch.changes, [](const Change& change) {
    return !change.is_act() && !change.holding && change.action == Action::edit &&
           change.accepts.empty() && change.declines.empty() && change.withdraws.empty() &&
           Ledger::number_in(change.why).has_value();
  });
  return found == batch.changes.end() ? nullptr : &*found;
}

/// Fills a batch with one change of `from`, once more, by that reason.
void repeat(Batch& batch, const Batch& from, const Change& edit, const std::string& why) {
  batch.records = from.records;
  batch.changes = {edit};
  batch.changes.front().why = why;
}

/// What a forged change gives as its reason to be known by, where it may count.
std::string name_of_copy(Attack& attack, const Change& edit) {
  auto& ledger = attack.world.ledger();
  const auto number = Ledger::number_in(edit.why);
  if (!number || *number >= ledger.size()) return forged_why;
  auto seen = ledger[*number].seen;
  return Ledger::why(ledger.begin(Ledger::nobody, std::move(seen)));
}

Result<void> leave_gap(Attack& attack) {
  const auto latest = TRY(rogues_latest(attack));
  if (!latest) return {};
  const auto from = TRY(latest->batch());
  const auto letter = TRY(attack.own.next(*latest, [&](Batch& batch) {
    repeat(batch, from, from.changes.front(), forged_why);
    batch.number += 1 + static_cast<std::uint32_t>(attack.chance % 5);
  }));
  return post_as_own(attack, letter);
}

/// Whether all that the rogue signs from now on is to count nowhere.
bool has_no_right(const Rogue& rogue) {
  return !rogue.is_in || rogue.is_out;
}

/// The latest batch once more under the same number, with other content.
Result<void> fork(Attack& attack) {
  const auto latest = TRY(rogues_latest(attack));
  if (!latest) return {};
  auto batch = TRY(latest->batch());
  auto& ledger = attack.world.ledger();
  std::map<EditNo, EditNo> copies;
  for (auto& change : batch.changes) {
    const auto number = Ledger::number_in(change.why);
    change.why = name_of_copy(attack, change);
    const auto copy = Ledger::number_in(change.why);
    if (!number || !copy) continue;
    // Its author saw the copies of what stands before it in the batch.
    auto& seen = ledger[*copy].seen;
    for (const auto& [original, other] : copies) {
      if (original >= seen.size() || !seen[original]) continue;
      seen[original] = false;
      seen.resize(std::max(seen.size(), other + 1));
      seen[other] = true;
    }
    copies.emplace(*number, *copy);
  }
  auto letter = *latest;
  TRY(attack.own.put(letter, batch));
  attack.own.sign(letter);
  if (has_no_right(attack.rogue)) return post_without_right(attack, letter);
  const auto id = TRY(post(attack, letter, attack.own.branch()));
  // Of acts alone nothing was changed.
  if (id != latest->id) attack.world.harm().forks.emplace_back(latest->id, id);
  return {};
}

/// A batch of a far future, by Git's date and by its own.
Result<void> come_from_future(Attack& attack) {
  const auto latest = TRY(rogues_latest(attack));
  if (!latest) return {};
  const auto from = TRY(latest->batch());
  const auto* edit = plain_edit(from);
  if (edit == nullptr) return {};
  static constexpr std::array<std::uint64_t, 3> moments{
      4'102'444'800'000, 99'999'999'999'000, ~std::uint64_t{0}};
  const auto why = name_of_copy(attack, *edit);
  const auto fill = [&](Batch& batch) {
    repeat(batch, from, *edit, why);
    batch.changes.front().time = {moments.at(attack.chance % moments.size()),
                                  static_cast<std::uint32_t>(~std::uint64_t{0})};
  };
  auto letter = TRY(attack.own.next(*latest, fill));
  letter.commit.author.time_s = letter.commit.committer.time_s = 99'999'999'999;
  attack.own.sign(letter);
  if (has_no_right(attack.rogue)) return post_without_right(attack, letter);
  TRY(post(attack, letter, attack.own.branch()));
  return {};
}

Result<void> write_garbage(Attack& attack) {
  auto letter = TRY(rogues_latest(attack));
  if (!letter) return {};
  Draws draws{attack.chance};
  std::string payload;
  for (auto left = draws.below(200); left > 0; --left)
    payload += static_cast<char>(draws.below(256));
  TRY(attack.own.put(*letter, payload + '\xff'));
  attack.own.sign(*letter);
  return post_as_own(attack, *letter);
}

/// A batch that is too large, or a change that is.
Result<void> write_too_much(Attack& attack) {
  auto latest = TRY(rogues_latest(attack));
  if (!latest) return {};
  const Limits limits;
  if (attack.chance % 16 == 0) {
    TRY(attack.own.put(*latest, std::string(limits.payload_bytes + 1, ' ')));
    attack.own.sign(*latest);
    return post_as_own(attack, *latest);
  }
  const auto from = TRY(latest->batch());
  const auto letter = TRY(attack.own.next(*latest, [&](Batch& batch) {
    repeat(batch, from, from.changes.front(), std::string(limits.text_bytes + 1, 'a'));
  }));
  return post_as_own(attack, letter);
}

/// Acts that only the lead may do: none of them may stand.
Result<void> seize(Attack& attack) {
  const auto latest = TRY(rogues_latest(attack));
  if (!latest) return {};
  const auto key = TRY(DeviceKey::generate());
  const auto from = TRY(latest->batch());
  const auto letter = TRY(attack.own.next(*latest, [&](Batch& batch) {
    Member accomplice;
    accomplice.key = key.public_key();
    accomplice.site = site_name(attack.chance % 2 == 0 ? rogue_site : 0);
    accomplice.name = "Accomplice";
    const auto victim = attack.victim.workspace->device();
    batch.changes.resize(5);
    batch.changes[0].grant = Grant{accomplice, Level::lead};
    batch.changes[1].dismissal = Dismissal{victim, Level::none};
    batch.changes[2].hand_over = HandOver{{attack.rogue.site.workspace->device()}};
    batch.changes[3].ruling = Ruling{{blake2b(latest->payload)}, true};
    batch.changes[4].dismissal =
        Dismissal{attack.world.sites().front().workspace->device(), Level::auditor};
    for (auto& change : batch.changes) {
      change.why = forged_why;
      change.time = from.changes.front().time;
    }
  }));
  TRY(post(attack, letter, attack.own.branch()));
  return {};
}

/// A sound batch of a consortium that this one has nothing to do with, under a name of this one.
Result<void> bring_foreign(Attack& attack) {
  const auto elsewhere = attack.world.folder() / "elsewhere";
  if (!std::filesystem::exists(elsewhere)) {
    Founder founder;
    founder.consortium_name = "Another consortium";
    founder.site = site_name(rogue_site);
    founder.site_name = "Another school";
    founder.site_kind = site_kind(rogue_site);
    founder.person = "Stranger";
    founder.email = "stranger@example.invalid";
    auto founded = TRY(guantong::found(elsewhere, founder));
    founded.config().remotes["origin"] = {(elsewhere / "hub.git").string()};
    TRY(founded.save_config());
    TRY(create_bare(elsewhere / "hub.git"));
    TRY(sync_with(founded, "origin", {}));
  }
  auto foreign = TRY(Forger::open(elsewhere, elsewhere / "hub.git"));
  const auto letter = TRY(foreign.latest());
  return post_forged(
      attack, letter, attack.chance % 2 == 0 ? foreign.branch() : attack.theirs.branch());
}

/// What a school keeps for itself: in a batch of the plan, or in one of a school's own.
Result<void> bring_school_records(Attack& attack) {
  const auto latest = TRY(rogues_latest(attack));
  if (!latest) return {};
  const auto from = TRY(latest->batch());
  const auto* student = attack.victim.workspace->schema().type("student");
  const auto letter = TRY(attack.own.next(*latest, [&](Batch& batch) {
    Change made;
    made.action = Action::create;
    made.why = forged_why;
    made.time = from.changes.front().time;
    batch.records = {{student->number, RecordId{}}};
    batch.changes = {made};
    if (attack.chance % 2 == 0) return;
    batch.space = Space::school;
    batch.number = 1;
    batch.first_n = 1;
    batch.previous.reset();
  }));
  return post_as_own(attack, letter);
}

/// The payload in a tree that holds something else, or more.
Result<void> make_strange_tree(Attack& attack) {
  auto letter = TRY(rogues_latest(attack));
  if (!letter) return {};
  const auto object = from_hex(letter->commit.tree).value_or("");
  const auto before = [&](std::string_view first, std::string_view second) {
    return std::string{first} + '\0' + object + std::string{second};
  };
  const std::vector<std::string> names{
      ".git",
      "..",
      "changes.pb ",
      "CHANGES.PB",
      "CON",
      "git~1",
      "a\\..\\b",
      before(".git", "100644 changes.pb"),
      before("a", "120000 changes.pb"),
      before("a", "160000 module"),
      before("a", "40000 folder"),
      before("changes.pb", "100755 changes.pb"),
  };
  auto& repository = attack.own.history().repository();
  letter->commit.tree =
      TRY(repository.write_payload(names[attack.chance % names.size()], letter->payload));
  attack.own.sign(*letter);
  return post_as_own(attack, *letter);
}

/// A batch that builds on something that there is not.
Result<void> build_on_nothing(Attack& attack) {
  auto letter = TRY(rogues_latest(attack));
  if (!letter) return {};
  CommitId missing;
  missing.bytes.fill(static_cast<std::uint8_t>(attack.chance));
  letter->commit.parents.push_back(missing);
  attack.own.sign(*letter);
  return post_as_own(attack, *letter);
}

/// Sound work, where it does not belong.
Result<void> misplace(Attack& attack) {
  const auto letter = TRY(rogues_latest(attack));
  if (!letter) return {};
  const auto device = to_hex(attack.rogue.site.workspace->device().raw());
  const std::vector<std::string> branches{
      attack.theirs.branch(), "plan/x", "plan/" + site_name(0) + "/no-device", "plan/A/" + device};
  TRY(post(attack, *letter, branches[attack.chance % branches.size()]));
  return {};
}

/// What is no statement of a witness, and no request, where such are.
Result<void> bear_false_witness(Attack& attack) {
  const auto letter = TRY(rogues_latest(attack));
  if (!letter) return {};
  const auto id = TRY(attack.own.history().write_commit(render(letter->commit)));
  auto& repository = attack.own.history().repository();
  const auto device = to_hex(attack.victim.workspace->device().raw());
  TRY(repository.set_ref("refs/guantong/witness/" + device, id));
  return repository.set_ref("refs/guantong/requests/" + device, id);
}

constexpr std::array<KindOfAttack, 16> all_kinds{{{"signature", forge_signature},
                                                  {"unsigned", strip_signature},
                                                  {"name", take_name},
                                                  {"replay", replay},
                                                  {"gap", leave_gap},
                                                  {"fork", fork},
                                                  {"future", come_from_future},
                                                  {"garbage", write_garbage},
                                                  {"large", write_too_much},
                                                  {"seize", seize},
                                                  {"foreign", bring_foreign},
                                                  {"school", bring_school_records},
                                                  {"tree", make_strange_tree},
                                                  {"nothing", build_on_nothing},
                                                  {"misplace", misplace},
                                                  {"witness", bear_false_witness}}};

}  // namespace

std::span<const KindOfAttack> kinds_of_attacks() {
  return all_kinds;
}

Result<void> steal_key(Attack& attack) {
  if (attack.victim.is_copy) return {};
  if (!TRY(attack.world.could_come_back(attack.victim))) return {};
  const auto latest = found_in(attack.theirs.latest());
  if (!latest) return {};
  const auto from = TRY(latest->batch());
  const auto* edit = plain_edit(from);
  if (edit == nullptr) return {};
  const auto why = name_of_copy(attack, *edit);
  const auto letter =
      TRY(attack.theirs.next(*latest, [&](Batch& batch) { repeat(batch, from, *edit, why); }));
  TRY(post(attack, letter, attack.theirs.branch()));
  TRY(attack.world.expect_doubles(attack.victim));
  attack.victim.is_copy = true;
  return {};
}

}  // namespace guantong::simulation
