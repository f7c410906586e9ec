#include "tests/support/authority_letters.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sync/applier.h"
#include "sync/authority.h"
#include "sync/base/bytes.h"
#include "sync/base/hash.h"
#include "sync/change.h"
#include "sync/codec.h"
#include "sync/members.h"
#include "sync/schema.h"
#include "sync/ssh_signature.h"
#include "sync/value.h"
#include "tests/support/authority_oracle.h"
#include "tests/support/authority_worlds.h"
#include "tests/support/draw_world.h"
#include "tests/support/replica.h"
#include "tests/support/test_schema.h"

namespace guantong::test {
namespace {

const RecordType& edited_type() {
  return type_for(Decides::any, false);
}

guantong::Level level_of(OracleLevel level) {
  return static_cast<guantong::Level>(level);
}

PublicKey key_of(int device) {
  return *PublicKey::from(blake2b("authority key " + std::to_string(device)).raw());
}

DeviceId id_of(int device) {
  return device_id(key_of(device));
}

Member member(const OracleAct& act) {
  Member member;
  member.key = key_of(act.device);
  member.site = act.site;
  member.site_name = act.site;
  member.site_kind = "university";
  member.person = *PersonId::from(blake2b_128("person " + std::to_string(act.person)).raw());
  member.name = "Person " + std::to_string(act.person);
  return member;
}

RecordKey record_of(std::size_t batch, std::size_t act) {
  const auto name = fmt::format("edit {} {}", batch, act);
  return {edited_type().number, *RecordId::from(blake2b_128(name).raw())};
}

StreamNo device_in(Batch& batch, const DeviceId& device) {
  const auto found = std::ranges::find(batch.devices, device);
  const auto place = static_cast<StreamNo>(found - batch.devices.begin());
  if (found == batch.devices.end()) batch.devices.push_back(device);
  return place;
}

/// A founding is one change, however many keys it lists.
std::uint64_t changes_before(const OracleBatch& batch, std::size_t act) {
  const bool founding = batch.acts.front().kind == OracleAct::founding;
  const auto listed = static_cast<std::size_t>(
      std::ranges::count(batch.acts, OracleAct::founding, &OracleAct::kind));
  if (!founding) return act;
  return act < listed ? 0 : act - listed + 1;
}

/// The site that a batch speaks for: the one of its grant, or of its device where it has none.
std::string site_of(const AuthorityWorld& world, const OracleBatch& from) {
  const auto device = from.device;
  if (from.under && from.under->batch < world.size()) {
    const auto& act = world[from.under->batch].acts.at(from.under->act);
    if (act.device == device && !act.site.empty()) return act.site;
  }
  for (const auto& batch : world) {
    for (const auto& act : batch.acts) {
      const bool admits = act.kind == OracleAct::founding || act.kind == OracleAct::grant;
      if (admits && act.device == device) return act.site;
    }
  }
  return "north";
}

std::string line(bool right, bool counts) {
  return fmt::format("{} {}", right ? "with right" : "without right", counts ? "counts" : "void");
}

}  // namespace

std::string AuthorityLetters::name(std::size_t batch, std::size_t act) {
  return fmt::format("batch {} act {}", batch, act);
}

AuthorityLetters::AuthorityLetters(AuthorityWorld world) : world_{std::move(world)} {
  for (std::size_t batch = 0; batch < world_.size(); ++batch) {
    letters_.push_back(write(batch));
    world_[batch].digest = to_hex(letters_.back().digest.raw());
  }
}

/// The keys of a founding have one change between them, so that nobody can name another's.
bool AuthorityLetters::is_nameable(const OracleBatch& from) const {
  if (!from.under) return false;
  const auto& act = world_.at(from.under->batch).acts.at(from.under->act);
  return act.kind != OracleAct::founding || act.device == from.device;
}

Dot AuthorityLetters::dot_of(const GrantRef& grant, Batch& into) const {
  const auto& giving = world_.at(grant.batch);
  const auto n = letters_.at(grant.batch).batch.first_n + changes_before(giving, grant.act);
  return {device_in(into, id_of(giving.device)), n};
}

Change AuthorityLetters::write(const OracleAct& act,
                               std::size_t batch,
                               std::size_t place,
                               Batch& into) const {
  Change change;
  change.why = name(batch, place);  // So that no two payloads are the same.
  switch (act.kind) {
    case OracleAct::founding:
      change.founding = Founding{"Test", member(act), ""};
      break;
    case OracleAct::grant:
      change.grant = guantong::Grant{member(act), level_of(act.level)};
      break;
    case OracleAct::removal:
      change.dismissal = Dismissal{id_of(act.device), level_of(act.level)};
      break;
    case OracleAct::hand_over: {
      HandOver hand_over;
      for (const auto device : act.devices)
        hand_over.devices.push_back(id_of(device));
      change.hand_over = std::move(hand_over);
      break;
    }
    case OracleAct::ruling: {
      Ruling ruling;
      for (const auto other : act.batches)
        ruling.batches.push_back(letters_.at(other).digest);
      ruling.admits = act.admit;
      change.ruling = std::move(ruling);
      break;
    }
    case OracleAct::edit: {
      const Slot slot = act.lead_field ? slots::register_lead : slots::register_any;
      change.record = static_cast<RecordNo>(into.records.size());
      into.records.push_back(record_of(batch, place));
      change.fields = text_value(*edited_type().field(slot), "4");
      break;
    }
  }
  return change;
}

ArrivedBatch AuthorityLetters::write(std::size_t number) const {
  const auto& from = world_.at(number);
  Batch batch;
  batch.number = static_cast<std::uint32_t>(from.number);
  batch.devices = {id_of(from.device)};
  batch.first_n = 1;
  if (from.number > 1) {
    const auto& before = letters_.at(from.parents.front());
    batch.previous = before.digest;
    batch.first_n = before.batch.first_n + before.batch.changes.size();
  }
  if (number > 0) batch.consortium = letters_.front().digest;
  // Who acts under nothing has to name something all the same.
  if (number > 0) batch.under = is_nameable(from) ? dot_of(*from.under, batch) : Dot{0, 1'000'000};
  for (std::size_t place = 0; place < from.acts.size(); ++place) {
    auto change = write(from.acts[place], number, place, batch);
    if (change.founding && !batch.changes.empty()) {
      change.founding->recovery_key = batch.changes.front().founding->member.key.raw();
      batch.changes.clear();
    }
    batch.changes.push_back(std::move(change));
  }
  const auto payload = encode_batch(batch);
  auto read = decode_batch(payload);
  if (!read) std::abort();  // codec_test finds out why.
  ArrivedBatch letter;
  letter.batch = *std::move(read);
  letter.digest = blake2b(payload);
  letter.commit = *CommitId::from(letter.digest.raw().substr(0, CommitId::size));
  letter.site = site_of(world_, from);
  for (const auto parent : from.parents)
    letter.parents.push_back(letters_.at(parent).commit);
  return letter;
}

bool AuthorityLetters::is_ambiguous() const {
  std::set<std::tuple<int, std::uint64_t, int>> given;
  for (std::size_t batch = 1; batch < world_.size(); ++batch) {
    const auto& acts = world_[batch].acts;
    for (std::size_t place = 0; place < acts.size(); ++place) {
      auto receivers = acts[place].devices;
      if (acts[place].kind == OracleAct::grant) receivers.push_back(acts[place].device);
      const auto n = letters_[batch].batch.first_n + place;
      for (const auto device : receivers) {
        if (!given.emplace(world_[batch].device, n, device).second) return true;
      }
    }
  }
  return false;
}

Dot AuthorityLetters::dot_of(Replica& replica, std::size_t batch, std::size_t act) const {
  const auto stored = *replica.store().batch_by_commit(letters_.at(batch).commit);
  return {stored->stream, stored->first_n + changes_before(world_.at(batch), act)};
}

std::map<std::string, std::string> AuthorityLetters::picture_of(
    Replica& replica, const std::vector<std::size_t>& order) const {
  std::map<std::string, std::string> picture;
  const auto& members = replica.members();
  for (const auto batch : order) {
    const auto stored = *replica.store().batch_by_commit(letters_.at(batch).commit);
    const auto& acts = world_.at(batch).acts;
    for (std::size_t place = 0; place < acts.size(); ++place) {
      const auto dot = dot_of(replica, batch, place);
      if (acts[place].kind == OracleAct::edit) {
        const auto record = *replica.store().intern_record(record_of(batch, place));
        const auto state = *replica.store().state(record);
        const Slot slot = acts[place].lead_field ? slots::register_lead : slots::register_any;
        const auto* found = state.find(slot);
        const auto* proposal = found == nullptr ? nullptr : found->proposal(dot);
        const bool is_void =
            found == nullptr || (proposal != nullptr && (proposal->outcomes & outcome_void) != 0);
        // Whose site an outsider's is, whose work a lead admitted, the oracle does not say.
        picture[name(batch, place)] = is_void                ? "void"
                                      : stored->under.n == 0 ? "admitted"
                                      : proposal != nullptr  ? "proposed"
                                                             : "counts";
        continue;
      }
      const auto number = members.find_act(dot);
      const auto* act = number ? &members.authority().acts()[*number] : nullptr;
      picture[name(batch, place)] =
          act == nullptr ? line(false, false) : line(act->right, act->stands);
    }
  }
  for (const auto& [stream, grants] : members.all()) {
    auto level = guantong::Level::none;
    const bool any = std::ranges::any_of(grants, &GrantFact::right);
    for (const auto* grant : grants)
      level = std::max(level, members.level_of(*grant));
    if (any)
      picture["device " + to_hex(replica.store().tip(stream)->device.raw().substr(0, 4))] =
          std::to_string(static_cast<int>(level));
  }
  return picture;
}

std::map<std::string, std::string> AuthorityLetters::oracle_picture(
    const std::vector<std::size_t>& order) const {
  const auto verdict = judge(arrange(world_, order));
  std::map<std::string, std::string> picture;
  for (std::size_t at = 0; at < order.size(); ++at) {
    const auto& acts = world_.at(order[at]).acts;
    for (std::size_t place = 0; place < acts.size(); ++place) {
      const auto& change = verdict.batches.at(at).changes.at(place);
      const bool proposed = acts[place].lead_field && !change.as_lead;
      picture[name(order[at], place)] = acts[place].kind != OracleAct::edit
                                            ? line(change.has_right, change.counts)
                                        : !change.counts                  ? "void"
                                        : verdict.batches.at(at).outsider ? "admitted"
                                        : proposed                        ? "proposed"
                                                                          : "counts";
    }
  }
  for (const auto& [device, level] : verdict.levels)
    picture["device " + to_hex(id_of(device).raw().substr(0, 4))] =
        std::to_string(static_cast<int>(level));
  return picture;
}

std::string describe(const AuthorityWorld& world) {
  constexpr std::array kinds{"founding", "grant", "removal", "hand-over", "ruling", "edit"};
  std::string text;
  for (std::size_t at = 0; at < world.size(); ++at) {
    const auto& batch = world[at];
    text += fmt::format(
        "{}: device {} number {} on {} under {}\n",
        at,
        batch.device,
        batch.number,
        fmt::join(batch.parents, " "),
        batch.under ? fmt::format("{}.{}", batch.under->batch, batch.under->act) : "nothing");
    for (const auto& act : batch.acts)
      text += fmt::format("   {} device {} {} level {} devices {} batches {}{}{}\n",
                          kinds.at(static_cast<std::size_t>(act.kind)),
                          act.device,
                          act.site,
                          static_cast<int>(act.level),
                          fmt::join(act.devices, " "),
                          fmt::join(act.batches, " "),
                          act.admit ? " admits" : "",
                          act.lead_field ? " of the lead's" : "");
  }
  return text;
}

}  // namespace guantong::test
